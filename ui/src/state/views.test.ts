import { beforeEach, describe, expect, it, vi } from 'vitest';
import { backend } from '../backend';
import { openView } from './actions';
import { columns } from './columns.svelte';
import { library } from './library.svelte';
import { toasts } from './toasts.svelte';
import { views } from './views.svelte';

const settled = () => expect.poll(() => library.searching).toBe(false);

beforeEach(async () => {
  for (const view of await backend.viewsList()) await backend.viewsDelete(view.id);
  views.leave();
  columns.use(null);
  columns.reset();
  columns.setSort([]);
  library.clearFilters();
  await views.load();
  await settled();
});

describe('a saved view', () => {
  it('keeps search, columns and order, and gives the library its own back', async () => {
    library.setText('dur:>5m');
    columns.show('size', true);
    library.sortBy('duration');
    await views.saveNew('Long');
    expect(views.current?.name).toBe('Long');
    expect(views.isChanged).toBe(false);

    openView('all');
    await settled();
    expect(library.text).toBe('');
    columns.show('size', false);
    columns.setSort([]);

    const [saved] = views.list;
    if (saved === undefined) throw new Error('The view is gone.');
    views.open(saved);
    await settled();
    expect(library.text).toBe('dur:>5m');
    expect(columns.sort).toEqual([{ column: 'duration', descending: true }]);
    expect(columns.visible.some(({ column }) => column === 'size')).toBe(true);
    expect(views.counts[saved.id]).toBe(library.count);
  });

  it('differs from what was saved until the change is kept or undone', async () => {
    library.setText('type:trunk');
    await views.saveNew('Trunks');
    columns.resize('from', 300);
    expect(views.isChanged).toBe(true);
    await views.saveChanges();
    expect(views.isChanged).toBe(false);
    library.setText('type:call');
    expect(views.isChanged).toBe(true);
    if (views.current !== null) views.open(views.current);
    expect(library.text).toBe('type:trunk');
    expect(views.isChanged).toBe(false);
  });

  it('comes back to its place after it was deleted', async () => {
    for (const name of ['One', 'Two', 'Three']) await views.saveNew(name);
    const [, two] = views.list;
    if (two === undefined) throw new Error('The view is gone.');
    await views.remove(two);
    expect(views.list.map(({ name }) => name)).toEqual(['One', 'Three']);
    toasts.list.at(-1)?.action?.run();
    await expect.poll(() => views.list.map(({ name }) => name)).toEqual(['One', 'Two', 'Three']);
    await expect
      .poll(async () => (await backend.viewsList()).map(({ name }) => name))
      .toEqual(['One', 'Two', 'Three']);
  });

  it('stays where it was when the order cannot be kept', async () => {
    for (const name of ['One', 'Two']) await views.saveNew(name);
    vi.spyOn(backend, 'viewsReorder').mockRejectedValueOnce({ code: 'indexFailed', what: 'no' });
    const [one] = views.list;
    if (one !== undefined) await views.place(one, 1);
    expect(views.list.map(({ name }) => name)).toEqual(['One', 'Two']);
  });
});
