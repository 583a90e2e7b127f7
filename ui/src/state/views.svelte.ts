/**
 * Saved views: a search with its columns and order under a name. While one is open, the table may be searched and arranged
 * further; the view then differs from what was saved until that is saved or undone.
 */
import { backend } from '../backend';
import type { IpcError } from '../ipc/error';
import type { SavedView, SavedViewDraft } from '../ipc/views';
import { mergeColumns, mergeSort } from '../lib/columns';
import { toIpcError } from '../lib/errors';
import { atMost } from '../lib/rate';
import { t } from '../strings/en';
import { columns } from './columns.svelte';
import { onEvent } from './events';
import { layout } from './layout.svelte';
import { library } from './library.svelte';
import { route } from './route.svelte';
import { toasts } from './toasts.svelte';

/** Counting every view is a search each. */
const COUNT_EVERY_MS = 2_000;

class Views {
  list = $state.raw<readonly SavedView[]>([]);
  counts = $state.raw<Readonly<Record<string, number>>>({});
  currentId = $state<string | null>(null);
  problem = $state.raw<IpcError | null>(null);

  readonly current = $derived(this.list.find(({ id }) => id === this.currentId) ?? null);
  /** Whether the table is not as the open view was saved. */
  readonly isChanged = $derived.by(() => {
    const { current } = this;
    if (current === null) return false;
    return (
      current.text !== library.text ||
      current.accountId !== library.accountId ||
      current.view !== library.view ||
      JSON.stringify(mergeSort(current.sort)) !== JSON.stringify(columns.sort) ||
      // A view without columns has those of the library, whatever they are.
      (current.columns.length > 0 &&
        JSON.stringify(mergeColumns(current.columns)) !== JSON.stringify(columns.all))
    );
  });

  async load(): Promise<void> {
    try {
      this.list = await backend.viewsList();
      this.problem = null;
      if (this.list.length > 0) await this.loadCounts();
    } catch (error) {
      this.problem = toIpcError(error);
    }
  }

  async loadCounts(): Promise<void> {
    try {
      const counts = await backend.viewsCounts();
      this.counts = Object.fromEntries(counts.map(({ id, count }) => [id, count]));
    } catch {
      // As with the library's own counts: the table says why the index cannot be read.
      this.counts = {};
    }
  }

  open(view: SavedView): void {
    route.go('library');
    this.currentId = view.id;
    columns.use({
      sort: view.sort,
      columns: view.columns.length > 0 ? view.columns : columns.arrangement.columns,
    });
    library.openSearch(view.text, view.view, view.accountId);
    layout.leaveSidebar();
  }

  /** From the view to the library, with the library's own columns and order and without the view's search. */
  leave(): void {
    if (this.currentId === null) return;
    this.currentId = null;
    columns.use(null);
    library.text = '';
  }

  /** The table as it is now, to be saved. */
  draft(name: string, id: string | null = null): SavedViewDraft {
    return {
      id,
      name,
      text: library.text.trim(),
      accountId: library.accountId,
      view: library.view,
      sort: columns.sort,
      columns: columns.all,
    };
  }

  /** Saves the table under a new name and opens it. Rejects with the program's error. */
  async saveNew(name: string): Promise<void> {
    const saved = await backend.viewsSave(this.draft(name));
    this.list = [...this.list, saved];
    this.currentId = saved.id;
    columns.use({ sort: saved.sort, columns: saved.columns });
    void this.loadCounts();
  }

  /** Takes what is on screen over into the open view. */
  async saveChanges(): Promise<void> {
    const { current } = this;
    if (current === null) return;
    try {
      this.#put(await backend.viewsSave(this.draft(current.name, current.id)));
      void this.loadCounts();
    } catch (error) {
      toasts.fail(error);
    }
  }

  /** Rejects with the program's error. */
  async rename(view: SavedView, name: string): Promise<void> {
    this.#put(await backend.viewsSave({ ...view, name }));
  }

  /** A view is quickly made again, and even quicker brought back. */
  async remove(view: SavedView): Promise<void> {
    const place = this.list.indexOf(view);
    try {
      await backend.viewsDelete(view.id);
    } catch (error) {
      toasts.fail(error);
      return;
    }
    if (this.currentId === view.id) {
      this.leave();
      void library.search();
    }
    this.list = this.list.filter(({ id }) => id !== view.id);
    toasts.show({
      tone: 'info',
      title: t.views.removed(view.name),
      action: { label: t.views.undo, run: () => void this.#restore(view, place) },
    });
  }

  async #restore(view: SavedView, place: number): Promise<void> {
    try {
      const restored = await backend.viewsSave(view);
      this.list = [...this.list.filter(({ id }) => id !== restored.id), restored];
      await this.place(restored, place);
    } catch (error) {
      toasts.fail(error);
    }
  }

  /** Puts a view at a place of the list. */
  async place(view: SavedView, to: number): Promise<void> {
    const before = this.list;
    const others = before.filter(({ id }) => id !== view.id);
    const place = Math.max(0, Math.min(others.length, to));
    this.list = [...others.slice(0, place), view, ...others.slice(place)];
    try {
      await backend.viewsReorder(this.list.map(({ id }) => id));
    } catch (error) {
      this.list = before;
      toasts.fail(error);
    }
  }

  /** Native dialog, then all views in one file. */
  async export(): Promise<void> {
    try {
      const path = await backend.viewsExport();
      if (path !== null) toasts.show({ tone: 'good', title: t.views.exported(path) });
    } catch (error) {
      toasts.fail(error);
    }
  }

  /** Native dialog, then the views of a file, added to those there are. */
  async import(): Promise<void> {
    try {
      const imported = await backend.viewsImport();
      if (imported === null) return;
      this.list = [...this.list, ...imported.added];
      void this.loadCounts();
      toasts.show({
        tone: imported.added.length > 0 ? 'good' : 'danger',
        title: imported.added.length > 0 ? t.views.imported(imported.added.length) : t.views.importedNone,
        text: imported.problems.join(' ') || undefined,
      });
    } catch (error) {
      toasts.fail(error);
    }
  }

  #put(view: SavedView): void {
    this.list = this.list.map((old) => (old.id === view.id ? view : old));
    if (this.currentId === view.id) columns.use({ sort: view.sort, columns: view.columns });
  }
}

export const views = new Views();

onEvent(
  'libraryChanged',
  atMost(COUNT_EVERY_MS, () => {
    if (views.list.length > 0) void views.loadCounts();
  }),
);
