/** The words that `state:` and `has:` take in the made-up program, and the moments that days are asked of. */
import type { Row } from '../../ipc/library';

export type Test = (row: Row) => boolean;

export const STATES: Readonly<Record<string, Test>> = {
  saved: (row) => row.state === 'verified' || row.state === 'remarked',
  unsaved: (row) => row.state === 'notSaved',
  verified: (row) => row.state === 'verified',
  moving: (row) => row.state === 'moving',
  remarked: (row) => row.state === 'remarked',
  failed: (row) => row.state === 'failed',
  gone: (row) => row.gone,
  lost: (row) => row.gone && row.state === 'notSaved',
  deleted: (row) => row.deletedByUs,
};
export const HAS: Readonly<Record<string, Test>> = {
  note: (row) => row.note !== null,
  tag: (row) => row.tags.length > 0,
  star: (row) => row.starred,
  hold: (row) => row.hold !== null,
  copy: (row) => row.verifiedAtMs !== null,
  from: (row) => row.from !== '',
  to: (row) => row.to !== '',
  name: (row) => row.callerName !== null,
  conf: (row) => row.conferenceName !== null,
  ext: (row) => row.extensions.length > 0,
  date: (row) => row.atMs !== null,
  dur: (row) => row.durationMs !== null,
  size: (row) => row.sizeBytes !== null,
  cost: (row) => row.monthlyCost !== null,
  call: (row) => row.callUuid !== null,
  billed: (row) => row.billedS !== null,
  storage: (row) => row.storageDays !== null,
  rate: (row) => row.storageRate !== null,
  added: (row) => row.addedAtMs !== null,
  ended: (row) => row.endedAtMs !== null,
  verified: (row) => row.verifiedAtMs !== null,
  rule: (row) => row.ruleIds.length > 0,
  file: (row) => row.fileName !== null,
  address: (row) => row.mediaUrl !== null,
};

/** Which moment each token of a day is about. */
export const DAYS: Readonly<Record<string, (row: Row) => number | null>> = {
  date: (row) => row.atMs,
  added: (row) => row.addedAtMs,
  ended: (row) => row.endedAtMs,
  seen: (row) => row.firstSeenMs,
  verified: (row) => row.verifiedAtMs,
};
