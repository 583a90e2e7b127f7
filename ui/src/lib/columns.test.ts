import { describe, expect, it } from 'vitest';
import {
  COLUMN_GROUPS,
  DEFAULT_COLUMNS,
  groupOf,
  leastWidthPx,
  mergeColumns,
  mergeSort,
  moved,
  NEWEST_FIRST,
  placed,
  sortedAlsoBy,
  sortedBy,
  withPinned,
  withVisible,
  withWidth,
} from './columns';

const kept = (column: string, widthPx = 90, pinned = false) => ({ column, widthPx, visible: true, pinned });
const names = (columns: { column: string }[]) => columns.map(({ column }) => column);

describe('kept columns', () => {
  it('are merged: unknown ones go, new ones come at their default, the state is last', () => {
    const merged = mergeColumns([
      { ...kept('state'), pinned: true },
      kept('to', 5),
      kept('dropped'),
      kept('to'),
    ]);
    expect(merged[0]).toEqual({ column: 'to', widthPx: 48, visible: true, pinned: false });
    expect(merged.at(-1)).toEqual({ column: 'state', widthPx: 48, visible: true, pinned: false });
    expect(names(merged).sort()).toEqual(names([...DEFAULT_COLUMNS]).sort());
  });

  it('are the defaults when nothing was kept', () => {
    expect(mergeColumns([])).toEqual(DEFAULT_COLUMNS);
  });
});

describe('arranging columns', () => {
  const columns = mergeColumns([]);

  it('keeps widths in bounds', () => {
    expect(withWidth(columns, 'from', 3).find(({ column }) => column === 'from')?.widthPx).toBe(48);
    expect(withWidth(columns, 'from', 5000).find(({ column }) => column === 'from')?.widthPx).toBe(900);
  });

  it('never hides the last column', () => {
    let left = columns;
    for (const { column } of columns) left = withVisible(left, column, false);
    expect(left.filter(({ visible, column }) => visible && column !== 'state')).toHaveLength(1);
  });

  it('moves past hidden ones, and not past the state or what is pinned', () => {
    expect(names(moved(columns, 'to', -1)).slice(0, 4)).toEqual(['when', 'star', 'to', 'from']);
    expect(moved(columns, 'from', -1)).toEqual(columns);
    expect(placed(columns, 'from', 'state', true)).toEqual(columns);
    expect(names(placed(columns, 'from', 'kind', true)).slice(2, 6)).toEqual([
      'to',
      'duration',
      'kind',
      'from',
    ]);
  });

  it('pins a column after the pinned ones, and lets it go', () => {
    const pinned = withPinned(columns, 'kind', true);
    expect(names(pinned).slice(0, 3)).toEqual(['when', 'kind', 'star']);
    expect(names(withPinned(pinned, 'when', false)).slice(0, 3)).toEqual(['kind', 'when', 'star']);
    expect(withPinned(columns, 'state', true)).toEqual(columns);
  });
});

describe('the order of rows', () => {
  it('is by one column; again turns it round', () => {
    const longest = sortedBy(NEWEST_FIRST, 'duration');
    expect(longest).toEqual([{ column: 'duration', descending: true }]);
    expect(sortedBy(longest, 'duration')).toEqual([{ column: 'duration', descending: false }]);
    expect(sortedBy(longest, 'from')).toEqual([{ column: 'from', descending: false }]);
    expect(sortedBy(longest, 'from', true)).toEqual([{ column: 'from', descending: true }]);
  });

  it('takes more columns: added, turned round, taken out', () => {
    const one = sortedBy(NEWEST_FIRST, 'from');
    const two = sortedAlsoBy(one, 'duration');
    expect(two).toEqual([...one, { column: 'duration', descending: true }]);
    const turned = sortedAlsoBy(two, 'duration');
    expect(turned).toEqual([...one, { column: 'duration', descending: false }]);
    expect(sortedAlsoBy(turned, 'duration')).toEqual(one);
    expect(sortedBy(two, 'from')).toEqual([{ column: 'from', descending: false }]);
  });

  it('is newest first when nothing known was kept', () => {
    expect(mergeSort([{ column: 'dropped', descending: true }])).toEqual(NEWEST_FIRST);
    expect(sortedAlsoBy([{ column: 'from', descending: true }], 'from')).toEqual(NEWEST_FIRST);
  });
});

it('only a width that nobody chose gives way', () => {
  const from = mergeColumns([]).find(({ column }) => column === 'from');
  if (from === undefined) throw new Error('There is no such column.');
  expect(leastWidthPx(from)).toBeLessThan(from.widthPx);
  expect(leastWidthPx({ ...from, widthPx: 300 })).toBe(300);
  expect(leastWidthPx({ ...from, pinned: true })).toBe(from.widthPx);
});

it('every group of columns has some', () => {
  const used = new Set(DEFAULT_COLUMNS.map(({ column }) => groupOf(column)));
  expect([...used].sort()).toEqual([...COLUMN_GROUPS].sort());
});
