/** The made-up player: a clock instead of sound, and waveforms that look like two people talking. */
import type { PlayerView } from '../../ipc/player';
import type { Peaks } from '../backend';
import { fraction, hash } from './random';
import { fail, type World } from './world';

const TICK_MS = 100;
const FALLBACK_MS = 42_000;

export class Sound {
  #view: PlayerView = {
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
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(readonly world: World) {
    this.#view.silent = world.options.scenario === 'nosound';
    if (this.#view.silent) this.#view.note = 'No sound output was found (DeviceNotAvailable).';
  }

  get view(): PlayerView {
    return { ...this.#view };
  }

  #set(change: Partial<PlayerView>): void {
    this.#view = { ...this.#view, ...change };
    this.world.emit({ type: 'player', player: this.view });
  }

  load(key: number, play: boolean): void {
    const { row } = this.world.call(key);
    this.#stopClock();
    const saved = row.state === 'verified' || row.state === 'remarked';
    const silence = this.#view.silent ? this.#view.note : null;
    if (!saved && (this.world.options.scenario === 'offline' || row.gone)) {
      const note = row.gone
        ? 'The provider does not have this recording any more.'
        : 'No answer from media.vobiz.ai.';
      this.#set({ state: 'failed', key, positionMs: 0, durationMs: null, loaded: null, note });
      return;
    }
    this.#set({
      state: 'loading',
      key,
      positionMs: 0,
      durationMs: null,
      loaded: saved ? 1 : 0,
      note: silence,
    });
    let loaded = saved ? 1 : 0;
    this.#timer = setInterval(() => {
      loaded = Math.min(1, loaded + 0.25);
      if (loaded < 1) {
        this.#set({ loaded });
        return;
      }
      this.#stopClock();
      this.#set({ state: 'paused', loaded: null, durationMs: row.durationMs ?? FALLBACK_MS });
      if (play) this.play();
    }, TICK_MS);
  }

  play(): void {
    if (this.#view.durationMs === null) return;
    if (this.#view.state === 'ended') this.#set({ positionMs: 0 });
    this.#stopClock();
    this.#set({ state: 'playing' });
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      const positionMs = Math.min(this.#view.positionMs + now - last, this.#view.durationMs ?? 0);
      last = now;
      if (positionMs >= (this.#view.durationMs ?? 0)) {
        this.#stopClock();
        this.#set({ state: 'ended', positionMs });
      } else {
        this.#set({ positionMs: Math.round(positionMs) });
      }
    }, TICK_MS);
  }

  pause(): void {
    this.#stopClock();
    if (this.#view.state === 'playing') this.#set({ state: 'paused' });
  }

  seek(positionMs: number): void {
    const end = this.#view.durationMs ?? 0;
    const state = this.#view.state === 'ended' && positionMs < end ? 'paused' : this.#view.state;
    this.#set({ positionMs: Math.max(0, Math.min(end, Math.round(positionMs))), state });
  }

  setVolume(volume: number): void {
    if (!(volume >= 0 && volume <= 1))
      fail({ code: 'invalid', field: 'volume', what: 'The volume goes from 0 to 1.' });
    this.#set({ volume });
  }

  close(): void {
    this.#stopClock();
    this.#set({ state: 'empty', key: null, positionMs: 0, durationMs: null, loaded: null });
  }

  peaks(key: number, buckets: number): Peaks | null {
    if (this.#view.key !== key || this.#view.durationMs === null) return null;
    const { channels } = this.world.call(key);
    const durationMs = this.#view.durationMs;
    return {
      header: { channels, buckets, durationMs },
      channels: Array.from({ length: channels }, (_, channel) => speech(key, channel, buckets, durationMs)),
    };
  }

  #stopClock(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

/** Turns of a few seconds, words within them, breath between; the second channel speaks when the first listens. */
function speech(key: number, channel: number, buckets: number, durationMs: number): Int8Array {
  const pairs = new Int8Array(buckets * 2);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const atMs = (bucket / buckets) * durationMs;
    const turn = Math.floor(atMs / 3700 + fraction(key, Math.floor(atMs / 9000), 60));
    const speaks = hash(key, turn, 61) % 2 === channel || hash(key, turn, 62) % 7 === 0;
    const word = fraction(key, Math.floor(atMs / 180), 63 + channel);
    const grain = fraction(key, bucket, 65 + channel);
    const level = (speaks ? 0.18 + 0.75 * word * (0.5 + 0.5 * grain) : 0.015 + 0.03 * grain) * 120;
    pairs[bucket * 2] = -Math.round(level * (0.8 + 0.2 * grain));
    pairs[bucket * 2 + 1] = Math.round(level);
  }
  return pairs;
}
