import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backend } from '../backend';
import type { SearchResult } from '../ipc/library';
import { library } from './library.svelte';
import { selection } from './selection.svelte';

const loaded = (index: number) => expect.poll(() => library.rowAt(index)).not.toBeNull();

beforeEach(async () => {
  library.clearFilters();
  await library.search();
  await loaded(0);
});
afterEach(() => void vi.restoreAllMocks());

describe('the library', () => {
  it('finds a number however it is written', async () => {
    const { from } = library.rowAt(0) ?? { from: '' };
    const digits = from.replace(/\D/g, '').slice(-8);
    library.setText(digits);
    await expect.poll(() => library.searching).toBe(false);
    expect(library.count).toBeGreaterThan(0);
    expect(library.count).toBeLessThan(2000);
    await loaded(0);
    const row = library.rowAt(0);
    expect(`${row?.from} ${row?.to}`.replace(/\D/g, '')).toContain(digits);
  });

  it('shows the answer to the last question, whichever comes first', async () => {
    const results: ((result: SearchResult) => void)[] = [];
    vi.spyOn(backend, 'librarySearch').mockImplementation(
      () => new Promise((resolve) => results.push(resolve)),
    );
    const answer = (count: number) => ({
      snapshot: 900 + count,
      count,
      durationMs: 0,
      unknownDurationCount: 0,
      knownBytes: 0,
      unknownSizeCount: 0,
      monthlyCost: 0,
      unknownCostCount: 0,
      problems: [],
      parts: [],
    });
    library.setText('first');
    library.setText('second');
    results[1]?.(answer(0));
    await expect.poll(() => library.searching).toBe(false);
    results[0]?.(answer(5));
    await Promise.resolve();
    expect(library.count).toBe(0);
  });

  it('forgets the ticks when the question changes, and keeps them when only the order does', () => {
    selection.toggle(1);
    library.sortBy('duration');
    expect(selection.count).toBe(1);
    library.setText('anything');
    expect(selection.count).toBe(0);
  });

  it('does not move rows under somebody who has ticked some, but offers the newer list', async () => {
    selection.toggle(1);
    const before = library.result;
    const query = vi
      .spyOn(backend, 'librarySearch')
      .mockResolvedValue({ ...(before as SearchResult), snapshot: 77, count: 1999 });
    await library.changed();
    expect(library.result).toBe(before);
    expect(library.newer?.count).toBe(1999);
    await library.changed();
    expect(query).toHaveBeenCalledTimes(1);
    selection.clear();
  });

  it('takes over a new snapshot that is the same', async () => {
    selection.toggle(1);
    const before = library.result;
    await library.changed();
    expect(library.newer).toBeNull();
    expect(library.result?.snapshot).not.toBe(before?.snapshot);
    expect(library.count).toBe(before?.count);
    selection.clear();
  });

  it('asks again when the snapshot is no longer kept', async () => {
    const before = library.result?.snapshot;
    for (let search = 0; search < 5; search++) {
      await backend.librarySearch({ text: '', accountId: null, view: 'all', sort: 'when', descending: true });
    }
    library.showing(1000, 1020, false);
    await expect.poll(() => library.result?.snapshot).not.toBe(before);
    library.showing(1000, 1020, false);
    await loaded(1000);
    expect(library.problem).toBeNull();
  });
});
