/** The search as words: what may stand at the cursor, and the same query as a form. What was read comes with each answer. */
import { backend } from '../backend';
import type { IpcError } from '../ipc/error';
import type { QueryCompletion, QueryForm, SeenValue } from '../ipc/query';
import { toIpcError } from '../lib/errors';
import { library } from './library.svelte';
import { masking } from './masking.svelte';
import { route } from './route.svelte';

/** Fields of the form that hold lists, and the token whose values they offer. */
export const LIST_TOKENS = {
  kinds: 'type',
  directions: 'dir',
  states: 'state',
  accounts: 'account',
  tags: 'tag',
  has: 'has',
  countries: 'country',
  extensions: 'ext',
  formats: 'format',
} as const satisfies Partial<Record<keyof QueryForm, string>>;

export type ListField = keyof typeof LIST_TOKENS;

class Query {
  /** The form of the text it was read from; null while it is read. */
  form = $state.raw<QueryForm | null>(null);
  problem = $state.raw<IpcError | null>(null);
  values = $state.raw<Partial<Record<ListField, readonly SeenValue[]>>>({});
  #readText = '';
  #asked = 0;
  #written = 0;

  /** What is wrong with the search on screen, each with its part of the text. */
  readonly problems = $derived(
    (library.result?.problems ?? []).map((problem) => ({
      ...problem,
      part: masking.query(library.readText.slice(problem.start, problem.end)),
    })),
  );

  /** Suggestions are a help, so that a failure is only their absence. */
  async complete(text: string, cursor: number): Promise<QueryCompletion | null> {
    const found = await backend.queryComplete(text, cursor).catch(() => null);
    // A tag, or the name of a conference, may be a number.
    const suggestions = found?.suggestions.map((one) => ({ ...one, label: masking.query(one.label) }));
    return found === null ? null : { ...found, suggestions: suggestions ?? [] };
  }

  /** Takes a part of the text out, and the space it leaves. */
  remove(start: number, end: number): void {
    const text = library.text.slice(0, start) + library.text.slice(end);
    library.setText(text.replace(/\s{2,}/g, ' ').trim());
  }

  /** Reads the text as a form, unless that is known. */
  async readForm(): Promise<void> {
    const { text } = library;
    if (this.form !== null && text === this.#readText) return;
    const asked = ++this.#asked;
    try {
      const { form } = await backend.queryRead(text);
      if (asked !== this.#asked) return;
      this.form = form;
      this.#readText = text;
      this.problem = null;
    } catch (error) {
      if (asked === this.#asked) this.problem = toIpcError(error);
    }
  }

  /** Changes fields of the form: the text is written anew from it. */
  async change(change: Partial<QueryForm>): Promise<void> {
    if (this.form === null) return;
    const form = { ...this.form, ...change };
    this.form = form;
    const written = ++this.#written;
    try {
      const text = await backend.queryWrite(form);
      if (written !== this.#written) return;
      this.#readText = text;
      route.go('library');
      library.setText(text);
    } catch (error) {
      if (written === this.#written) this.problem = toIpcError(error);
    }
  }

  /** Values of the lists, as seen in the data. */
  async loadValues(): Promise<void> {
    const fields = Object.keys(LIST_TOKENS) as ListField[];
    const lists = await Promise.all(
      fields.map((field) => backend.queryValues(LIST_TOKENS[field]).catch((): SeenValue[] => [])),
    );
    this.values = Object.fromEntries(fields.map((field, at) => [field, lists[at] ?? []]));
  }
}

export const query = new Query();
