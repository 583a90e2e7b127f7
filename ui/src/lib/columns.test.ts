import { describe, expect, it } from 'vitest';
import { DEFAULT_COLUMNS, mergeColumns, moved, placed, withVisible, withWidth } from './columns';

const names = (columns: readonly { column: string }[]) => columns.map(({ column }) => column);

describe('columns', () => {
  it('are the default when nothing was kept', () => {
    expect(mergeColumns([])).toEqual(DEFAULT_COLUMNS);
  });

  it('keep their order and width, drop what is unknown or twice, and end with the state', () => {
    const merged = mergeColumns([
      { column: 'state', widthPx: 300, visible: true },
      { column: 'to', widthPx: 200, visible: true },
      { column: 'secret', widthPx: 10, visible: true },
      { column: 'when', widthPx: 1, visible: false },
      { column: 'to', widthPx: 90, visible: true },
    ]);
    expect(names(merged).slice(0, 3)).toEqual(['to', 'when', 'from']);
    expect(merged[0]?.widthPx).toBe(200);
    expect(merged[1]).toMatchObject({ widthPx: 48, visible: false });
    expect(merged.at(-1)).toEqual({ column: 'state', widthPx: 48, visible: true });
    expect(merged).toHaveLength(DEFAULT_COLUMNS.length);
  });

  it('change width within bounds', () => {
    const columns = mergeColumns([]);
    expect(withWidth(columns, 'from', 231.6).find(({ column }) => column === 'from')?.widthPx).toBe(232);
    expect(withWidth(columns, 'from', -5).find(({ column }) => column === 'from')?.widthPx).toBe(48);
  });

  it('move among the visible ones', () => {
    const columns = mergeColumns([]);
    expect(names(moved(columns, 'from', 1)).slice(0, 3)).toEqual(['when', 'to', 'from']);
    expect(moved(columns, 'when', -1)).toEqual(columns);
    // `size`, `format` and the others behind `kind` are hidden: there is no place to the right of it.
    expect(moved(columns, 'kind', 1)).toEqual(columns);
    expect(names(placed(columns, 'duration', 'when', false))[0]).toBe('duration');
    expect(names(placed(columns, 'state', 'when', false)).at(-1)).toBe('state');
  });

  it('never all disappear', () => {
    let columns = mergeColumns([]);
    for (const { column } of columns) columns = withVisible(columns, column, false);
    expect(columns.filter(({ visible, column }) => visible && column !== 'state')).toHaveLength(1);
  });
});
