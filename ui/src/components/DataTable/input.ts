/**
 * What keys and the pointer do on the rows: arrows, Home/End, Page Up/Down move; with Shift they extend; Space ticks; Enter
 * opens; Ctrl+C copies. With the pointer a range is pulled, or ended with Shift.
 */
import { tick } from 'svelte';
import { dragRange } from './drag';
import { extend, rowAfter } from './movement';
import type { TableScroll } from './scroll.svelte';
import type { TableProps } from './table';

/** The elements of the table, once they are there. */
interface Parts {
  scroller: HTMLElement | undefined;
  body: HTMLElement | undefined;
}

const indexOf = (event: Event): number | null => {
  const element = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
  const index = Number(element?.dataset.index ?? -1);
  return index >= 0 ? index : null;
};

const isCheck = (event: Event) => (event.target as HTMLElement).closest('.check') !== null;

export class TableInput<Row, Id extends string> {
  /** The focus is on a row, or on the grid in its place. */
  hasFocus = false;
  /** Where a range began. */
  #anchor = 0;
  #ranges = Promise.resolve();

  constructor(
    /** The table's own, as they are now. */
    readonly present: () => TableProps<Row, Id>,
    readonly scroll: TableScroll,
    readonly parts: () => Parts,
  ) {}

  get props(): TableProps<Row, Id> {
    return this.present();
  }

  /** The rows answer another question. */
  reset(): void {
    this.#anchor = 0;
  }

  /** True for what happens on rows, or on the grid itself while the row with the focus is out of view. */
  isOnRows(target: EventTarget | null): boolean {
    const { scroller, body } = this.parts();
    return target !== null && (target === scroller || (body?.contains(target as Node) ?? false));
  }

  async #moveTo(to: number, extends_: boolean): Promise<void> {
    const { props } = this;
    const from = props.cursor ?? this.#anchor;
    if (!extends_) this.#anchor = to;
    this.scroll.reveal(to);
    props.oncursor(to);
    if (!extends_) return;
    const changes = extend(this.#anchor, from, to);
    // One after the other: rows may have to be fetched first, and a held key is faster than that.
    this.#ranges = this.#ranges.then(async () => {
      for (const { first, last, ticked } of changes) await props.onrange(first, last, ticked);
    });
    await this.#ranges;
  }

  keydown = (event: KeyboardEvent): void => {
    const { props, scroll } = this;
    const { rowCount, cursor } = props;
    if (rowCount === 0 || event.altKey || !this.isOnRows(event.target)) return;
    const mod = event.ctrlKey || event.metaKey;
    const page = Math.max(1, Math.floor(scroll.viewportPx / props.rowHeightPx) - 1);
    const at = cursor ?? -1;
    const target = rowAfter(event.key, mod, { at, rowCount, page });
    const row = cursor === null ? null : props.rowAt(cursor);
    if (target !== null) void this.#moveTo(target, event.shiftKey);
    else if (event.key === ' ' && row !== null && !mod) {
      this.#anchor = at;
      props.ontoggle(row);
    } else if (event.key === 'Enter' && row !== null && !mod) props.onopen(row);
    else if (event.key.toLowerCase() === 'a' && mod && !event.shiftKey) props.onselectall(true);
    else if (event.key.toLowerCase() === 'c' && mod && !event.shiftKey) props.oncopy();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  click = (event: MouseEvent): void => {
    const { props } = this;
    const index = indexOf(event);
    const row = index === null ? null : props.rowAt(index);
    if (index === null || row === null) return;
    if (event.shiftKey) void this.#moveTo(index, true).then(() => this.#settleBox(event, row));
    else {
      this.#anchor = index;
      props.oncursor(index);
      if (isCheck(event) || event.ctrlKey || event.metaKey) props.ontoggle(row);
    }
    this.hasFocus = true;
  };

  /** The browser has toggled the box by itself; after a range, that may not be what holds. */
  async #settleBox(event: Event, row: Row): Promise<void> {
    const box = event.target;
    await tick();
    if (box instanceof HTMLInputElement) box.checked = this.props.isSelected(row);
  }

  press = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    const { scroll } = this;
    const isPlain = !event.shiftKey && !event.ctrlKey && !event.metaKey;
    // A finger that moves scrolls.
    if (indexOf(event) === null || event.button !== 0 || event.pointerType === 'touch' || !isPlain) return;
    const box = event.currentTarget.getBoundingClientRect();
    dragRange(event, {
      indexAt: (y) => scroll.indexAt(y - box.top),
      edges: () => ({ top: box.top, bottom: box.top + scroll.viewportPx }),
      scrollBy: (px) => scroll.by(px),
      start: (first) => {
        this.#anchor = first;
        this.hasFocus = true;
        this.props.oncursor(first);
      },
      to: (last) => void this.#moveTo(last, true),
    });
  };

  menu = (event: MouseEvent): void => {
    const { props } = this;
    if (!this.isOnRows(event.target)) return;
    const index = indexOf(event) ?? props.cursor;
    const row = index === null ? null : props.rowAt(index);
    if (index === null || row === null) return;
    event.preventDefault();
    props.oncursor(index);
    const target = event.target as HTMLElement;
    const column = target.closest<HTMLElement>('[data-column]')?.dataset.column as Id | undefined;
    const box = target.getBoundingClientRect();
    const byKey = event.button !== 2;
    props.onmenu(
      row,
      column ?? null,
      byKey ? { x: box.left + 48, y: box.bottom } : { x: event.clientX, y: event.clientY },
    );
  };

  opened = (event: MouseEvent): void => {
    const index = indexOf(event);
    const row = index === null ? null : this.props.rowAt(index);
    if (row !== null && !isCheck(event)) this.props.onopen(row);
  };
}
