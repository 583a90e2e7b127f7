/** Everything known about the recording that the table's focus is on. */
import { backend } from '../backend';
import type { IpcError } from '../ipc/error';
import type { RecordingDetail } from '../ipc/library';
import { toIpcError } from '../lib/errors';
import { atMost } from '../lib/rate';
import { onEvent } from './events';
import { toasts } from './toasts.svelte';

class Details {
  key = $state<number | null>(null);
  current = $state.raw<RecordingDetail | null>(null);
  problem = $state.raw<IpcError | null>(null);
  /** True while the provider is asked. */
  refreshing = $state(false);

  /** Shows a recording, or nothing. */
  show(key: number | null): void {
    if (key === this.key) return;
    this.key = key;
    this.problem = null;
    if (key === null) this.current = null;
    else void this.load();
  }

  async load(): Promise<void> {
    const { key } = this;
    if (key === null) return;
    try {
      const detail = await backend.libraryRecording(key);
      if (key !== this.key) return;
      this.current = detail;
      this.problem = null;
    } catch (error) {
      if (key !== this.key) return;
      this.current = null;
      this.problem = toIpcError(error);
    }
  }

  /** Asks the provider for this one recording. */
  async refresh(): Promise<void> {
    const { key } = this;
    if (key === null || this.refreshing) return;
    this.refreshing = true;
    try {
      const detail = await backend.libraryRefreshRecording(key);
      if (key === this.key) this.current = detail;
    } catch (error) {
      toasts.fail(error);
    } finally {
      this.refreshing = false;
    }
  }
}

export const details = new Details();

onEvent(
  'libraryChanged',
  atMost(400, () => void details.load()),
);
