/** The search as words: what may stand at the cursor, and the same query as a form. What was read comes with each answer. */
import { backend } from '../backend';
import type { IpcError } from '../ipc/error';
import type { QueryCompletion, QueryForm, QuerySpan, SeenValue } from '../ipc/query';
import { delayed } from '../lib/delayed';
import { toIpcError } from '../lib/errors';
import { library } from './library.svelte';
import { masking } from './masking.svelte';
import { route } from './route.svelte';

/** Fields of the form that hold lists to choose from, and the token whose values they offer. */
export const LIST_TOKENS = {
  kinds: 'type',
  directions: 'dir',
  states: 'state',
  accounts: 'account',
  tags: 'tag',
  has: 'has',
  countries: 'country',
  fromCountries: 'country',
  toCountries: 'country',
  extensions: 'ext',
  formats: 'format',
  weekdays: 'weekday',
} as const satisfies Partial<Record<keyof QueryForm, string>>;

export type ListField = keyof typeof LIST_TOKENS;

/** Values that are the same whatever the data. */
const FIXED: Partial<Record<ListField, readonly string[]>> = {
  weekdays: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
  has: [
    ...[
      'note',
      'tag',
      'star',
      'hold',
      'copy',
      'from',
      'to',
      'name',
      'conf',
      'ext',
      'date',
      'dur',
      'size',
      'cost',
    ],
    ...['call', 'billed', 'storage', 'rate', 'added', 'ended', 'verified', 'rule', 'file', 'address'],
  ],
};

/** What a field holds, by its kind. */
type FieldOf<Kind> = {
  [Name in keyof QueryForm]: QueryForm[Name] extends Kind ? Name : never;
}[keyof QueryForm];

export type TextField = FieldOf<string>;
export type SpanField = FieldOf<QuerySpan>;

/** Each change writes the whole text, so that letters are gathered until fingers rest this long. */
const PAUSE_MS = 200;

class Query {
  /** The form of the text it was read from; null while it is read. */
  form = $state.raw<QueryForm | null>(null);
  problem = $state.raw<IpcError | null>(null);
  values = $state.raw<Partial<Record<ListField, readonly SeenValue[]>>>({});
  #readText = '';
  #asked = 0;
  #written = 0;
  #typed: Partial<QueryForm> = {};

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
    // A reading that is under way is of an earlier text.
    this.#asked += 1;
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

  /** The same once fingers rest; what was typed in several fields meanwhile goes together. */
  type(change: Partial<QueryForm>): void {
    this.#typed = { ...this.#typed, ...change };
    this.#write();
  }

  /** Empties the search, and forgets what was just typed for it. */
  clear(): void {
    this.#write.cancel();
    this.#typed = {};
    this.#written += 1;
    library.setText('');
  }

  /** Types one end of a span. */
  typeEnd(field: SpanField, end: Partial<QuerySpan>): void {
    const before = this.#typed[field] ?? this.form?.[field];
    if (before !== undefined) this.type({ [field]: { ...before, ...end } });
  }

  readonly #write = delayed(() => {
    const change = this.#typed;
    this.#typed = {};
    void this.change(change);
  }, PAUSE_MS);

  /** Values of the lists: those that are always the same, else those seen in the data. */
  async loadValues(): Promise<void> {
    const fields = Object.keys(LIST_TOKENS) as ListField[];
    const lists = await Promise.all(
      fields.map((field): Promise<readonly SeenValue[]> => {
        const fixed = FIXED[field]?.map((value) => ({ value, count: 0 }));
        return fixed === undefined
          ? backend.queryValues(LIST_TOKENS[field]).catch((): SeenValue[] => [])
          : Promise.resolve(fixed);
      }),
    );
    this.values = Object.fromEntries(fields.map((field, at) => [field, lists[at] ?? []]));
  }
}

export const query = new Query();
