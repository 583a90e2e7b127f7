/** What downloads begin with and obey: presets, options, bandwidth, quiet hours. Read once, written when changed. */
import { backend } from '../backend';
import type { IpcError } from '../ipc/error';
import type { NamePreset, TransferOptions, TransferSettings } from '../ipc/saving';
import { toIpcError } from '../lib/errors';
import { toasts } from './toasts.svelte';

/** What holds until the last download's choice has arrived: nothing but the audio, as the program itself begins. */
export const NO_OPTIONS: TransferOptions = {
  timeZone: '',
  callTime: false,
  csv: false,
  json: false,
  checksums: false,
  bag: false,
  rawJson: false,
};

class Saving {
  /** Null until it has arrived. */
  settings = $state.raw<TransferSettings | null>(null);
  problem = $state.raw<IpcError | null>(null);

  /** The settings, once they are here; null when they could not be read. */
  async load(): Promise<TransferSettings | null> {
    try {
      this.settings = await backend.transfersSettings();
      this.problem = null;
    } catch (error) {
      this.problem = toIpcError(error);
    }
    return this.settings;
  }

  /** Shown at once; taken back, and said, when it could not be kept. */
  async set(change: Partial<TransferSettings>): Promise<void> {
    const before = this.settings;
    if (before === null) return;
    const wanted = { ...before, ...change };
    this.settings = wanted;
    try {
      await backend.transfersSetSettings(wanted);
    } catch (error) {
      if (this.settings === wanted) this.settings = before;
      toasts.fail(error);
    }
  }

  /** A preset of that name is replaced. */
  keepPreset(preset: NamePreset): Promise<void> {
    const others = (this.settings?.presets ?? []).filter(({ label }) => label !== preset.label);
    return this.set({ presets: [...others, preset] });
  }

  removePreset(label: string): Promise<void> {
    return this.set({ presets: (this.settings?.presets ?? []).filter((preset) => preset.label !== label) });
  }
}

export const saving = new Saving();
