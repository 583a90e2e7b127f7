/** The columns of the table: their order, widths and whether they are shown, merged with what was kept. Pure. */
import type { ColumnLayout, SortedColumn } from '../ipc/app';
import type { ColumnName } from '../ipc/library';

export const MIN_WIDTH_PX = 48;
const MAX_WIDTH_PX = 900;
const STATE_WIDTH_PX = 48;

/** What columns are about, in the order in which they are offered. */
export const COLUMN_GROUPS = ['call', 'people', 'file', 'mine', 'provider'] as const;
export type ColumnGroup = (typeof COLUMN_GROUPS)[number];

interface ColumnFacts {
  group: ColumnGroup;
  widthPx: number;
  /** While nobody has set its width: down to this it gives way before the table scrolls sideways. */
  leastPx?: number;
  /** Shown until a person decides otherwise. */
  visible?: true;
  pinned?: true;
  align?: 'end' | 'center';
  /** The first click sorts the largest or newest to the top. */
  largestFirst?: true;
}

/** In their default order. Wide enough for the label with the arrow of the sort. */
const FACTS: Readonly<Record<ColumnName, ColumnFacts>> = {
  when: { group: 'call', widthPx: 160, visible: true, pinned: true, largestFirst: true },
  star: { group: 'mine', widthPx: 56, align: 'center', largestFirst: true },
  from: { group: 'people', widthPx: 144, leastPx: 136, visible: true },
  to: { group: 'people', widthPx: 144, leastPx: 136, visible: true },
  duration: { group: 'call', widthPx: 84, leastPx: 76, visible: true, align: 'end', largestFirst: true },
  kind: { group: 'call', widthPx: 92, leastPx: 84, visible: true },
  direction: { group: 'call', widthPx: 96 },
  caller: { group: 'people', widthPx: 130 },
  extensions: { group: 'people', widthPx: 100 },
  conference: { group: 'call', widthPx: 150 },
  tags: { group: 'mine', widthPx: 150 },
  note: { group: 'mine', widthPx: 200 },
  hold: { group: 'mine', widthPx: 130 },
  size: { group: 'file', widthPx: 84, align: 'end', largestFirst: true },
  cost: { group: 'provider', widthPx: 100, align: 'end', largestFirst: true },
  age: { group: 'provider', widthPx: 84, align: 'end', largestFirst: true },
  hour: { group: 'call', widthPx: 72, align: 'end' },
  weekday: { group: 'call', widthPx: 96 },
  fromCountry: { group: 'people', widthPx: 124 },
  toCountry: { group: 'people', widthPx: 124 },
  account: { group: 'provider', widthPx: 120 },
  format: { group: 'file', widthPx: 84 },
  billed: { group: 'provider', widthPx: 84, align: 'end', largestFirst: true },
  storageDays: { group: 'provider', widthPx: 104, align: 'end', largestFirst: true },
  storageRate: { group: 'provider', widthPx: 116, align: 'end', largestFirst: true },
  added: { group: 'provider', widthPx: 160, largestFirst: true },
  ended: { group: 'call', widthPx: 160, largestFirst: true },
  firstSeen: { group: 'provider', widthPx: 160, largestFirst: true },
  verifiedAt: { group: 'file', widthPx: 160, largestFirst: true },
  id: { group: 'provider', widthPx: 280 },
  call: { group: 'provider', widthPx: 280 },
  rules: { group: 'provider', widthPx: 110 },
  fileName: { group: 'file', widthPx: 220 },
  address: { group: 'file', widthPx: 280 },
  state: { group: 'file', widthPx: STATE_WIDTH_PX, visible: true, align: 'center', largestFirst: true },
};

const NAMES = Object.keys(FACTS) as ColumnName[];

export const DEFAULT_COLUMNS: readonly Column[] = NAMES.map((column) => {
  const { widthPx, visible = false, pinned = false } = FACTS[column];
  return { column, widthPx, visible, pinned };
});

export interface Column extends ColumnLayout {
  column: ColumnName;
}

/** What the rows are sorted by, first the column that counts most. */
export interface ColumnSort {
  column: ColumnName;
  descending: boolean;
}

export const NEWEST_FIRST: readonly ColumnSort[] = [{ column: 'when', descending: true }];

export function isColumn(name: string): name is ColumnName {
  return Object.hasOwn(FACTS, name);
}

export function groupOf(name: ColumnName): ColumnGroup {
  return FACTS[name].group;
}

export function alignOf(name: ColumnName): 'end' | 'center' | undefined {
  return FACTS[name].align;
}

/** How narrow a column may become where there is too little room. A width that a person chose, or that is pinned, stays. */
export function leastWidthPx({ column, widthPx, pinned }: Column): number {
  const { widthPx: usual, leastPx = widthPx } = FACTS[column];
  return pinned || widthPx !== usual ? widthPx : leastPx;
}

const clamp = (widthPx: number) => Math.round(Math.min(MAX_WIDTH_PX, Math.max(MIN_WIDTH_PX, widthPx)));

/**
 * What was kept, with unknown columns left out and new ones put at their default. Pinned columns come first, and the state
 * is always last: it stays at the right edge, and its width never changes.
 */
export function mergeColumns(kept: readonly ColumnLayout[]): Column[] {
  const known = kept.filter(
    ({ column }, at) => isColumn(column) && kept.findIndex((other) => other.column === column) === at,
  );
  const missing = DEFAULT_COLUMNS.filter(({ column }) => !known.some((other) => other.column === column));
  // A column that is new to a kept arrangement does not push itself to the front of it.
  const added = known.length === 0 ? missing : missing.map((column) => ({ ...column, pinned: false }));
  const all = [...known, ...added].map((layout) => ({
    ...layout,
    column: layout.column as ColumnName,
    pinned: layout.pinned && layout.column !== 'state',
    widthPx: layout.column === 'state' ? STATE_WIDTH_PX : clamp(layout.widthPx),
  }));
  const isLast = ({ column }: Column) => column === 'state';
  return [
    ...all.filter((column) => column.pinned),
    ...all.filter((column) => !column.pinned && !isLast(column)),
    ...all.filter(isLast),
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

/** Pins a column after those that are pinned, or lets it go to the front of those that are not. */
export function withPinned(columns: readonly Column[], name: ColumnName, pinned: boolean): Column[] {
  const column = columns.find((one) => one.column === name);
  if (column === undefined || name === 'state') return [...columns];
  const rest = columns.filter((one) => one !== column);
  const lastPinned = rest.findLastIndex((one) => one.pinned);
  return mergeColumns([
    ...rest.slice(0, lastPinned + 1),
    { ...column, pinned },
    ...rest.slice(lastPinned + 1),
  ]);
}

/** Moves a column by one visible place, among those that are pinned as it is. */
export function moved(columns: readonly Column[], name: ColumnName, by: -1 | 1): Column[] {
  const pinned = columns.find(({ column }) => column === name)?.pinned;
  const shown = columns.filter((one) => one.visible && one.column !== 'state' && one.pinned === pinned);
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

/** What was kept of the order, without columns nobody knows; never empty. */
export function mergeSort(kept: readonly SortedColumn[]): ColumnSort[] {
  const known = kept.filter(
    (one, at): one is ColumnSort =>
      isColumn(one.column) && kept.findIndex((other) => other.column === one.column) === at,
  );
  return known.length === 0
    ? [...NEWEST_FIRST]
    : known.map(({ column, descending }) => ({ column, descending }));
}

/** Sorts by this column alone; the same column again turns the order round. */
export function sortedBy(
  sort: readonly ColumnSort[],
  column: ColumnName,
  descending?: boolean,
): ColumnSort[] {
  const [first] = sort;
  const turned = sort.length === 1 && first?.column === column ? !first.descending : undefined;
  return [{ column, descending: descending ?? turned ?? FACTS[column].largestFirst ?? false }];
}

/** Adds a column after those that sort already; again turns its order round, and a third time takes it out. */
export function sortedAlsoBy(sort: readonly ColumnSort[], column: ColumnName): ColumnSort[] {
  const begins = FACTS[column].largestFirst ?? false;
  const known = sort.find((one) => one.column === column);
  if (known === undefined) return [...sort, { column, descending: begins }];
  if (known.descending === begins)
    return sort.map((one) => (one === known ? { column, descending: !begins } : one));
  return mergeSort(sort.filter((one) => one !== known));
}
