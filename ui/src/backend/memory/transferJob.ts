/** How a made-up download job and its files begin and end, and what a person can do with one of them. */
import type { Row } from '../../ipc/library';
import type { TransferOptions } from '../../ipc/saving';
import type {
  ItemOrderName,
  ItemStateName,
  StartTransfer,
  TransferItem,
  TransferJob,
} from '../../ipc/transfers';
import { NO_REPLY, type World } from './world';

export const NO_OPTIONS: TransferOptions = {
  timeZone: '',
  callTime: false,
  csv: false,
  json: false,
  checksums: false,
  bag: false,
  rawJson: false,
};

/** Neither saved nor given up. */
export const isOpen = ({ state }: TransferItem) =>
  state === 'queued' || state === 'held' || state === 'waiting' || state === 'receiving';

/** A file of a job; one that is saved already costs nothing. */
export function newItem(row: Row, position: number, name: string): TransferItem {
  const saved = row.state === 'verified' || row.state === 'remarked';
  return {
    position,
    key: row.key,
    state: saved ? 'skipped' : 'queued',
    name,
    receivedBytes: saved ? (row.sizeBytes ?? 0) : 0,
    totalBytes: row.sizeBytes,
    note: null,
    reply: null,
    recordingId: row.recordingId,
    from: row.from,
    to: row.conferenceName ?? row.to,
    atMs: row.atMs,
    tries: 0,
    notBeforeMs: null,
  };
}

export function newJob(
  { template, options, priority }: StartTransfer,
  items: readonly TransferItem[],
  { id, rank, folder, createdAtMs }: { id: string; rank: number; folder: string; createdAtMs: number },
): TransferJob {
  const isKnown = items.every((item) => item.totalBytes !== null);
  return {
    id,
    state: 'running',
    folder,
    placeId: null,
    createdAtMs,
    endedAtMs: null,
    total: items.length,
    saved: 0,
    remarked: 0,
    skipped: items.filter((item) => item.state === 'skipped').length,
    failed: 0,
    receivedBytes: 0,
    expectedBytes: isKnown ? items.reduce((sum, item) => sum + (item.totalBytes ?? 0), 0) : null,
    bytesPerS: null,
    note: null,
    label: '',
    ruleId: null,
    priority,
    queueRank: rank,
    template,
    options,
    moving: 0,
    queued: 0,
    held: 0,
    waiting: 0,
    cancelled: 0,
    nextTryAtMs: null,
    leftMs: null,
    pace: null,
  };
}

export function orderItem(
  job: TransferJob,
  items: TransferItem[],
  item: TransferItem,
  order: ItemOrderName,
): void {
  if (order === 'pause' && isOpen(item)) item.state = 'held';
  else if (order === 'cancel' && isOpen(item)) item.state = 'cancelled';
  else if (order === 'resume' && isOpen(item)) item.state = 'queued';
  else if (order === 'first' && isOpen(item)) items.unshift(...items.splice(items.indexOf(item), 1));
  else if (order === 'retry' && (item.state === 'failed' || item.state === 'cancelled')) {
    if (item.state === 'failed') job.failed -= 1;
    Object.assign(item, { state: 'queued', receivedBytes: 0, note: null, reply: null });
    job.endedAtMs = null;
  }
}

/** A file has arrived whole, or it could not be had. */
export function endItem(world: World, job: TransferJob, item: TransferItem, row: Row, size: number): void {
  const failed = row.gone || world.options.scenario === 'offline';
  item.totalBytes = size;
  if (failed) {
    item.state = 'failed';
    item.note = row.gone
      ? 'The provider does not have this recording any more.'
      : 'No answer from media.vobiz.ai.';
    item.reply = row.gone
      ? {
          status: 404,
          message: 'recording not found',
          correlationId: '7c1be0c2-61f4-11f0-9a11-0242ac110004',
          errorCode: null,
        }
      : NO_REPLY;
    job.failed += 1;
    world.change(item.key, { state: 'failed' });
  } else {
    item.state = 'verified';
    job.saved += 1;
    if (job.placeId !== null) world.inBucket.set(item.key, job.placeId);
    world.change(item.key, { state: 'verified', sizeBytes: size });
  }
}

/** The numbers of a job, from its files. */
export function recount(job: TransferJob, items: readonly TransferItem[]): void {
  const countOf = (...states: ItemStateName[]) => items.filter((item) => states.includes(item.state)).length;
  job.moving = countOf('receiving', 'verifying');
  job.queued = countOf('queued', 'held', 'waiting');
  job.held = countOf('held');
  job.waiting = countOf('waiting');
  job.cancelled = countOf('cancelled');
}

/** A job of an earlier day: each of its files came, or was gone at the vendor. */
export function endLongAgo(
  world: World,
  job: TransferJob,
  items: readonly TransferItem[],
  endedAtMs: number,
): void {
  for (const item of items) {
    if (item.state !== 'queued') continue;
    const { row } = world.call(item.key);
    const size = item.totalBytes ?? (row.durationMs ?? 30_000) * 2;
    item.receivedBytes = size;
    job.receivedBytes += size;
    endItem(world, job, item, item.position % 17 === 5 ? { ...row, gone: true } : row, size);
  }
  job.state = 'finished';
  job.endedAtMs = endedAtMs;
  job.queueRank = null;
}
