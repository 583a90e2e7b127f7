/** Searching, sorting and windows of the made-up library, and deletion. */

import type { Annotated, AnnotateRequest } from '../../ipc/annotations';
import type {
  DeleteOutcome,
  DeleteRequest,
  Row,
  SearchRequest,
  SearchResult,
  Selection,
  SelectionTotals,
  ViewCounts,
  ViewName,
} from '../../ipc/library';
import type { QueryCompletion, QueryReading, SeenValue } from '../../ipc/query';
import { completeQuery, readQuery, seenValues } from './queryForm';
import { type Context, matcherOf } from './queryMatch';
import { annotated, inTime, inView, sorted, sortValue } from './rows';
import { fail, keysOf, type World } from './world';

const KEPT_SNAPSHOTS = 4;
const MAX_WINDOW = 500;
const SAMPLE_ROWS = 5000;

export class Catalogue {
  #snapshots = new Map<number, Uint32Array>();
  #next = 1;
  /** Why a recording was put on hold here. */
  readonly #reasons = new Map<number, string>();

  constructor(readonly world: World) {}

  *#keys(): Generator<number> {
    for (let key = 1; key <= this.world.indexed; key++) if (!this.world.deleted.has(key)) yield key;
  }

  #context(): Context {
    const { accounts, settings, shelf } = this.world;
    const labels = new Map(accounts.map(({ id, label }) => [id, label]));
    return {
      nowMs: shelf.nowMs,
      timeZone: settings.timeZone,
      accountLabel: (accountId) => labels.get(accountId) ?? '',
    };
  }

  read(text: string): QueryReading {
    const { tree: _, ...reading } = readQuery(text, this.#context());
    return reading;
  }

  complete(text: string, cursor: number): QueryCompletion {
    return completeQuery(text, cursor, this.#sample(), this.#context());
  }

  values(token: string): SeenValue[] {
    return seenValues(token, this.#sample(), this.#context());
  }

  /** Enough rows to have seen every value. */
  #sample(): Row[] {
    return [...this.#keys()].slice(0, SAMPLE_ROWS).map((key) => this.world.call(key).row);
  }

  search(request: SearchRequest): SearchResult {
    if (this.world.options.scenario === 'error') {
      fail({ code: 'indexFailed', what: 'The index could not be read: database disk image is malformed.' });
    }
    const { sort, descending, thenBy = [] } = request;
    const { tree, problems, parts } = readQuery(request.text, this.#context());
    const matches = parts.some(({ applies }) => applies) ? matcherOf(tree, this.#context()) : null;
    const order = [{ column: sort, descending }, ...thenBy];
    const keys: number[] = [];
    const values: (string | number)[][] = [];
    const totals = {
      durationMs: 0,
      unknownDurationCount: 0,
      knownBytes: 0,
      unknownSizeCount: 0,
      monthlyCost: 0,
      unknownCostCount: 0,
    };
    // Rows are made newest first, so the common order needs no sort.
    const needsSort = sort !== 'when' || thenBy.length > 0;
    for (const key of this.#keys()) {
      const facts = this.world.facts(key);
      if (request.accountId !== null && facts.accountId !== request.accountId) continue;
      if (!inView(facts, request.view, this.world.shelf.nowMs)) continue;
      if (matches !== null || needsSort) {
        const { row } = this.world.call(key);
        if (matches !== null && !matches(row)) continue;
        if (needsSort) values.push(order.map(({ column }) => sortValue(row, column)));
      }
      keys.push(key);
      totals.durationMs += facts.durationMs ?? 0;
      if (facts.durationMs === null) totals.unknownDurationCount += 1;
      totals.knownBytes += facts.sizeBytes ?? 0;
      totals.monthlyCost += facts.monthlyCost ?? 0;
      if (facts.sizeBytes === null) totals.unknownSizeCount += 1;
      if (facts.monthlyCost === null) totals.unknownCostCount += 1;
    }
    const signs = order.map((one) => (one.descending ? -1 : 1));
    const snapshot = this.#keep(needsSort ? sorted(keys, values, signs) : inTime(keys, descending));
    return { snapshot, count: keys.length, ...totals, problems, parts };
  }

  count(request: Pick<SearchRequest, 'text' | 'accountId' | 'view'>): number {
    const result = this.search({ ...request, sort: 'when', descending: true });
    this.#snapshots.delete(result.snapshot);
    return result.count;
  }

  positions(snapshot: number, keys: readonly number[]): (number | null)[] {
    const rows = this.rowsOf(snapshot);
    return keys.map((key) => {
      const at = rows.indexOf(key);
      return at === -1 ? null : at;
    });
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
    const counts = {
      all: 0,
      new: 0,
      notSaved: 0,
      needsAttention: 0,
      expiringSoon: 0,
      longCalls: 0,
      veryShort: 0,
      onHold: 0,
    };
    const views = Object.keys(counts) as ViewName[];
    for (const key of this.#keys()) {
      const facts = this.world.facts(key);
      for (const view of views) if (inView(facts, view, this.world.shelf.nowMs)) counts[view] += 1;
    }
    return counts;
  }

  annotate({ selection, annotation }: AnnotateRequest): Annotated {
    let changed = 0;
    for (const key of keysOf(selection, this.rowsOf)) {
      const { row } = this.world.call(key);
      const change = annotated(row, annotation);
      if (change === null) continue;
      this.world.change(key, change);
      if (annotation.kind === 'hold') this.#reasons.set(key, annotation.reason);
      changed += 1;
    }
    if (changed > 0) this.world.libraryChanged();
    return { changed };
  }

  /** Why a recording is on hold, when that was said here. */
  reasonOf(key: number): string | null {
    return this.#reasons.get(key) ?? null;
  }

  /** Other rows that a query finds, newest first. */
  others(key: number, query: string): Row[] {
    const { tree } = readQuery(query, this.#context());
    const matches = matcherOf(tree, this.#context());
    return this.#sample().filter((row) => row.key !== key && matches(row));
  }

  totals(selection: Selection): SelectionTotals {
    const totals = {
      count: 0,
      durationMs: 0,
      unknownDurationCount: 0,
      knownBytes: 0,
      unknownSizeCount: 0,
      savedCount: 0,
      unsavedCount: 0,
      goneCount: 0,
      monthlyCost: 0,
      unknownCostCount: 0,
      heldCount: 0,
      heldSavedCount: 0,
    };
    for (const key of keysOf(selection, this.rowsOf)) {
      const row = this.world.facts(key);
      totals.count += 1;
      totals.durationMs += row.durationMs ?? 0;
      if (row.durationMs === null) totals.unknownDurationCount += 1;
      totals.knownBytes += row.sizeBytes ?? 0;
      if (row.sizeBytes === null) totals.unknownSizeCount += 1;
      const isSaved = row.state === 'verified' || row.state === 'remarked';
      if (isSaved) totals.savedCount += 1;
      else totals.unsavedCount += 1;
      if (isSaved && row.hold !== null) totals.heldSavedCount += 1;
      if (row.gone) totals.goneCount += 1;
      if (row.hold !== null) totals.heldCount += 1;
      totals.monthlyCost += row.monthlyCost ?? 0;
      if (row.monthlyCost === null) totals.unknownCostCount += 1;
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
      fail({ code: 'unreachable', obstacle: 'offline', what: 'No answer from api.vobiz.ai.' });
    const outcome: DeleteOutcome = { deleted: 0, alreadyGone: 0, kept: [], unknown: [] };
    for (const key of keys) {
      const { row } = this.world.call(key);
      const saved = row.state === 'verified' || row.state === 'remarked';
      if (row.hold !== null) {
        outcome.kept.push({ key, why: `It is on hold: ${row.hold}.` });
      } else if (!saved && !request.withoutCopy) {
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
