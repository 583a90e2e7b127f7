/** The same made-up query as a form, and what may stand at the cursor. */
import type { Row } from '../../ipc/library';
import type {
  QueryCompletion,
  QueryForm,
  QueryReading,
  QuerySpan,
  QuerySuggestion,
  SeenValue,
} from '../../ipc/query';
import { hasOr, quoted } from '../../lib/narrow';
import { type Context, tokenTest } from './queryMatch';
import { HAS, STATES } from './queryTables';
import { type Piece, pieces, TOKENS, type Tree, treeOf } from './queryText';

/** Fields of the form that hold one value, and those that hold several. */
const SINGLE = {
  from: 'from',
  to: 'to',
  number: 'number',
  name: 'name',
  conf: 'conference',
  last: 'last',
  hour: 'hour',
  note: 'note',
  hold: 'hold',
  id: 'id',
  call: 'call',
  file: 'file',
  address: 'address',
} as const;
const SPANS = {
  dur: 'duration',
  date: 'date',
  age: 'age',
  size: 'size',
  cost: 'cost',
  billed: 'billed',
  storage: 'storage',
  rate: 'rate',
  added: 'added',
  ended: 'ended',
  seen: 'seen',
  verified: 'verified',
} as const;
const LISTS = {
  type: 'kinds',
  format: 'formats',
  dir: 'directions',
  ext: 'extensions',
  account: 'accounts',
  state: 'states',
  tag: 'tags',
  country: 'countries',
  fromcountry: 'fromCountries',
  tocountry: 'toCountries',
  has: 'has',
  weekday: 'weekdays',
  rule: 'rules',
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

type Single = (typeof SINGLE)[keyof typeof SINGLE];
type Span = (typeof SPANS)[keyof typeof SPANS];
type List = (typeof LISTS)[keyof typeof LISTS];

/** The same value for each of some names. */
const each = <Name extends string, Value>(names: readonly Name[], value: () => Value) =>
  Object.fromEntries(names.map((name) => [name, value()])) as Record<Name, Value>;

export function emptyForm(): QueryForm {
  return {
    words: '',
    rest: '',
    ...each<Single, string>(Object.values(SINGLE), () => ''),
    ...each<Span, QuerySpan>(Object.values(SPANS), () => ({ from: '', to: '' })),
    ...each<List, string[]>(Object.values(LISTS), () => []),
  };
}

/** Pairs such as `>5m` and `2m..10m` as two ends; one value is both. */
function ends(value: string): QuerySpan {
  if (value.includes('..')) {
    const [from = '', to = ''] = value.split('..', 2);
    return { from, to };
  }
  const [, sign = '', rest = ''] = /^(>=?|<=?|)(.+)$/.exec(value) ?? [];
  if (sign === '') return { from: rest, to: rest };
  const end = sign.length === 1 ? value : rest;
  return sign.startsWith('>') ? { from: end, to: '' } : { from: '', to: end };
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
    const single = SINGLE[name as keyof typeof SINGLE] as Single | undefined;
    const span = SPANS[name as keyof typeof SPANS] as Span | undefined;
    const several = LISTS[name as keyof typeof LISTS] as List | undefined;
    if (piece.negated || !piece.applies) rest.push(whole);
    else if (name === null) words.push(whole);
    else if (single !== undefined && form[single] === '') form[single] = value;
    else if (span !== undefined && form[span].from + form[span].to === '') form[span] = ends(value);
    else if (several !== undefined && form[several].length === 0) form[several] = value.split(',');
    else rest.push(whole);
  }
  return { ...form, words: words.join(' '), rest: rest.join(' ') };
}

export function writeForm(form: QueryForm): string {
  const words: string[] = [form.words.trim()];
  for (const [name, field] of Object.entries(SINGLE))
    if (form[field].trim() !== '')
      words.push(`${name}:${name === 'hour' ? form[field].trim() : quoted(form[field])}`);
  for (const [name, field] of Object.entries(SPANS)) {
    const from = form[field].from.replace(/\s/g, '');
    const to = form[field].to.replace(/\s/g, '');
    const isSigned = (end: string) => /^[<>=]/.test(end);
    const low = isSigned(from) ? from : `>=${from}`;
    const high = isSigned(to) ? to : `<=${to}`;
    if (from === to) {
      if (from !== '') words.push(`${name}:${from}`);
    } else if (from === '') words.push(`${name}:${high}`);
    else if (to === '') words.push(`${name}:${low}`);
    else if (isSigned(from) || isSigned(to)) words.push(`${name}:${low}`, `${name}:${high}`);
    else words.push(`${name}:${from}..${to}`);
  }
  for (const [name, field] of Object.entries(LISTS)) {
    if (form[field].length > 0) words.push(`${name}:${form[field].map(quoted).join(',')}`);
  }
  const isAlone = words.every((word) => word === '');
  const rest = form.rest.trim();
  words.push(!isAlone && hasOr(rest) ? `(${rest})` : rest);
  return words.filter((word) => word !== '').join(' ');
}

const VALUES: Readonly<Record<string, (row: Row) => readonly (string | null)[]>> = {
  type: (row) => [row.kind],
  format: (row) => [row.format],
  dir: (row) => [row.direction],
  ext: (row) => row.extensions,
  tag: (row) => row.tags,
  conf: (row) => [row.conferenceName],
  country: (row) => [row.fromCountry, row.toCountry],
  state: (row) => Object.keys(STATES).filter((state) => STATES[state]?.(row)),
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
  has: Object.keys(HAS),
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
    const values = seenValues(name, rows, context);
    const fixed = (FIXED[name] ?? []).map((value) => ({
      value,
      count: values.find((seen) => seen.value === value)?.count ?? null,
    }));
    for (const seen of [...fixed, ...values.filter(({ value }) => !FIXED[name]?.includes(value))])
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
