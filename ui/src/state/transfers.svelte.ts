/**
 * Download jobs and the files of the jobs that are unfolded. Jobs arrive as events; items are asked for in pages, and
 * asked for again when their job has moved on.
 */
import { backend } from '../backend';
import type { IpcError } from '../ipc/error';
import type { PriorityName } from '../ipc/saving';
import type {
  ItemOrderName,
  ItemStateName,
  StartTransfer,
  TransferItem,
  TransferJob,
} from '../ipc/transfers';
import { toIpcError } from '../lib/errors';
import { t } from '../strings/en';
import { onEvent } from './events';
import { type ToastMessage, toasts } from './toasts.svelte';

/** Files shown of a job before somebody asks for more. */
export const ITEMS_A_PAGE = 100;
/** An unfolded job that runs is asked for its files this often at most. */
const ITEMS_EVERY_MS = 500;

interface JobItems {
  items: readonly TransferItem[];
  /** How many are wanted. */
  limit: number;
  /** How many match in all; null before the first answer. */
  total: number | null;
  /** What they are searched for. */
  text: string;
  filter: ItemFilter;
  problem: IpcError | null;
}

export type ItemFilter = 'all' | 'open' | 'failed';

const STATES_OF: Record<ItemFilter, ItemStateName[]> = {
  all: [],
  open: ['queued', 'held', 'waiting', 'receiving', 'verifying'],
  failed: ['failed', 'cancelled'],
};

class Transfers {
  /** Newest first. */
  jobs = $state.raw<readonly TransferJob[]>([]);
  loaded = $state(false);
  problem = $state.raw<IpcError | null>(null);
  /** Files of the unfolded jobs, by job id. */
  unfolded = $state.raw<Readonly<Record<string, JobItems>>>({});
  #timers = new Map<string, ReturnType<typeof setTimeout>>();

  /** What runs or waits, in the order in which it is worked on. */
  readonly active = $derived(
    this.jobs
      .filter((job) => job.state === 'running' || job.state === 'paused')
      .sort((a, b) => (a.queueRank ?? 0) - (b.queueRank ?? 0)),
  );
  readonly ended = $derived(this.jobs.filter((job) => job.state === 'finished' || job.state === 'cancelled'));
  readonly running = $derived(this.jobs.filter((job) => job.state === 'running').length);

  async load(): Promise<void> {
    try {
      this.jobs = await backend.transfersList();
      this.problem = null;
      this.loaded = true;
    } catch (error) {
      this.problem = toIpcError(error);
    }
  }

  /** Takes a job's newest state. */
  put(job: TransferJob): void {
    const at = this.jobs.findIndex((old) => old.id === job.id);
    this.jobs = at === -1 ? [job, ...this.jobs] : this.jobs.map((old) => (old.id === job.id ? job : old));
    if (this.unfolded[job.id]) this.#askLater(job.id);
    toasts.amend(job.id, newsOf(job));
  }

  /** Starts a job. Rejects with the backend's error. */
  async start(request: StartTransfer): Promise<TransferJob> {
    const job = await backend.transfersStart(request);
    // Its events may have been faster than this answer, and they know more.
    const known = this.jobs.find(({ id }) => id === job.id);
    if (!known) this.put(job);
    return known ?? job;
  }

  /** *Save as…* for one recording; null when the person cancelled or it failed (which is then shown). */
  async saveOne(key: number): Promise<TransferJob | null> {
    const job = await told(backend.transfersSaveOne(key));
    if (job) this.put(job);
    return job ?? null;
  }

  pause(jobId: string): Promise<unknown> {
    return told(backend.transfersPause(jobId));
  }

  resume(jobId: string): Promise<unknown> {
    return told(backend.transfersResume(jobId));
  }

  cancel(jobId: string): Promise<unknown> {
    return told(backend.transfersCancel(jobId));
  }

  retryFailed(jobId: string): Promise<unknown> {
    return told(backend.transfersRetryFailed(jobId));
  }

  reveal(jobId: string): Promise<unknown> {
    return told(backend.transfersReveal(jobId));
  }

  /** Saves the list of what a job did not save, and why. */
  async report(jobId: string): Promise<void> {
    try {
      const path = await backend.transfersReport(jobId);
      if (path !== null) toasts.show({ tone: 'good', title: t.transfers.view.reportSaved, text: path });
    } catch (error) {
      toasts.fail(error);
    }
  }

  /** One place earlier or later among those that run or wait. */
  async move(jobId: string, by: -1 | 1): Promise<void> {
    const at = this.active.findIndex(({ id }) => id === jobId);
    const to = at + by;
    if (at === -1 || to < 0 || to >= this.active.length) return;
    const before = this.active[by === -1 ? to : to + 1] ?? null;
    await told(backend.transfersMove(jobId, before?.id ?? null));
    await this.load();
  }

  setPriority(jobId: string, priority: PriorityName): Promise<unknown> {
    return told(backend.transfersSetPriority(jobId, priority));
  }

  /** Does something with single files of a job. */
  async order(jobId: string, positions: number[], order: ItemOrderName): Promise<void> {
    await told(backend.transfersOrderItems(jobId, positions, order));
    await this.#askItems(jobId);
  }

  /** Searches the files of an unfolded job. */
  filterItems(jobId: string, change: Partial<Pick<JobItems, 'text' | 'filter'>>): void {
    const shown = this.unfolded[jobId];
    if (!shown) return;
    this.unfolded = { ...this.unfolded, [jobId]: { ...shown, ...change, limit: ITEMS_A_PAGE } };
    void this.#askItems(jobId);
  }

  unfold(jobId: string): void {
    this.unfolded = {
      ...this.unfolded,
      [jobId]: { items: [], limit: ITEMS_A_PAGE, total: null, text: '', filter: 'all', problem: null },
    };
    void this.#askItems(jobId);
  }

  fold(jobId: string): void {
    clearTimeout(this.#timers.get(jobId));
    this.#timers.delete(jobId);
    this.unfolded = Object.fromEntries(Object.entries(this.unfolded).filter(([id]) => id !== jobId));
  }

  foldAll(): void {
    for (const jobId of Object.keys(this.unfolded)) this.fold(jobId);
  }

  showMore(jobId: string): void {
    const shown = this.unfolded[jobId];
    if (!shown) return;
    this.unfolded = { ...this.unfolded, [jobId]: { ...shown, limit: shown.limit + ITEMS_A_PAGE } };
    void this.#askItems(jobId);
  }

  #askLater(jobId: string): void {
    if (this.#timers.has(jobId)) return;
    this.#timers.set(
      jobId,
      setTimeout(() => {
        this.#timers.delete(jobId);
        void this.#askItems(jobId);
      }, ITEMS_EVERY_MS),
    );
  }

  async #askItems(jobId: string): Promise<void> {
    const asked = this.unfolded[jobId];
    if (!asked) return;
    let answer: Pick<JobItems, 'items' | 'total' | 'problem'>;
    try {
      const { limit, text } = asked;
      const states = STATES_OF[asked.filter];
      const found = await backend.transfersFindItems({ jobId, text: text.trim(), states, offset: 0, limit });
      answer = { ...found, problem: null };
    } catch (error) {
      answer = { items: asked.items, total: asked.total, problem: toIpcError(error) };
    }
    const now = this.unfolded[jobId];
    // Folded meanwhile, or others were asked for: that answer is on its way.
    if (now?.limit !== asked.limit || now.text !== asked.text || now.filter !== asked.filter) return;
    this.unfolded = { ...this.unfolded, [jobId]: { ...now, ...answer } };
  }
}

/** What a message about a job says now; null when a person has stopped it or it waits, which its own line explains. */
export function newsOf(job: TransferJob): Pick<ToastMessage, 'tone' | 'title' | 'text'> | null {
  const text = job.folder;
  if (job.state === 'running') return { tone: 'info', title: t.transfers.download.started(job.total), text };
  if (job.state !== 'finished') return null;
  return job.failed > 0
    ? { tone: 'danger', title: t.transfers.view.state.finishedFailed(job.failed), text }
    : { tone: 'good', title: t.transfers.download.finished(job.total), text };
}

/** Lets a refused action be seen; the buttons that call these have nowhere else to show it. */
async function told<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    toasts.fail(error);
    return undefined;
  }
}

export const transfers = new Transfers();

onEvent('transfer', ({ job }) => transfers.put(job));
