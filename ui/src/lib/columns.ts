/** The columns of the table: their order, widths and whether they are shown, merged with what was kept. Pure. */
import type { ColumnLayout } from '../ipc/app';
import type { ColumnName } from '../ipc/library';

export const MIN_WIDTH_PX = 48;
const MAX_WIDTH_PX = 900;
const STATE_WIDTH_PX = 48;

/** Wide enough for the label with the arrow of the sort. `state` is always last, and its width never changes. */
export const DEFAULT_COLUMNS: readonly ColumnLayout[] = [
  { column: 'when', widthPx: 140, visible: true },
  { column: 'from', widthPx: 144, visible: true },
  { column: 'to', widthPx: 144, visible: true },
  { column: 'duration', widthPx: 84, visible: true },
  { column: 'kind', widthPx: 92, visible: true },
  { column: 'size', widthPx: 84, visible: false },
  { column: 'format', widthPx: 84, visible: false },
  { column: 'conference', widthPx: 150, visible: false },
  { column: 'account', widthPx: 120, visible: false },
  { column: 'state', widthPx: STATE_WIDTH_PX, visible: true },
];

function isColumn(name: string): name is ColumnName {
  return DEFAULT_COLUMNS.some(({ column }) => column === name);
}

export interface Column extends ColumnLayout {
  column: ColumnName;
}

const clamp = (widthPx: number) => Math.round(Math.min(MAX_WIDTH_PX, Math.max(MIN_WIDTH_PX, widthPx)));

/** What was kept, with unknown columns left out, new ones put at their default, and the state last. */
export function mergeColumns(kept: readonly ColumnLayout[]): Column[] {
  const known = kept.filter(
    ({ column }, at) => isColumn(column) && kept.findIndex((other) => other.column === column) === at,
  );
  const missing = DEFAULT_COLUMNS.filter(({ column }) => !known.some((other) => other.column === column));
  const all = [...known, ...missing].map((layout) => ({
    ...layout,
    column: layout.column as ColumnName,
    widthPx: layout.column === 'state' ? STATE_WIDTH_PX : clamp(layout.widthPx),
  }));
  return [
    ...all.filter(({ column }) => column !== 'state'),
    ...all.filter(({ column }) => column === 'state'),
  ];
}

export function withWidth(columns: readonly Column[], name: ColumnName, widthPx: number): Column[] {
  return columns.map((column) => (column.column === name ? { ...column, widthPx: clamp(widthPx) } : column));
}

/** The last visible column besides the state stays: a table without columns cannot be brought back by hand. */
export function withVisible(columns: readonly Column[], name: ColumnName, visible: boolean): Column[] {
  const others = columns.filter(
    ({ column, visible: shown }) => shown && column !== name && column !== 'state',
  );
  if (!visible && others.length === 0 && name !== 'state') return [...columns];
  return columns.map((column) => (column.column === name ? { ...column, visible } : column));
}

/** Moves a column by one visible place. */
export function moved(columns: readonly Column[], name: ColumnName, by: -1 | 1): Column[] {
  const shown = columns.filter(({ visible, column }) => visible && column !== 'state');
  const neighbour = shown[shown.findIndex(({ column }) => column === name) + by];
  return neighbour === undefined ? [...columns] : placed(columns, name, neighbour.column, by === 1);
}

/** Puts a column before or after another. */
export function placed(
  columns: readonly Column[],
  name: ColumnName,
  beside: ColumnName,
  after: boolean,
): Column[] {
  const column = columns.find((one) => one.column === name);
  if (column === undefined || name === beside || name === 'state' || beside === 'state') return [...columns];
  const rest = columns.filter((one) => one !== column);
  const at = rest.findIndex((one) => one.column === beside) + (after ? 1 : 0);
  return mergeColumns([...rest.slice(0, at), column, ...rest.slice(at)]);
}
