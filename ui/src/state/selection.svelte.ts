/**
 * Which rows are ticked: some, by key, or every row of the snapshot but a few. Rows that are not loaded can be ticked too,
 * so "all" is never a list. What the ticked rows amount to is asked of the program.
 */
import { backend } from '../backend';
import type { Selection, SelectionTotals } from '../ipc/library';
import { atMost } from '../lib/rate';

const TOTALS_EVERY_MS = 120;

class TickedRows {
  #mode = $state<'some' | 'all'>('some');
  /** Ticked keys, or with "all" the keys left out. */
  #keys = $state.raw<ReadonlySet<number>>(new Set());
  #snapshot = $state(0);
  #matching = $state(0);
  totals = $state.raw<SelectionTotals | null>(null);
  #asked = 0;
  readonly #askTotals = atMost(TOTALS_EVERY_MS, () => void this.#loadTotals());

  readonly isAll = $derived(this.#mode === 'all' && this.#keys.size === 0);
  readonly count = $derived(
    this.#mode === 'all' ? Math.max(0, this.#matching - this.#keys.size) : this.#keys.size,
  );
  /** Whether every row that matches is ticked, however it came about. */
  readonly coversAll = $derived(this.count > 0 && this.count === this.#matching);

  has(key: number): boolean {
    return this.#keys.has(key) === (this.#mode === 'some');
  }

  /** As the program wants it; null when nothing is ticked. */
  asSelection(): Selection | null {
    if (this.count === 0) return null;
    return this.#mode === 'all'
      ? { kind: 'snapshot', snapshot: this.#snapshot, except: [...this.#keys] }
      : { kind: 'keys', keys: [...this.#keys] };
  }

  toggle(key: number): void {
    this.set([key], !this.has(key));
  }

  /** Ticks these or unticks them. */
  set(keys: Iterable<number>, ticked: boolean): void {
    const next = new Set(this.#keys);
    for (const key of keys) {
      if (ticked === (this.#mode === 'some')) next.add(key);
      else next.delete(key);
    }
    this.#put(this.#mode, next);
  }

  /** Ticks these and nothing else. */
  only(keys: Iterable<number>): void {
    this.#put('some', new Set(keys));
  }

  all(): void {
    this.#put('all', new Set());
  }

  clear(): void {
    this.#put('some', new Set());
  }

  /** The snapshot changed its name or size; the ticks stay. */
  follow(snapshot: number, matching: number): void {
    this.#snapshot = snapshot;
    this.#matching = matching;
    if (this.count > 0) this.#askTotals();
  }

  #put(mode: 'some' | 'all', keys: ReadonlySet<number>): void {
    this.#mode = mode;
    this.#keys = keys;
    if (this.count === 0) {
      this.#asked += 1;
      this.totals = null;
    } else {
      this.#askTotals();
    }
  }

  async #loadTotals(): Promise<void> {
    const asked = ++this.#asked;
    const wanted = this.asSelection();
    if (wanted === null) return;
    const totals = await backend.librarySelectionTotals(wanted).catch(() => null);
    if (asked === this.#asked) this.totals = totals;
  }
}

export const selection = new TickedRows();
