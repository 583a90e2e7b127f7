/** What the table needs to know of a column, and what it tells. Pure. */
import type { Snippet } from 'svelte';

export interface TableColumn<Id extends string = string> {
  id: Id;
  label: string;
  widthPx: number;
  /** Where there is too little room it gives way down to this, before the table scrolls sideways. */
  leastPx?: number;
  align?: 'end' | 'center';
  /** Stays at that edge while the others scroll. What stays at the right is neither moved nor resized. */
  pinned?: 'left' | 'right';
}

/** A column where it stands. */
export interface PlacedColumn<Id extends string = string> extends TableColumn<Id> {
  /** Distance from the left edge that a column pinned there keeps. */
  leftPx: number;
  /** The last one pinned at the left: an edge is drawn when others scroll under it. */
  isEdge: boolean;
}

/** What the rows are sorted by, first the column that counts most. */
export interface TableSort<Id extends string = string> {
  column: Id;
  descending: boolean;
}

/** What the table is given and whom it tells. */
export interface TableProps<Row, Id extends string> {
  label: string;
  rowCount: number;
  rowHeightPx: number;
  rowAt: (index: number) => Row | null;
  columns: readonly TableColumn<Id>[];
  sort: readonly TableSort<Id>[];
  cell: Snippet<[Row, Id]>;
  /** The row with the focus. */
  cursor: number | null;
  isSelected: (row: Row) => boolean;
  selected: 'none' | 'some' | 'all';
  selectAllLabel: string;
  checkLabel: (row: Row) => string;
  /** Changes when the rows answer another question: the table goes back to its top. */
  question: unknown;
  oncursor: (index: number) => void;
  ontoggle: (row: Row) => void;
  onrange: (first: number, last: number, ticked: boolean) => Promise<void>;
  onselectall: (ticked: boolean) => void;
  onopen: (row: Row) => void;
  onmenu: (row: Row, column: Id | null, place: { x: number; y: number }) => void;
  /** The rows that are to be shown: they are wanted at the next call of `rowAt`, or soon after. */
  onshowing: (first: number, last: number, atTop: boolean) => void;
  /** Ctrl+C on the rows. */
  oncopy: () => void;
  onsort: (column: Id, adds: boolean) => void;
  onresize: (column: Id, widthPx: number) => void;
  onmove: (column: Id, beside: Id, after: boolean) => void;
  oncolumnmenu: (column: Id, place: { x: number; y: number }) => void;
}

export const HEADER_PX = 32;
export const CHECK_PX = 36;

/** Puts columns where they stand: pinned left, free, pinned right, each in the order given. */
export function placedColumns<Id extends string>(columns: readonly TableColumn<Id>[]): PlacedColumn<Id>[] {
  const left = columns.filter(({ pinned }) => pinned === 'left');
  const ordered = [
    ...left,
    ...columns.filter(({ pinned }) => pinned === undefined),
    ...columns.filter(({ pinned }) => pinned === 'right'),
  ];
  let leftPx = CHECK_PX;
  return ordered.map((column) => {
    const placed = { ...column, leftPx, isEdge: column === left.at(-1) };
    if (column.pinned === 'left') leftPx += column.widthPx;
    return placed;
  });
}

/** Widths as a grid template: the ticks, the columns, what is left over, what stays at the right. */
export function templateOf(columns: readonly TableColumn[]): string {
  const inFlow = columns.filter(({ pinned }) => pinned !== 'right').map(trackOf);
  const right = columns.filter(({ pinned }) => pinned === 'right').map(({ widthPx }) => `${widthPx}px`);
  return [`${CHECK_PX}px`, ...inFlow, 'minmax(0, 1fr)', ...right].join(' ');
}

const trackOf = ({ widthPx, leastPx = widthPx }: TableColumn) =>
  leastPx < widthPx ? `minmax(${leastPx}px, ${widthPx}px)` : `${widthPx}px`;

/** With less room than this the table scrolls sideways. */
export function leastWidthOf(columns: readonly TableColumn[]): number {
  return CHECK_PX + columns.reduce((sum, { widthPx, leastPx = widthPx }) => sum + leastPx, 0);
}

/** The width at which nothing in these cells is cut off. Each is measured for a moment at its own width. */
export function naturalWidthPx(cells: readonly HTMLElement[]): number {
  let widest = 0;
  for (const cell of cells) {
    const { position, width, cssText } = cell.style;
    cell.style.position = 'absolute';
    cell.style.width = 'max-content';
    widest = Math.max(widest, cell.offsetWidth);
    cell.style.position = position;
    cell.style.width = width;
    if (cssText === '') cell.removeAttribute('style');
  }
  return Math.ceil(widest);
}
