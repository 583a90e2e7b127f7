/**
 * Where the table is scrolled to, and what of it is drawn. Positions are pixels of rows; the browser's own scroll position is
 * only the same thing on a shorter track (lib/grid.ts).
 *
 * After a jump the rows of the new place are not here yet. To draw it at once would draw every row twice: as a placeholder, and
 * a few milliseconds later with its words. So the old place stays until the rows of the new one have come, and only when they
 * take long does the new place show placeholders. While the scrollbar is dragged one place after the other is awaited, which
 * also keeps the requests to one at a time.
 */
import { untrack } from 'svelte';
import { clampTop, type Geometry, scale, topFor, trackPx, visibleRows } from '../../lib/grid';

/** Rows kept ready above and below the view. */
const SPARE_ROWS = 3;
/** Rows are placed relative to a row near them, because a pixel position in the millions is not exact. */
const ANCHOR_ROWS = 1000;
/** How long the old place stays while rows of the new one are awaited. */
const PATIENCE_MS = 80;

/** What the table knows of its rows. */
export interface RowsAtHand {
  rowCount: () => number;
  rowHeightPx: () => number;
  /** Reactive: read again when rows have arrived. */
  has: (index: number) => boolean;
  /** Tells that these rows are wanted, both included; `atTop` when nothing is above them. */
  want: (first: number, last: number, atTop: boolean) => void;
}

export class TableScroll {
  /** Where a person scrolled to. */
  #top = $state(0);
  /** What is drawn: there already, or soon. */
  #drawn = $state(0);
  /** The place whose rows are awaited. */
  #awaited: number | null = null;
  viewportPx = $state(0);
  readonly #rows: RowsAtHand;
  #element: HTMLElement | null = null;
  /** The scroll position we set ourselves: its echo is not a person's doing. */
  #own: number | null = null;
  #patience: ReturnType<typeof setTimeout> | undefined;
  /** What the wheel turned since the last frame. */
  #turnedPx = 0;
  #frame: number | null = null;

  constructor(rows: RowsAtHand) {
    this.#rows = rows;
  }

  readonly geometry: Geometry = $derived.by(() => ({
    rowCount: this.#rows.rowCount(),
    rowHeightPx: this.#rows.rowHeightPx(),
    viewportPx: this.viewportPx,
  }));
  readonly trackPx = $derived(trackPx(this.geometry));
  readonly scale = $derived(scale(this.geometry));
  readonly #poolSize = $derived(Math.ceil(this.viewportPx / this.geometry.rowHeightPx) + 1 + 2 * SPARE_ROWS);
  readonly #target = $derived(clampTop(this.#top, this.geometry));
  readonly #clamped = $derived(clampTop(this.#drawn, this.geometry));
  /** The rows that are drawn and in view. */
  readonly visible = $derived(visibleRows(this.#clamped, this.geometry));
  readonly #anchor = $derived(Math.floor(this.visible.first / ANCHOR_ROWS) * ANCHOR_ROWS);
  /** How far the layer of rows is shifted. */
  readonly offsetPx = $derived(this.#anchor * this.geometry.rowHeightPx - this.#clamped);

  /** The row of each pooled element. An element keeps its row until it is needed at the other end. */
  readonly slots = $derived.by(() => {
    const first = Math.max(0, this.visible.first - SPARE_ROWS);
    const size = this.#poolSize;
    return Array.from({ length: size }, (_, slot) => {
      const index = first + ((((slot - first) % size) + size) % size);
      return index < this.geometry.rowCount ? index : -1;
    });
  });

  /**
   * Asks for the rows of the place that was scrolled to, and draws it when they are here. To be run in an effect: it has to
   * run again when the place, the geometry or the rows change.
   */
  draw(): void {
    const target = this.#target;
    if (this.viewportPx <= 0 || this.geometry.rowCount === 0) return;
    const awaited = clampTop(this.#awaited ?? target, this.geometry);
    if (this.#isHere(awaited)) this.#settle(awaited);
    // Meanwhile somebody scrolled on.
    if (target !== awaited && this.#awaited === null && this.#isHere(target)) this.#settle(target);
  }

  /** Whether all rows of a place are here. Those that are not are asked for, and awaited for a while. */
  #isHere(place: number): boolean {
    const { first, last } = this.#want(place);
    for (let index = first; index <= last; index++) {
      if (this.#rows.has(index)) continue;
      this.#awaited = place;
      this.#patience ??= setTimeout(() => this.#drawAnyway(), PATIENCE_MS);
      return false;
    }
    return true;
  }

  #settle(place: number): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#awaited = null;
    this.#drawn = place;
  }

  /** Rows take long: their place is shown without them. */
  #drawAnyway(): void {
    const place = this.#target;
    this.#settle(place);
    this.#want(place);
  }

  /** Asks for all rows that are drawn at a place. */
  #want(place: number): { first: number; last: number } {
    const visible = visibleRows(place, this.geometry);
    const first = Math.max(0, visible.first - SPARE_ROWS);
    const last = Math.min(this.geometry.rowCount - 1, visible.last + SPARE_ROWS);
    untrack(() => this.#rows.want(first, last, place === 0));
    return { first, last };
  }

  /** Goes to the top of other rows, which nothing of the old ones is shown with. */
  startAgain(): void {
    this.#settle(0);
    this.to(0);
  }

  /** The row this many pixels below the top of the view, within the table. */
  indexAt(px: number): number {
    const { rowCount, rowHeightPx } = this.geometry;
    return Math.max(0, Math.min(rowCount - 1, Math.floor((this.#clamped + px) / rowHeightPx)));
  }

  /** Moves the view by pixels of rows. */
  by(px: number): void {
    this.to(this.#target + px);
  }

  /** Where a row lies within the layer. */
  rowPx(index: number): number {
    return (index - this.#anchor) * this.geometry.rowHeightPx;
  }

  attach(element: HTMLElement, headerPx: number): () => void {
    this.#element = element;
    const measure = () => {
      this.viewportPx = Math.max(0, element.clientHeight - headerPx);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    const wheel = (event: WheelEvent) => this.#wheel(event);
    // Svelte's own wheel listeners are passive; this one must be able to take over.
    element.addEventListener('wheel', wheel, { passive: false });
    return () => {
      observer.disconnect();
      clearTimeout(this.#patience);
      if (this.#frame !== null) cancelAnimationFrame(this.#frame);
      element.removeEventListener('wheel', wheel);
    };
  }

  /** The browser scrolled: by the scrollbar, by touch, or as the echo of ourselves. */
  scrolled(): void {
    const at = this.#element?.scrollTop ?? 0;
    if (this.#own !== null && Math.abs(at - this.#own) < 1) return;
    this.#own = null;
    this.#top = clampTop(at * this.scale, this.geometry);
  }

  /** On a shortened track the wheel would jump many rows; we move rows by what the wheel says. */
  #wheel(event: WheelEvent): void {
    if (this.scale === 1 || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    const unit =
      event.deltaMode === 1 ? this.geometry.rowHeightPx : event.deltaMode === 2 ? this.viewportPx : 1;
    this.#turnedPx += event.deltaY * unit;
    // A wheel turns more often than frames are drawn.
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      const turnedPx = this.#turnedPx;
      this.#turnedPx = 0;
      this.by(turnedPx);
    });
    if (event.deltaX !== 0 && this.#element) this.#element.scrollLeft += event.deltaX;
  }

  to(top: number): void {
    this.#top = clampTop(top, this.geometry);
    if (!this.#element) return;
    this.#element.scrollTop = this.#top / this.scale;
    this.#own = this.#element.scrollTop;
  }

  /** Brings a row wholly into view, moving as little as possible. */
  reveal(index: number): void {
    const top = topFor(index, this.#target, this.geometry);
    if (top !== this.#target) this.to(top);
  }
}
