/** The columns of the table, as a person arranged them; kept in the settings. */
import type { ColumnName } from '../ipc/library';
import { type Column, mergeColumns, moved, placed, withVisible, withWidth } from '../lib/columns';
import { settings } from './settings.svelte';

class Columns {
  readonly all = $derived(mergeColumns(settings.current.columns));
  readonly visible = $derived(this.all.filter((column) => column.visible));

  resize(name: ColumnName, widthPx: number): void {
    this.#put(withWidth(this.all, name, widthPx));
  }

  show(name: ColumnName, visible: boolean): void {
    this.#put(withVisible(this.all, name, visible));
  }

  move(name: ColumnName, by: -1 | 1): void {
    this.#put(moved(this.all, name, by));
  }

  place(name: ColumnName, beside: ColumnName, after: boolean): void {
    this.#put(placed(this.all, name, beside, after));
  }

  reset(): void {
    this.#put([]);
  }

  #put(columns: Column[]): void {
    settings.set({ columns });
  }
}

export const columns = new Columns();
