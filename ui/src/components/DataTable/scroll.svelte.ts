/**
 * Where the table is scrolled to. Rows are placed by `top`, in pixels of rows; the browser's own scroll position is only
 * the same thing on a shorter track (lib/grid.ts).
 */
import { clampTop, type Geometry, scale, topFor, trackPx, visibleRows } from '../../lib/grid';

/** Rows kept ready above and below the view. */
const SPARE_ROWS = 3;
/** Rows are placed relative to a row near them, because a pixel position in the millions is not exact. */
const ANCHOR_ROWS = 1000;

export class TableScroll {
  top = $state(0);
  viewportPx = $state(0);
  readonly #rowCount: () => number;
  readonly #rowHeightPx: () => number;
  #element: HTMLElement | null = null;
  /** The scroll position we set ourselves: its echo is not a person's doing. */
  #own: number | null = null;

  constructor(rowCount: () => number, rowHeightPx: () => number) {
    this.#rowCount = rowCount;
    this.#rowHeightPx = rowHeightPx;
  }

  readonly geometry: Geometry = $derived.by(() => ({
    rowCount: this.#rowCount(),
    rowHeightPx: this.#rowHeightPx(),
    viewportPx: this.viewportPx,
  }));
  readonly trackPx = $derived(trackPx(this.geometry));
  readonly scale = $derived(scale(this.geometry));
  readonly #poolSize = $derived(Math.ceil(this.viewportPx / this.geometry.rowHeightPx) + 1 + 2 * SPARE_ROWS);
  readonly #clamped = $derived(clampTop(this.top, this.geometry));
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

  /** The row this many pixels below the top of the view, within the table. */
  indexAt(px: number): number {
    const { rowCount, rowHeightPx } = this.geometry;
    return Math.max(0, Math.min(rowCount - 1, Math.floor((this.#clamped + px) / rowHeightPx)));
  }

  /** Moves the view by pixels of rows. */
  by(px: number): void {
    this.to(this.#clamped + px);
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
      element.removeEventListener('wheel', wheel);
    };
  }

  /** The browser scrolled: by the scrollbar, by touch, or as the echo of ourselves. */
  scrolled(): void {
    const at = this.#element?.scrollTop ?? 0;
    if (this.#own !== null && Math.abs(at - this.#own) < 1) return;
    this.#own = null;
    this.top = clampTop(at * this.scale, this.geometry);
  }

  /** On a shortened track the wheel would jump many rows; we move rows by what the wheel says. */
  #wheel(event: WheelEvent): void {
    if (this.scale === 1 || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    const unit =
      event.deltaMode === 1 ? this.geometry.rowHeightPx : event.deltaMode === 2 ? this.viewportPx : 1;
    this.to(this.#clamped + event.deltaY * unit);
    if (event.deltaX !== 0 && this.#element) this.#element.scrollLeft += event.deltaX;
  }

  to(top: number): void {
    this.top = clampTop(top, this.geometry);
    if (!this.#element) return;
    this.#element.scrollTop = this.top / this.scale;
    this.#own = this.#element.scrollTop;
  }

  /** Brings a row wholly into view, moving as little as possible. */
  reveal(index: number): void {
    const top = topFor(index, this.#clamped, this.geometry);
    if (top !== this.#clamped) this.to(top);
  }
}
