/** Past export requests, and the checks and the sending of new ones. The draft itself belongs to the wizard. */
import { backend } from '../backend';
import type { IpcError } from '../ipc/error';
import type { ExportDraft, ExportRecord, ExportReview } from '../ipc/exports';
import { toIpcError } from '../lib/errors';
import { onEvent } from './events';

class Exports {
  /** Newest first. */
  list = $state.raw<readonly ExportRecord[]>([]);
  loaded = $state(false);
  problem = $state.raw<IpcError | null>(null);
  /** A past request that the wizard shall begin with. It takes it when it opens. */
  template: ExportDraft | null = null;

  async load(): Promise<void> {
    try {
      this.list = await backend.exportsList();
      this.problem = null;
      this.loaded = true;
    } catch (error) {
      this.problem = toIpcError(error);
    }
  }

  review(draft: ExportDraft): Promise<ExportReview> {
    return backend.exportsReview(draft);
  }

  /** Sends the request. Rejects with the backend's error when it was not even sent. */
  async request(draft: ExportDraft): Promise<ExportRecord> {
    const record = await backend.exportsRequest(draft);
    this.list = [record, ...this.list.filter((old) => old.id !== record.id)];
    return record;
  }
}

export const exports = new Exports();

onEvent('exportsChanged', () => void exports.load());
