/** Saved views of the made-up program. */
import type { ImportedViews, SavedView, SavedViewCount, SavedViewDraft } from '../../ipc/views';
import type { Catalogue } from './catalogue';
import { fail } from './world';

export class SavedViews {
  #list: SavedView[] = [];
  #next = 1;

  constructor(readonly catalogue: Catalogue) {}

  list(): SavedView[] {
    return structuredClone(this.#list);
  }

  save(draft: SavedViewDraft): SavedView {
    if (draft.name.trim() === '') fail({ code: 'invalid', field: 'name', what: 'A view needs a name.' });
    const view: SavedView = structuredClone({
      ...draft,
      id: draft.id ?? `view-${this.#next++}`,
      sort: draft.sort.length > 0 ? draft.sort : [{ column: 'when', descending: true }],
    });
    const at = this.#list.findIndex(({ id }) => id === view.id);
    if (at === -1) this.#list.push(view);
    else this.#list[at] = view;
    return structuredClone(view);
  }

  delete(id: string): void {
    this.#list = this.#list.filter((view) => view.id !== id);
  }

  reorder(ids: readonly string[]): void {
    this.#list.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
  }

  counts(): SavedViewCount[] {
    return this.#list.map(({ id, text, accountId, view }) => ({
      id,
      count: this.catalogue.count({ text, accountId, view }),
    }));
  }

  /** As if a file with two views had been picked, of which one is not understood. */
  import(): ImportedViews {
    const added = this.save({
      id: null,
      name: 'Complaints',
      text: 'tag:complaint',
      accountId: null,
      view: 'all',
      sort: [],
      columns: [],
    });
    return { added: [added], problems: ['“Old” has no search and was left out.'] };
  }
}
