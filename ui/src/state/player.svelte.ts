/** The player: what is in it, where it is, its waveform. Position comes ten times a second; the bar draws in between. */
import { backend } from '../backend';
import type { Peaks } from '../backend/backend';
import type { Row } from '../ipc/library';
import type { PlayerView } from '../ipc/player';
import { onEvent } from './events';
import { settings } from './settings.svelte';
import { toasts } from './toasts.svelte';

/** Pairs of the waveform: more than a wide screen has pixels for. */
const BUCKETS = 2400;

const NOTHING: PlayerView = {
  state: 'empty',
  key: null,
  positionMs: 0,
  durationMs: null,
  volume: 0.8,
  loaded: null,
  loadedAhead: null,
  silent: false,
  note: null,
};

class Player {
  view = $state.raw<PlayerView>(NOTHING);
  /** `performance.now()` when the view arrived. */
  atMs = $state(0);
  row = $state.raw<Row | null>(null);
  peaks = $state.raw<Peaks | null>(null);
  #muted = $state<number | null>(null);
  #peaksOf: number | null = null;

  readonly isOpen = $derived(this.view.state !== 'empty');
  readonly isPlaying = $derived(this.view.state === 'playing');
  readonly isMuted = $derived(this.view.volume === 0);

  put(view: PlayerView): void {
    const isOther = view.key !== this.view.key;
    this.view = view;
    this.atMs = performance.now();
    if (isOther) {
      this.peaks = null;
      this.#peaksOf = null;
      void this.#loadRow(view.key);
    }
    if (view.key !== null && view.durationMs !== null && this.#peaksOf !== view.key)
      void this.#loadPeaks(view.key);
  }

  async #loadRow(key: number | null): Promise<void> {
    if (key === null) {
      this.row = null;
      return;
    }
    if (this.row?.key !== key) this.row = null;
    const detail = await backend.libraryRecording(key).catch(() => null);
    if (this.view.key === key && detail !== null) this.row = detail.row;
  }

  async #loadPeaks(key: number): Promise<void> {
    this.#peaksOf = key;
    const peaks = await backend.playerPeaks(key, BUCKETS).catch(() => null);
    if (this.view.key !== key) return;
    this.peaks = peaks;
    // Not ready yet: the next event asks again.
    if (peaks === null) this.#peaksOf = null;
  }

  /** Puts a recording in and plays it. */
  async load(row: Row): Promise<void> {
    if (this.view.key === row.key && (this.view.state === 'playing' || this.view.state === 'paused')) {
      await this.toggle();
      return;
    }
    this.row = row;
    await told(backend.playerLoad(row.key, true));
  }

  async toggle(): Promise<void> {
    const { state, key } = this.view;
    if (state === 'playing') await told(backend.playerPause());
    else if (state === 'failed' && key !== null) await told(backend.playerLoad(key, true));
    else if (state === 'ended') {
      await told(backend.playerSeek(0));
      await told(backend.playerPlay());
    } else if (state === 'paused') await told(backend.playerPlay());
  }

  /** Where it is now, between two events too. */
  positionAt(nowMs: number): number {
    const { state, positionMs, durationMs } = this.view;
    const moved = state === 'playing' ? Math.max(0, nowMs - this.atMs) : 0;
    return Math.min(positionMs + moved, durationMs ?? Number.POSITIVE_INFINITY);
  }

  async seek(positionMs: number): Promise<void> {
    const { durationMs } = this.view;
    if (durationMs === null) return;
    const target = Math.max(0, Math.min(durationMs, positionMs));
    // Shown at once; the event that follows says the same.
    this.view = { ...this.view, positionMs: target };
    this.atMs = performance.now();
    await told(backend.playerSeek(target));
  }

  skip(byMs: number): Promise<void> {
    return this.seek(this.positionAt(performance.now()) + byMs);
  }

  async setVolume(volume: number): Promise<void> {
    const wanted = Math.max(0, Math.min(1, volume));
    this.view = { ...this.view, volume: wanted };
    if (wanted > 0) settings.set({ volume: wanted });
    await told(backend.playerSetVolume(wanted));
  }

  async toggleMute(): Promise<void> {
    const back = this.#muted ?? settings.current.volume;
    if (this.isMuted) await this.setVolume(back > 0 ? back : 0.8);
    else {
      this.#muted = this.view.volume;
      await this.setVolume(0);
    }
  }

  async close(): Promise<void> {
    await told(backend.playerClose());
  }
}

async function told(promise: Promise<unknown>): Promise<void> {
  try {
    await promise;
  } catch (error) {
    toasts.fail(error);
  }
}

export const player = new Player();

onEvent('player', ({ player: view }) => player.put(view));
