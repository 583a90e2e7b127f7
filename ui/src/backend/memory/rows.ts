/** What the made-up rows have in common: which view they are in, what a column sorts by, and what writing on them changes. */
import type { Annotation } from '../../ipc/annotations';
import type { ColumnName, Row, ViewName } from '../../ipc/library';
import type { Facts } from './calls';

const DAY_MS = 86_400_000;

export function inView(row: Facts, view: ViewName, nowMs: number): boolean {
  switch (view) {
    case 'all':
      return true;
    case 'new':
      return row.key <= 12;
    case 'notSaved':
      return row.state === 'notSaved' && !row.gone;
    case 'needsAttention':
      return row.state === 'failed' || row.state === 'remarked' || (row.gone && row.state === 'notSaved');
    case 'expiringSoon':
      return row.state === 'notSaved' && !row.gone && row.atMs !== null && nowMs - row.atMs >= 25 * DAY_MS;
    case 'longCalls':
      return (row.durationMs ?? 0) >= 1_800_000;
    case 'veryShort':
      return row.durationMs !== null && row.durationMs < 10_000;
    case 'onHold':
      return row.hold !== null;
  }
}

const STATE_RANK = { notSaved: 0, moving: 1, failed: 2, remarked: 3, verified: 4 } as const;

/** What a column sorts by; what is unknown comes before everything. */
export function sortValue(row: Row, column: ColumnName): string | number {
  const at = row.atMs === null ? null : new Date(row.atMs);
  switch (column) {
    case 'when':
      return row.atMs ?? -1;
    case 'age':
      return row.atMs === null ? -1 : -row.atMs;
    case 'hour':
      return at?.getHours() ?? -1;
    case 'weekday':
      return at === null ? -1 : (at.getDay() + 6) % 7;
    case 'from':
      return row.from;
    case 'to':
      return row.to;
    case 'duration':
      return row.durationMs ?? -1;
    case 'kind':
      return row.kind ?? '';
    case 'format':
      return row.format ?? '';
    case 'size':
      return row.sizeBytes ?? -1;
    case 'conference':
      return row.conferenceName ?? '';
    case 'account':
      return row.accountId;
    case 'state':
      return STATE_RANK[row.state];
    case 'direction':
      return row.direction ?? '';
    case 'caller':
      return row.callerName ?? '';
    case 'extensions':
      return row.extensions.join();
    case 'cost':
      return row.monthlyCost ?? -1;
    case 'fromCountry':
      return row.fromCountry ?? '';
    case 'toCountry':
      return row.toCountry ?? '';
    case 'added':
      return row.addedAtMs ?? -1;
    case 'ended':
      return row.endedAtMs ?? -1;
    case 'billed':
      return row.billedS ?? -1;
    case 'storageDays':
      return row.storageDays ?? -1;
    case 'storageRate':
      return row.storageRate ?? -1;
    case 'firstSeen':
      return row.firstSeenMs;
    case 'verifiedAt':
      return row.verifiedAtMs ?? -1;
    case 'id':
      return row.recordingId;
    case 'call':
      return row.callUuid ?? '';
    case 'star':
      return row.starred ? 1 : 0;
    case 'tags':
      return row.tags.join();
    case 'note':
      return row.note ?? '';
    case 'hold':
      return row.hold ?? '';
    case 'rules':
      return row.ruleIds.join();
    case 'fileName':
      return row.fileName ?? '';
    case 'address':
      return row.mediaUrl ?? '';
  }
}

/** Rows are made newest first: the common order needs no comparison. */
export function inTime(keys: number[], descending: boolean): Uint32Array {
  return Uint32Array.from(descending ? keys : keys.reverse());
}

/** Ties are broken by time, newest first: the order is total. */
export function sorted(keys: number[], values: (string | number)[][], signs: readonly number[]): Uint32Array {
  const order = Uint32Array.from(keys, (_, index) => index);
  order.sort((a, b) => {
    for (const [step, sign] of signs.entries()) {
      const left = values[a]?.[step] ?? '';
      const right = values[b]?.[step] ?? '';
      if (left !== right) return left < right ? -sign : sign;
    }
    return a - b;
  });
  return order.map((index) => keys[index] ?? 0);
}

/** A row as an annotation leaves it; null when that is what it was. */
export function annotated(row: Row, annotation: Annotation): Partial<Row> | null {
  switch (annotation.kind) {
    case 'note': {
      const note = annotation.text.trim() || null;
      return note === row.note ? null : { note };
    }
    case 'addTags': {
      const tags = [...new Set([...row.tags, ...annotation.tags])].sort();
      return tags.length === row.tags.length ? null : { tags };
    }
    case 'removeTags': {
      const tags = row.tags.filter((tag) => !annotation.tags.includes(tag));
      return tags.length === row.tags.length ? null : { tags };
    }
    case 'star':
      return annotation.on === row.starred ? null : { starred: annotation.on };
    case 'hold':
      return { hold: annotation.name };
    case 'release':
      return row.hold === null ? null : { hold: null };
  }
}
