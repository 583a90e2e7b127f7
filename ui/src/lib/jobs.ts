/** How a download job reads: how far it is, how long it will take, what became of its files. */
import type { ItemOrderName, ItemStateName, TransferJob } from '../ipc/transfers';
import { t } from '../strings/en';
import { formatBytes, formatCount, formatEstimate, formatRate, timeLeftMs } from './format';

/** Files that have come to an end, well or not. */
export function endedFiles(job: TransferJob): number {
  return job.saved + job.skipped + job.failed + job.cancelled;
}

/** From 0 to 1. By bytes where their number is known, because files differ in size; else by files. */
export function progressOf(job: TransferJob): number {
  if (job.state === 'finished') return 1;
  if (job.expectedBytes !== null && job.expectedBytes > 0) {
    return Math.min(1, job.receivedBytes / job.expectedBytes);
  }
  return job.total === 0 ? 1 : endedFiles(job) / job.total;
}

/** Milliseconds that the rest takes: as the program estimates, else at the present rate; null when nobody can know. */
export function jobTimeLeftMs(job: TransferJob): number | null {
  if (job.state !== 'running') return null;
  if (job.leftMs !== null) return job.leftMs;
  if (job.expectedBytes === null) return null;
  return timeLeftMs(job.expectedBytes - job.receivedBytes, job.bytesPerS);
}

/** What can be done with one file of a job that is in this state. */
export function ordersOf(state: ItemStateName): readonly ItemOrderName[] {
  switch (state) {
    case 'queued':
      return ['first', 'pause', 'cancel'];
    case 'held':
      return ['resume', 'cancel'];
    case 'waiting':
      return ['resume', 'pause', 'cancel'];
    case 'receiving':
    case 'verifying':
      return ['pause', 'cancel'];
    case 'failed':
    case 'cancelled':
      return ['retry'];
    case 'verified':
    case 'remarked':
    case 'skipped':
      return [];
  }
}

/** The line under the bar: files, bytes, rate, time left; whatever of it is known and still means something. */
export function describeJob(job: TransferJob): string[] {
  const words = t.transfers.view;
  const moving = job.state === 'running' || job.state === 'paused';
  const parts: string[] = [];
  if (moving) parts.push(words.progress(formatCount(endedFiles(job)), formatCount(job.total)));
  if (job.saved > 0) parts.push(words.saved(formatCount(job.saved)));
  if (job.skipped > 0) parts.push(words.skipped(formatCount(job.skipped)));
  if (job.cancelled > 0) parts.push(words.leftOut(formatCount(job.cancelled)));
  if (moving && job.held > 0) parts.push(words.held(formatCount(job.held)));
  if (moving && job.waiting > 0) parts.push(words.waiting(formatCount(job.waiting)));
  if (job.receivedBytes > 0) {
    parts.push(
      moving
        ? words.bytes(
            formatBytes(job.receivedBytes),
            job.expectedBytes === null ? null : formatBytes(job.expectedBytes),
          )
        : formatBytes(job.receivedBytes),
    );
  }
  if (job.state === 'running') {
    if (job.bytesPerS !== null) parts.push(formatRate(job.bytesPerS));
    const leftMs = jobTimeLeftMs(job);
    if (leftMs !== null && leftMs > 0) parts.push(words.left(formatEstimate(leftMs)));
  }
  return parts;
}

/** The last part of a path, which names a folder to a person; works for both kinds of slash. */
export function folderName(path: string): string {
  return (
    path
      .split(/[\\/]/)
      .filter((part) => part !== '')
      .pop() ?? path
  );
}
