/**
 * Settings: read once at start, shown at once when changed, written a moment later. If writing fails, the window goes
 * back to what is really kept and says so.
 */
import { backend } from '../backend';
import type { AppInfo, SettingsView } from '../ipc/app';
import { formatExact, formatWhen } from '../lib/format';
import { toasts } from './toasts.svelte';

/** Dragging a column edge or the volume changes settings many times a second; the disk sees the last one. */
const WRITE_AFTER_MS = 300;

/** What holds until the real settings have arrived; the same as the program's own defaults. */
const DEFAULTS: SettingsView = {
  theme: 'system',
  timeZone: '',
  density: 'comfortable',
  nameTemplate: '{date}_{time}_{from}_{to}_{id}',
  parallelDownloads: 4,
  volume: 0.8,
  columns: [],
  detailsOpen: true,
  detailsPx: 320,
  sidebarOpen: true,
  sort: [],
  maskNumbers: false,
  proxy: 'system',
  proxyUrl: '',
  caFile: '',
  syncEveryMin: 15,
};

class Settings {
  current = $state.raw<SettingsView>(DEFAULTS);
  info = $state.raw<AppInfo | null>(null);
  #kept: SettingsView = DEFAULTS;
  #timer: ReturnType<typeof setTimeout> | undefined;

  async load(): Promise<void> {
    this.#kept = await backend.settingsGet();
    this.current = this.#kept;
  }

  /** Facts about this run; asked for anew each time, because sizes grow. */
  async loadInfo(): Promise<void> {
    this.info = await backend.appInfo();
  }

  /** Changes some settings. */
  set(change: Partial<SettingsView>): void {
    this.current = { ...this.current, ...change };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.write(), WRITE_AFTER_MS);
  }

  /** Writes what is waiting to be written. */
  async write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const wanted = this.current;
    if (wanted === this.#kept) return;
    try {
      await backend.settingsSet(wanted);
      this.#kept = wanted;
    } catch (error) {
      if (this.current === wanted) this.current = this.#kept;
      toasts.fail(error);
    }
  }

  /** `Today 14:02` in the zone of the settings. */
  when(atMs: number | null): string {
    return formatWhen(atMs, { timeZone: this.current.timeZone, nowMs: Date.now() });
  }

  /** The exact instant in the zone of the settings. */
  exact(atMs: number | null): string {
    return formatExact(atMs, this.current.timeZone);
  }
}

export const settings = new Settings();
