/** The same made-up query as a form, and what may stand at the cursor. */
import type { Row } from '../../ipc/library';
import type { QueryCompletion, QueryForm, QueryReading, QuerySuggestion, SeenValue } from '../../ipc/query';
import { quoted } from '../../lib/narrow';
import { type Context, STATES, tokenTest } from './queryMatch';
import { type Piece, pieces, TOKENS, type Tree, treeOf } from './queryText';

/** Fields of the form that hold one value, and those that hold several. */
const SINGLE = { from: 'from', to: 'to', number: 'number', name: 'name', conf: 'conference' } as const;
const LISTS = {
  type: 'kinds',
  format: 'formats',
  dir: 'directions',
  ext: 'extensions',
  account: 'accounts',
  state: 'states',
  tag: 'tags',
  country: 'countries',
  has: 'has',
} as const;

export interface Read extends QueryReading {
  tree: Tree;
}

export function readQuery(text: string, context: Context): Read {
  const list = pieces(text);
  const { tree, problems } = treeOf(list, (piece) => {
    const test = piece.kind === 'token' ? tokenTest(piece, context) : null;
    return typeof test === 'string' ? test : null;
  });
  const parts = list.map(({ value: _, ...part }) => part);
  return { tree, problems, parts, form: formOf(text, list), canonical: text.trim().replace(/\s+/g, ' ') };
}

export function emptyForm(): QueryForm {
  return {
    words: '',
    from: '',
    to: '',
    number: '',
    name: '',
    conference: '',
    durationMin: '',
    durationMax: '',
    dateFrom: '',
    dateTo: '',
    last: '',
    kinds: [],
    formats: [],
    directions: [],
    extensions: [],
    accounts: [],
    states: [],
    tags: [],
    countries: [],
    has: [],
    rest: '',
  };
}

/** Pairs such as `>5m` and `2m..10m` as two ends; null when the form has no room for them. */
function ends(value: string): [string, string] | null {
  if (value.includes('..')) return value.split('..', 2) as [string, string];
  const sign = /^(>=?|<=?)(.+)$/.exec(value);
  if (sign === null) return null;
  if (sign[1] === '>=') return [sign[2] ?? '', ''];
  return sign[1] === '<=' ? ['', sign[2] ?? ''] : null;
}

/** What the form has a field for goes there; the rest stays as it is. */
function formOf(text: string, list: readonly Piece[]): QueryForm {
  const form = emptyForm();
  // With an `or` nothing is a field of its own.
  if (list.some(({ kind }) => kind === 'or' || kind === 'parenthesis')) return { ...form, rest: text.trim() };
  const words: string[] = [];
  const rest: string[] = [];
  for (const piece of list) {
    const whole = text.slice(piece.start, piece.end);
    const { name, value } = piece;
    const range = name === 'dur' || name === 'date' ? ends(value) : null;
    if (piece.negated || !piece.applies) rest.push(whole);
    else if (name === null) words.push(whole);
    else if (Object.hasOwn(SINGLE, name) && form[SINGLE[name as keyof typeof SINGLE]] === '')
      form[SINGLE[name as keyof typeof SINGLE]] = value;
    else if (name === 'dur' && range !== null && form.durationMin + form.durationMax === '')
      [form.durationMin, form.durationMax] = range;
    else if (name === 'date' && form.dateFrom + form.dateTo === '')
      [form.dateFrom, form.dateTo] = range ?? [value, value];
    else if (name === 'last' && form.last === '') form.last = value;
    else if (Object.hasOwn(LISTS, name)) form[LISTS[name as keyof typeof LISTS]].push(...value.split(','));
    else rest.push(whole);
  }
  return { ...form, words: words.join(' '), rest: rest.join(' ') };
}

export function writeForm(form: QueryForm): string {
  const words: string[] = [form.words.trim()];
  for (const [name, field] of Object.entries(SINGLE))
    if (form[field] !== '') words.push(`${name}:${quoted(form[field])}`);
  const span = (name: string, from: string, to: string) => {
    if (from + to === '') return;
    words.push(
      `${name}:${from === to ? from : from === '' ? `<=${to}` : to === '' ? `>=${from}` : `${from}..${to}`}`,
    );
  };
  span('dur', form.durationMin, form.durationMax);
  span('date', form.dateFrom, form.dateTo);
  if (form.last !== '') words.push(`last:${form.last}`);
  for (const [name, field] of Object.entries(LISTS)) {
    if (form[field].length > 0) words.push(`${name}:${form[field].map(quoted).join(',')}`);
  }
  return [...words, form.rest.trim()].filter((word) => word !== '').join(' ');
}

const VALUES: Readonly<Record<string, (row: Row) => readonly (string | null)[]>> = {
  type: (row) => [row.kind],
  format: (row) => [row.format],
  dir: (row) => [row.direction],
  ext: (row) => row.extensions,
  tag: (row) => row.tags,
  conf: (row) => [row.conferenceName],
  country: (row) => [row.fromCountry, row.toCountry],
};

/** Values that a token can have, as seen in these rows, the most frequent first. */
export function seenValues(name: string, rows: readonly Row[], context: Context): SeenValue[] {
  const counts = new Map<string, number>();
  const of =
    name === 'account' ? (row: Row) => [context.accountLabel(row.accountId)] : (VALUES[name] ?? (() => []));
  for (const row of rows)
    for (const value of new Set(of(row))) if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
}

const FIXED: Readonly<Record<string, readonly string[]>> = {
  state: Object.keys(STATES),
  has: ['note', 'tag', 'star', 'hold'],
  weekday: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
  date: ['today', 'yesterday'],
  last: ['7d', '30d', '90d'],
  dur: ['>5m', '>30m', '<10s'],
};

export function completeQuery(
  text: string,
  cursor: number,
  rows: readonly Row[],
  context: Context,
): QueryCompletion {
  const start = text.slice(0, cursor).search(/-?(?:[a-z]+:)?(?:"[^"]*"?|[^\s"()]*)$/i);
  const typed = text.slice(start, cursor);
  const rest = /^[^\s"()]*"?/.exec(text.slice(cursor))?.[0] ?? '';
  const [, minus = '', name, value = ''] = /^(-?)(?:([a-z]+):)?"?(.*?)"?$/i.exec(typed) ?? [];
  const suggestions: QuerySuggestion[] = [];
  if (name === undefined) {
    for (const [token, explanation] of Object.entries(TOKENS))
      if (value !== '' && token.startsWith(value.toLowerCase()))
        suggestions.push({ insert: `${minus}${token}:`, label: `${token}:`, explanation, count: null });
  } else {
    const fixed = (FIXED[name] ?? []).map((one) => ({ value: one, count: null }));
    for (const seen of [...fixed, ...seenValues(name, rows, context)])
      if (seen.value.toLowerCase().includes(value.toLowerCase()) && seen.value !== value)
        suggestions.push({
          insert: `${minus}${name}:${quoted(seen.value)} `,
          label: seen.value,
          explanation: '',
          count: seen.count,
        });
  }
  return { start, end: cursor + rest.length, suggestions: suggestions.slice(0, 12) };
}
