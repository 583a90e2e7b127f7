/**
 * The columns of the table and the order of its rows, as a person arranged them. They are kept in the settings; while a saved
 * view is open that has its own, those hold instead, and changes stay with the view until it is saved or left.
 */
import type { ColumnLayout, SortedColumn } from '../ipc/app';
import type { ColumnName } from '../ipc/library';
import {
  type Column,
  type ColumnSort,
  mergeColumns,
  mergeSort,
  moved,
  placed,
  withPinned,
  withVisible,
  withWidth,
} from '../lib/columns';
import { settings } from './settings.svelte';

/** What a saved view keeps of the table. */
export interface Arrangement {
  columns: readonly ColumnLayout[];
  sort: readonly SortedColumn[];
}

class Columns {
  #own = $state.raw<Arrangement | null>(null);
  readonly arrangement = $derived<Arrangement>(this.#own ?? settings.current);
  readonly all = $derived(mergeColumns(this.arrangement.columns));
  readonly visible = $derived(this.all.filter((column) => column.visible));
  readonly sort = $derived(mergeSort(this.arrangement.sort));

  /** From here on this arrangement holds; null goes back to the one of the settings. */
  use(arrangement: Arrangement | null): void {
    this.#own = arrangement;
  }

  resize(name: ColumnName, widthPx: number): void {
    this.put(withWidth(this.all, name, widthPx));
  }

  show(name: ColumnName, visible: boolean): void {
    this.put(withVisible(this.all, name, visible));
  }

  pin(name: ColumnName, pinned: boolean): void {
    this.put(withPinned(this.all, name, pinned));
  }

  move(name: ColumnName, by: -1 | 1): void {
    this.put(moved(this.all, name, by));
  }

  place(name: ColumnName, beside: ColumnName, after: boolean): void {
    this.put(placed(this.all, name, beside, after));
  }

  reset(): void {
    this.put([]);
  }

  put(columns: readonly Column[]): void {
    if (this.#own === null) settings.set({ columns: [...columns] });
    else this.#own = { ...this.#own, columns };
  }

  setSort(sort: readonly ColumnSort[]): void {
    if (this.#own === null) settings.set({ sort: [...sort] });
    else this.#own = { ...this.#own, sort };
  }
}

export const columns = new Columns();
