/** Writing the list on screen, or the ticked rows, into a file: what was chosen, how far it is, what came of it. */
import { backend } from '../backend';
import type { IpcError } from '../ipc/error';
import type { Selection } from '../ipc/library';
import type { MetadataFormat, MetadataProgress, MetadataReport } from '../ipc/metadata';
import { toIpcError } from '../lib/errors';
import { t } from '../strings/en';
import { columns } from './columns.svelte';
import { library } from './library.svelte';
import { masking } from './masking.svelte';
import { toasts } from './toasts.svelte';

const words = t.exportList;

/** What the next list probably wants as well, for as long as the window is open. */
let kept: { format: MetadataFormat; columns: 'shown' | 'all'; raw: boolean } = {
  format: 'csv',
  columns: 'shown',
  raw: false,
};

/** The list that is being written. One at a time, as the program does it. */
class Writing {
  current = $state.raw<ListExport | null>(null);
}

export const writing = new Writing();

export class ListExport {
  format = $state<MetadataFormat>(kept.format);
  columns = $state<'shown' | 'all'>(kept.columns);
  raw = $state(kept.raw);
  masked = $state(masking.isOn);
  /** From the press until the end; the person may be choosing the place still. */
  busy = $state(false);
  /** Null until the first rows are written. */
  progress = $state.raw<MetadataProgress | null>(null);
  report = $state.raw<MetadataReport | null>(null);
  problem = $state.raw<IpcError | null>(null);
  /** A person stopped it. */
  stopped = $state(false);
  /** The dialog was closed while it went on, so what comes of it is told by a message. */
  #isUnseen = false;

  constructor(
    readonly selection: Selection,
    /** Rows in it. */
    readonly count: number,
  ) {}

  async start(): Promise<void> {
    this.busy = true;
    this.#isUnseen = false;
    writing.current = this;
    this.progress = null;
    this.problem = null;
    this.stopped = false;
    kept = { format: this.format, columns: this.columns, raw: this.raw };
    try {
      const request = {
        selection: await inTableOrder(this.selection),
        columns: this.columns === 'all' ? null : columns.visible.map(({ column }) => column),
        format: this.format,
        masked: this.masked,
        raw: this.raw,
      };
      this.report = await backend.metadataExport(request, (progress) => {
        this.progress = progress;
      });
    } catch (error) {
      const problem = toIpcError(error);
      if (problem.code === 'cancelled') this.stopped = true;
      else this.problem = problem;
    } finally {
      this.busy = false;
      writing.current = null;
      if (this.#isUnseen) this.#tell();
    }
  }

  /** Nobody looks any more; it goes on. */
  leave(): void {
    this.#isUnseen = this.busy;
  }

  /** Somebody looks again. */
  seen(): void {
    this.#isUnseen = false;
  }

  #tell(): void {
    if (this.report !== null)
      toasts.show({
        tone: 'good',
        title: words.done(this.report.rows),
        text: this.report.path,
        action: { label: words.reveal, run: () => void this.reveal() },
      });
    else if (this.stopped) toasts.show({ tone: 'info', title: words.stopped });
    else if (this.problem !== null) toasts.fail(this.problem);
  }

  async stop(): Promise<void> {
    await backend.metadataCancelExport().catch((error) => toasts.fail(error));
  }

  async reveal(): Promise<void> {
    await backend.metadataReveal().catch((error) => toasts.fail(error));
  }
}

/** Rows ticked here and there, as they stand in the table; what is not in it any more comes last. */
async function inTableOrder(selection: Selection): Promise<Selection> {
  const snapshot = library.result?.snapshot;
  if (selection.kind !== 'keys' || selection.keys.length < 2 || snapshot === undefined) return selection;
  const { keys } = selection;
  const places = await backend.libraryPositions(snapshot, keys).catch(() => []);
  const placeOf = new Map(keys.map((key, at) => [key, places[at] ?? Number.POSITIVE_INFINITY]));
  // Of two that are nowhere the difference is no number, and their order stays.
  return { kind: 'keys', keys: [...keys].sort((a, b) => (placeOf.get(a) ?? 0) - (placeOf.get(b) ?? 0) || 0) };
}
