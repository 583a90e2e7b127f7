/** How an export job of Vonage reads, and when to ask for it again. */
import type { ExportJobState, ExportJobView } from '../ipc/exportJobs';

/** The first wait between two questions, and the longest. */
export const FIRST_POLL_MS = 5_000;
export const LONGEST_POLL_MS = 60_000;

/** What can be said of a job now: an archive goes away at its time, whether or not anybody has asked since. */
export function phaseOf(job: ExportJobView, nowMs: number): ExportJobState {
  if (job.status !== 'complete') return job.status;
  return job.validUntilMs !== null && job.validUntilMs <= nowMs ? 'expired' : 'complete';
}

/** From 0 to 1; null when Vonage does not say. */
export function jobProgress(job: ExportJobView): number | null {
  if (job.status === 'complete') return 1;
  if (job.filesCompleted === null || job.filesTotal === null || job.filesTotal === 0) return null;
  return Math.min(1, job.filesCompleted / job.filesTotal);
}

/**
 * How long to wait before asking again; null when no job is open. A job that moved since the last question is worth
 * asking soon, one that did not is asked twice as late each time.
 */
export function nextPollMs(
  jobs: readonly ExportJobView[],
  before: readonly ExportJobView[],
  lastWaitMs: number | null,
): number | null {
  const open = jobs.filter((job) => job.status === 'running' || job.status === 'other');
  if (open.length === 0) return null;
  const moved = open.some((job) => {
    const old = before.find(({ jobId }) => jobId === job.jobId);
    return old?.filesCompleted !== job.filesCompleted || old?.status !== job.status;
  });
  if (moved || lastWaitMs === null) return FIRST_POLL_MS;
  return Math.min(LONGEST_POLL_MS, lastWaitMs * 2);
}
