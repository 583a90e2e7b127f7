/**
 * The table's data: what is asked for, the snapshot that answers it, and the rows in view.
 *
 * A snapshot does not move. When the index changes, rows in view are read again in place (a copy's state), and a newer
 * snapshot is shown only when that cannot move a row under somebody's pointer; otherwise the window offers it.
 */
import { backend } from '../backend';
import type { IpcError } from '../ipc/error';
import type { ColumnName, Row, SearchResult, ViewName } from '../ipc/library';
import { RowBlocks } from '../lib/blocks';
import { sortedAlsoBy, sortedBy } from '../lib/columns';
import { toIpcError } from '../lib/errors';
import { atMost } from '../lib/rate';
import { columns } from './columns.svelte';
import { counts } from './counts.svelte';
import { onEvent } from './events';
import { selection } from './selection.svelte';

/** The index may change ten times a second; people do not read that fast. */
const RENEW_EVERY_MS = 400;

class Library {
  text = $state('');
  view = $state<ViewName>('all');
  accountId = $state<string | null>(null);

  result = $state.raw<SearchResult | null>(null);
  /** The text that the result answers: positions in it are about this one. */
  readText = $state('');
  problem = $state.raw<IpcError | null>(null);
  /** True while a search runs. */
  searching = $state(false);
  /** A newer snapshot that waits for the person to want it. */
  newer = $state.raw<SearchResult | null>(null);
  /** Grows whenever rows arrived: reading it makes a reader of `rowAt` reactive. */
  version = $state(0);
  /** The row that has the focus of the table, and that the details show. */
  cursor = $state<number | null>(null);
  /** Grows with each new question, so that the table goes back to its top. */
  question = $state(0);

  /** The rows that are shown, and those of the newest snapshot, which take over once the first of them are here. */
  #blocks: RowBlocks<Row> | null = null;
  #latest: RowBlocks<Row> | null = null;
  #inView = { first: 0, last: 0 };
  #atTop = true;
  #wanted = 0;

  readonly count = $derived(this.result?.count ?? 0);
  readonly activeRow = $derived(this.cursor === null ? null : this.rowAt(this.cursor));

  /** The row at a position of the snapshot, if it has arrived. */
  rowAt(index: number): Row | null {
    void this.version;
    return this.#blocks?.rowAt(index) ?? null;
  }

  setText(text: string): void {
    if (text === this.text) return;
    this.text = text;
    this.#ask();
  }

  openView(view: ViewName, accountId: string | null = this.accountId): void {
    if (view === this.view && accountId === this.accountId) return;
    this.view = view;
    this.accountId = accountId;
    this.#ask();
  }

  /** All of a question at once, as a saved view has it. */
  openSearch(text: string, view: ViewName, accountId: string | null): void {
    this.text = text;
    this.view = view;
    this.accountId = accountId;
    this.#ask();
  }

  openAccount(accountId: string | null): void {
    this.openView(this.view, accountId);
  }

  /** Sorts by a column alone: the same column again turns the order round. */
  sortBy(column: ColumnName, descending?: boolean): void {
    columns.setSort(sortedBy(columns.sort, column, descending));
    this.#ask(false);
  }

  /** Sorts by a column also, after those that sort already. */
  sortAlsoBy(column: ColumnName): void {
    columns.setSort(sortedAlsoBy(columns.sort, column));
    this.#ask(false);
  }

  /** Everything at its default. */
  clearFilters(): void {
    this.text = '';
    this.view = 'all';
    this.accountId = null;
    this.#ask();
  }

  #ask(isOtherSet = true): void {
    if (isOtherSet) selection.clear();
    this.cursor = null;
    void this.search();
  }

  /** Asks, and shows the answer from its top. Only the answer to the latest question counts. */
  async search(): Promise<void> {
    const wanted = ++this.#wanted;
    const { text } = this;
    this.searching = true;
    try {
      const result = await this.#query();
      if (wanted !== this.#wanted) return;
      this.readText = text;
      this.#show(result);
      this.question += 1;
      this.problem = null;
    } catch (error) {
      if (wanted === this.#wanted) this.problem = toIpcError(error);
    } finally {
      if (wanted === this.#wanted) this.searching = false;
    }
  }

  /** Asks the same again and keeps the place. */
  async refresh(): Promise<void> {
    const wanted = ++this.#wanted;
    const key = this.activeRow?.key ?? null;
    try {
      const result = await this.#query();
      if (wanted !== this.#wanted) return;
      this.#show(result, true);
      this.problem = null;
      if (this.cursor !== null) await this.#followRow(key);
    } catch (error) {
      if (wanted === this.#wanted) this.problem = toIpcError(error);
    } finally {
      if (wanted === this.#wanted) this.searching = false;
    }
  }

  #query(): Promise<SearchResult> {
    const [first, ...thenBy] = columns.sort;
    return backend.librarySearch({
      text: this.text,
      accountId: this.accountId,
      view: this.view,
      sort: first?.column ?? 'when',
      descending: first?.descending ?? true,
      thenBy,
    });
  }

  #show(result: SearchResult, inPlace = false): void {
    const { snapshot } = result;
    const old = inPlace ? this.#blocks : null;
    const blocks = new RowBlocks<Row>(
      (offset, limit) => backend.libraryWindow(snapshot, offset, limit),
      () => {
        if (blocks !== this.#latest) return;
        // The old rows stayed until now: nothing flickers.
        this.#blocks = blocks;
        this.version += 1;
      },
      (error) => this.#rowsFailed(error, blocks),
    );
    this.#latest = blocks;
    if (old === null) this.#blocks = blocks;
    this.result = result;
    this.newer = null;
    selection.follow(snapshot, result.count);
    if (result.count > 0) {
      const last = Math.min(this.#inView.last, result.count - 1);
      if (inPlace) blocks.want(Math.min(this.#inView.first, last), last);
      else blocks.want(0, 0);
    } else {
      this.#blocks = blocks;
      this.cursor = null;
    }
    this.version += 1;
  }

  /** After a refresh, the cursor stays on its recording if it is still near; else on its position. */
  async #followRow(key: number | null): Promise<void> {
    const at = this.cursor ?? 0;
    const first = Math.max(0, at - 100);
    const rows = (await this.#latest?.between(first, Math.min(this.count - 1, at + 100))) ?? [];
    const found = rows.findIndex((row) => row.key === key);
    if (this.count === 0) this.cursor = null;
    else this.cursor = found === -1 ? Math.min(at, this.count - 1) : first + found;
  }

  #rowsFailed(error: unknown, blocks: RowBlocks<Row>): void {
    const known = toIpcError(error);
    if (blocks !== this.#latest) return;
    if (known.code === 'stale') void this.refresh();
    else this.problem = known;
  }

  /** The table tells what it shows. */
  showing(first: number, last: number, atTop: boolean): void {
    this.#inView = { first, last };
    this.#atTop = atTop;
    this.#latest?.want(first, last, this.count);
  }

  /** Keys between two positions, both included. */
  async keysBetween(first: number, last: number): Promise<number[]> {
    const rows = await this.#latest?.between(Math.max(0, first), Math.min(last, this.count - 1));
    return (rows ?? []).map((row) => row.key);
  }

  /** Shows the newer snapshot that was offered. */
  showNewer(): void {
    void this.refresh();
  }

  /** The index changed. */
  async changed(): Promise<void> {
    void counts.load();
    if (this.searching) return;
    if (this.result === null || this.count === 0 || (this.#atTop && selection.count === 0)) {
      await this.refresh();
      return;
    }
    this.#latest?.renew(this.#inView.first, this.#inView.last);
    if (this.newer !== null) return;
    const wanted = this.#wanted;
    const result = await this.#query().catch(() => null);
    // Each question costs a snapshot and only a few are kept, so an answer that is not better becomes ours.
    if (result === null || wanted !== this.#wanted) return;
    if (result.count !== this.count || result.durationMs !== this.result.durationMs) this.newer = result;
    else this.#show(result, true);
  }
}

export const library = new Library();

const changed = atMost(RENEW_EVERY_MS, () => void library.changed());
onEvent('libraryChanged', changed);
