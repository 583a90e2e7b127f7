/**
 * The export jobs that run at Vonage. While somebody looks and one of them is open, the list is asked for again: soon at
 * first, then ever more rarely, because each question costs one of the few requests that the quota allows.
 */
import { backend } from '../backend';
import type { IpcError } from '../ipc/error';
import type { ArchiveProgress, ExportJobView, SavedArchive } from '../ipc/exportJobs';
import { toIpcError } from '../lib/errors';
import { nextPollMs } from '../lib/exportJobs';
import { t } from '../strings/en';
import { onEvent } from './events';
import { toasts } from './toasts.svelte';

export interface JobList {
  jobs: readonly ExportJobView[];
  loaded: boolean;
  /** Why the last question was not answered; what was known before stays. */
  problem: IpcError | null;
  asking: boolean;
  askedAtMs: number | null;
  /** When the next question is asked; null when there is no need for one. */
  nextAtMs: number | null;
}

const NOTHING: JobList = {
  jobs: [],
  loaded: false,
  problem: null,
  asking: false,
  askedAtMs: null,
  nextAtMs: null,
};

class ExportJobs {
  byAccount = $state.raw<Readonly<Record<string, JobList>>>({});
  /** Archives on their way, by job id. */
  downloads = $state.raw<Readonly<Record<string, ArchiveProgress | null>>>({});
  #watchers = new Map<string, number>();
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #waits = new Map<string, number>();

  of(accountId: string): JobList {
    return this.byAccount[accountId] ?? NOTHING;
  }

  /** Keeps the list of an account fresh until the returned function is called. */
  watch(accountId: string): () => void {
    this.#watchers.set(accountId, (this.#watchers.get(accountId) ?? 0) + 1);
    if (!this.of(accountId).loaded) void this.#loadKnown(accountId);
    void this.ask(accountId);
    return () => {
      const left = (this.#watchers.get(accountId) ?? 1) - 1;
      this.#watchers.set(accountId, left);
      if (left > 0) return;
      this.#cancel(accountId);
      this.#put(accountId, { nextAtMs: null });
    };
  }

  /** Asks now. */
  async ask(accountId: string): Promise<void> {
    const before = this.of(accountId);
    if (before.asking) return;
    this.#cancel(accountId);
    this.#put(accountId, { asking: true, nextAtMs: null });
    try {
      const jobs = await backend.exportsJobs(accountId);
      this.#put(accountId, { jobs, loaded: true, problem: null, askedAtMs: Date.now() });
    } catch (error) {
      this.#put(accountId, { problem: toIpcError(error) });
    }
    this.#put(accountId, { asking: false });
    this.#askAgain(accountId, before.jobs);
  }

  /** Takes the jobs as they are after a new one was asked for, and asks soon how it is doing. */
  take(accountId: string, jobs: readonly ExportJobView[]): void {
    this.#put(accountId, { jobs, loaded: true, askedAtMs: Date.now() });
    this.#waits.delete(accountId);
    this.#askAgain(accountId, []);
  }

  /** What is on record, until the vendor has answered. Its absence is no trouble: the question follows. */
  async #loadKnown(accountId: string): Promise<void> {
    const known = await backend.exportsKnownJobs(accountId).catch(() => []);
    if (!this.of(accountId).loaded && known.length > 0) this.#put(accountId, { jobs: known });
  }

  /** Stops the download of an archive. */
  cancel(accountId: string, jobId: string): Promise<void> {
    return backend.exportsCancelArchive(accountId, jobId).catch((error) => toasts.fail(error));
  }

  /** Asks for a folder, then saves the archive there. Says itself how it went; null when nothing was saved. */
  async download(accountId: string, jobId: string): Promise<SavedArchive | null> {
    try {
      const folder = await backend.transfersChooseFolder();
      if (folder === null) return null;
      this.downloads = { ...this.downloads, [jobId]: null };
      const saved = await backend.exportsDownloadArchive(accountId, jobId, folder.token, (progress) => {
        this.downloads = { ...this.downloads, [jobId]: progress };
      });
      this.#put(accountId, {
        jobs: this.of(accountId).jobs.map((job) =>
          job.jobId === jobId ? { ...job, archivePath: saved.path } : job,
        ),
      });
      toasts.show({ tone: 'good', title: t.exportJobs.view.downloaded(saved.files), text: saved.path });
      return saved;
    } catch (error) {
      toasts.fail(error);
      return null;
    } finally {
      const { [jobId]: _ended, ...others } = this.downloads;
      this.downloads = others;
    }
  }

  #askAgain(accountId: string, before: readonly ExportJobView[]): void {
    const { jobs } = this.of(accountId);
    if (!this.#watchers.get(accountId)) return;
    const waitMs = nextPollMs(jobs, before, this.#waits.get(accountId) ?? null);
    if (waitMs === null) {
      this.#waits.delete(accountId);
      return;
    }
    this.#waits.set(accountId, waitMs);
    this.#cancel(accountId);
    this.#put(accountId, { nextAtMs: Date.now() + waitMs });
    this.#timers.set(
      accountId,
      setTimeout(() => void this.ask(accountId), waitMs),
    );
  }

  #cancel(accountId: string): void {
    clearTimeout(this.#timers.get(accountId));
    this.#timers.delete(accountId);
  }

  #put(accountId: string, change: Partial<JobList>): void {
    this.byAccount = { ...this.byAccount, [accountId]: { ...this.of(accountId), ...change } };
  }
}

export const exportJobs = new ExportJobs();

onEvent('exportsChanged', () => {
  for (const accountId of Object.keys(exportJobs.byAccount)) void exportJobs.ask(accountId);
});
