/** Searching, sorting and windows of the made-up library, and deletion. */
import type {
  ColumnName,
  DeleteOutcome,
  DeleteRequest,
  RecordingDetail,
  Row,
  SearchRequest,
  SearchResult,
  Selection,
  SelectionTotals,
  ViewCounts,
  ViewName,
} from '../../ipc/library';
import type { Facts } from './calls';
import { hex } from './random';
import { fail, keysOf, type World } from './world';

const KEPT_SNAPSHOTS = 4;
const MAX_WINDOW = 500;

function inView(row: Facts, view: ViewName): boolean {
  switch (view) {
    case 'all':
      return true;
    case 'new':
      return row.key <= 12;
    case 'notSaved':
      return row.state === 'notSaved' && !row.gone;
    case 'needsAttention':
      return row.state === 'failed' || row.state === 'remarked' || (row.gone && row.state === 'notSaved');
  }
}

/** Every word must be somewhere; a word of digits matches numbers however they are written. */
function matcher(text: string): (row: Row) => boolean {
  const numberLike = /^[+\d\s().-]+$/.test(text.trim());
  const words = (numberLike ? [text] : text.split(/\s+/))
    .map((word) => word.trim().toLowerCase())
    .filter(Boolean);
  return (row) => {
    const names =
      `${row.conferenceName ?? ''}\n${row.recordingId}\n${row.from}\n${row.to}\n${row.kind ?? ''}`.toLowerCase();
    const digits = `${row.from.replace(/\D/g, '')}\n${row.to.replace(/\D/g, '')}`;
    return words.every((word) => {
      const plain = word.replace(/\D/g, '').replace(/^00/, '');
      return names.includes(word) || (plain !== '' && /^[+\d\s().-]+$/.test(word) && digits.includes(plain));
    });
  };
}

const STATE_RANK = { notSaved: 0, moving: 1, failed: 2, remarked: 3, verified: 4 } as const;

function sortValue(row: Row, column: ColumnName): string | number {
  switch (column) {
    case 'when':
      return row.atMs ?? -1;
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
  }
}

export class Catalogue {
  #snapshots = new Map<number, Uint32Array>();
  #next = 1;

  constructor(readonly world: World) {}

  *#keys(): Generator<number> {
    for (let key = 1; key <= this.world.indexed; key++) if (!this.world.deleted.has(key)) yield key;
  }

  search(request: SearchRequest): SearchResult {
    if (this.world.options.scenario === 'error') {
      fail({ code: 'indexFailed', what: 'The index could not be read: database disk image is malformed.' });
    }
    const { text, sort } = request;
    const matches = text.trim() === '' ? null : matcher(text);
    const keys: number[] = [];
    const values: (string | number)[] = [];
    const totals = { durationMs: 0, knownBytes: 0, unknownSizeCount: 0 };
    // Rows are made newest first, so the common order needs no sort.
    const needsSort = sort !== 'when';
    for (const key of this.#keys()) {
      const facts = this.world.facts(key);
      if (request.accountId !== null && facts.accountId !== request.accountId) continue;
      if (!inView(facts, request.view)) continue;
      if (matches !== null || needsSort) {
        const { row } = this.world.call(key);
        if (matches !== null && !matches(row)) continue;
        if (needsSort) values.push(sortValue(row, sort));
      }
      keys.push(key);
      totals.durationMs += facts.durationMs ?? 0;
      totals.knownBytes += facts.sizeBytes ?? 0;
      if (facts.sizeBytes === null) totals.unknownSizeCount += 1;
    }
    const snapshot = this.#keep(
      needsSort ? sorted(keys, values, request.descending) : inTime(keys, request.descending),
    );
    return { snapshot, count: keys.length, ...totals };
  }

  #keep(keys: Uint32Array): number {
    const snapshot = this.#next++;
    this.#snapshots.set(snapshot, keys);
    for (const old of [...this.#snapshots.keys()].slice(0, -KEPT_SNAPSHOTS)) this.#snapshots.delete(old);
    return snapshot;
  }

  rowsOf = (snapshot: number): Uint32Array =>
    this.#snapshots.get(snapshot) ??
    fail({ code: 'stale', what: `Snapshot ${snapshot} is not kept any more.` });

  window(snapshot: number, offset: number, limit: number): Row[] {
    const keys = this.rowsOf(snapshot).subarray(offset, offset + Math.min(limit, MAX_WINDOW));
    return Array.from(keys, (key) => this.world.call(key).row);
  }

  counts(): ViewCounts {
    const counts = { all: 0, new: 0, notSaved: 0, needsAttention: 0 };
    for (const key of this.#keys()) {
      const facts = this.world.facts(key);
      for (const view of ['all', 'new', 'notSaved', 'needsAttention'] as const) {
        if (inView(facts, view)) counts[view] += 1;
      }
    }
    return counts;
  }

  detail(key: number): RecordingDetail {
    const { world } = this;
    if (key > world.indexed || world.deleted.has(key))
      fail({ code: 'stale', what: 'This recording is not in the index.' });
    const { row, fromRaw, toRaw, callUuid, channels } = world.call(key);
    const saved = row.state === 'verified' || row.state === 'remarked';
    const endedAtMs = row.atMs === null || row.durationMs === null ? null : row.atMs + row.durationMs;
    const neighbours = [key - 1, key + 1].filter((other) => other >= 1 && other <= world.indexed);
    const bytes = row.sizeBytes ?? 0;
    return {
      row,
      accountLabel: world.accounts.find((account) => account.id === row.accountId)?.label ?? row.accountId,
      callUuid,
      fromRaw,
      toRaw,
      addedAtMs: endedAtMs === null ? null : endedAtMs + 4200,
      endedAtMs,
      billedS: row.durationMs === null ? null : Math.ceil(row.durationMs / 60_000) * 60,
      storageDays: row.atMs === null ? null : Math.floor((world.shelf.nowMs - row.atMs) / 86_400_000),
      monthlyCost: row.durationMs === null ? null : (row.durationMs / 60_000) * 0.0004,
      firstSeenMs: (endedAtMs ?? world.shelf.nowMs) + 90_000,
      sameCall: neighbours
        .map((other) => world.call(other))
        .filter((other) => other.callUuid === callUuid)
        .map((other) => other.row),
      copy: saved
        ? {
            path: `/home/you/Recordings/${row.recordingId}.${row.format}`,
            sizeBytes: bytes,
            sha256: hex(world.options.seed, key, 50, 64),
            verifiedAtMs: world.shelf.nowMs - 3_600_000,
            evidence: `${row.format} · 8 kHz · ${channels === 2 ? 'stereo' : 'mono'}`,
            remarks: row.state === 'remarked' ? ['The file is 3 s shorter than the provider says.'] : [],
          }
        : null,
      lastFailure: row.state === 'failed' ? 'The reply was a web page, not audio.' : null,
      rawJson: JSON.stringify(
        {
          recording_id: row.recordingId,
          call_uuid: callUuid,
          from_number: fromRaw,
          to_number: toRaw,
          recording_type: row.kind,
          recording_format: row.format,
          recording_duration_ms: row.durationMs === null ? null : `${row.durationMs}.00000`,
          conference_name: row.conferenceName,
        },
        null,
        2,
      ),
    };
  }

  totals(selection: Selection): SelectionTotals {
    const totals = {
      count: 0,
      durationMs: 0,
      knownBytes: 0,
      unknownSizeCount: 0,
      savedCount: 0,
      unsavedCount: 0,
      goneCount: 0,
    };
    for (const key of keysOf(selection, this.rowsOf)) {
      const row = this.world.facts(key);
      totals.count += 1;
      totals.durationMs += row.durationMs ?? 0;
      totals.knownBytes += row.sizeBytes ?? 0;
      if (row.sizeBytes === null) totals.unknownSizeCount += 1;
      if (row.state === 'verified' || row.state === 'remarked') totals.savedCount += 1;
      else totals.unsavedCount += 1;
      if (row.gone) totals.goneCount += 1;
    }
    return totals;
  }

  delete(request: DeleteRequest): DeleteOutcome {
    const keys = keysOf(request.selection, this.rowsOf);
    if (keys.length !== request.confirmedCount) {
      fail({
        code: 'invalid',
        field: null,
        what: `You agreed to ${request.confirmedCount}, but the selection has ${keys.length}.`,
      });
    }
    if (this.world.options.scenario === 'offline')
      fail({ code: 'unreachable', what: 'No answer from api.vobiz.ai.' });
    const outcome: DeleteOutcome = { deleted: 0, alreadyGone: 0, kept: [] };
    for (const key of keys) {
      const { row } = this.world.call(key);
      const saved = row.state === 'verified' || row.state === 'remarked';
      if (!saved && !request.withoutCopy) {
        outcome.kept.push({ key, why: 'There is no verified copy on this computer.' });
      } else {
        if (row.gone) outcome.alreadyGone += 1;
        else outcome.deleted += 1;
        this.world.deleted.add(key);
      }
    }
    this.world.libraryChanged();
    return outcome;
  }
}

function inTime(keys: number[], descending: boolean): Uint32Array {
  return Uint32Array.from(descending ? keys : keys.reverse());
}

/** Ties are broken by time, newest first: the order is total. */
function sorted(keys: number[], values: (string | number)[], descending: boolean): Uint32Array {
  const order = Uint32Array.from(keys, (_, index) => index);
  const sign = descending ? -1 : 1;
  order.sort((a, b) => {
    const left = values[a] ?? '';
    const right = values[b] ?? '';
    return left < right ? -sign : left > right ? sign : a - b;
  });
  return order.map((index) => keys[index] ?? 0);
}
