/** How keys move the focus through the rows, and what that does to a range. Pure. */

interface Place {
  /** The row with the focus, or -1. */
  at: number;
  rowCount: number;
  /** Rows that fit the view. */
  page: number;
}

/** The row a key leads to, within the table; null when it is not a key that moves. */
export function rowAfter(key: string, toEnds: boolean, { at, rowCount, page }: Place): number | null {
  const targets: Partial<Record<string, number>> = {
    ArrowDown: toEnds ? rowCount - 1 : at + 1,
    ArrowUp: toEnds ? 0 : at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: rowCount - 1,
  };
  const target = targets[key];
  return target === undefined ? null : Math.max(0, Math.min(rowCount - 1, target));
}

export interface RangeChange {
  first: number;
  last: number;
  ticked: boolean;
}

/**
 * What a range that began at `anchor` gains and loses when its other end moves. Going back towards the beginning gives up
 * what it passes; beyond the beginning, the range turns round.
 */
export function extend(anchor: number, from: number, to: number): RangeChange[] {
  const changes: RangeChange[] = [];
  const [oldFirst, oldLast] = [Math.min(anchor, from), Math.max(anchor, from)];
  const [first, last] = [Math.min(anchor, to), Math.max(anchor, to)];
  if (oldFirst < first) changes.push({ first: oldFirst, last: first - 1, ticked: false });
  if (oldLast > last) changes.push({ first: last + 1, last: oldLast, ticked: false });
  changes.push({ first, last, ticked: true });
  return changes;
}
