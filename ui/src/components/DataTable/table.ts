/** What the table needs to know of a column, and what it tells. */
export interface TableColumn<Id extends string = string> {
  id: Id;
  label: string;
  widthPx: number;
  align?: 'end' | 'center';
  /** Stays at the right edge: it is neither moved nor resized. */
  pinned?: boolean;
}

export interface TableSort<Id extends string = string> {
  column: Id;
  descending: boolean;
}

export const HEADER_PX = 32;
export const CHECK_PX = 36;

/** Widths as a grid template: the ticks, the columns, what is left over, the pinned column. */
export function templateOf(columns: readonly TableColumn[]): string {
  const free = columns.filter((column) => !column.pinned).map((column) => `${column.widthPx}px`);
  const pinned = columns.filter((column) => column.pinned).map((column) => `${column.widthPx}px`);
  return [`${CHECK_PX}px`, ...free, 'minmax(0, 1fr)', ...pinned].join(' ');
}

export function widthOf(columns: readonly TableColumn[]): number {
  return CHECK_PX + columns.reduce((sum, column) => sum + column.widthPx, 0);
}
