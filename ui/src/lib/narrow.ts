/** Words of the search language made from what a person points at: "only this", "not this". Pure. */
import type { ColumnName, Row } from '../ipc/library';
import { civilDate, civilTime } from './format';

/** A value as the language takes it: in quotes when it would fall apart otherwise. */
export function quoted(value: string): string {
  const plain = value.replaceAll('"', ' ').trim();
  return /^[^\s()"“”„‟,|<>]+$/.test(plain) && !plain.includes('..') ? plain : `"${plain}"`;
}

/** A party: its digits when it is a number, else (a SIP address, a name) as it is written. */
function party(shown: string, raw: string | null): string | null {
  const text = shown || (raw ?? '');
  if (text === '') return null;
  return /^[+\d\s().-]+$/.test(text) ? text.replace(/[^\d+]/g, '') : quoted(raw ?? text);
}

export interface Surroundings {
  accountLabel: string;
  timeZone: string;
}

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const STATES = {
  notSaved: 'unsaved',
  moving: 'moving',
  verified: 'verified',
  remarked: 'remarked',
  failed: 'failed',
} as const satisfies Record<Row['state'], string>;

/** Every length that reads the same: the table shows whole seconds, to the nearest. */
function lengthsLike(durationMs: number): string {
  const shownMs = Math.round(durationMs / 1000) * 1000;
  return `${Math.max(0, shownMs - 500)}ms..${shownMs + 499}ms`;
}

/** A price as the language writes it: no exponent, no noughts at its end. */
const priceOf = (price: number) => price.toFixed(12).replace(/0+$/, '').replace(/\.$/, '');

/** What a cell can be filtered by. */
export interface CellFilter {
  token: string;
  /** What it stands for, when that is not all that the cell says: the day of a moment, one tag of several. */
  shown: string | null;
}

/** So many of a list have an entry of their own in a menu. */
const MOST_OF_LIST = 4;
/** A longer note is no name for itself. */
const LONGEST_NOTE = 80;

/** What finds rows that are like this one in a column; nothing for a cell that says nothing. */
export function filtersFor(
  row: Row,
  column: ColumnName,
  { accountLabel, timeZone }: Surroundings,
): CellFilter[] {
  const one = (name: string, value: string | null, shown: string | null = null): CellFilter[] =>
    value === null || value === '' ? [] : [{ token: `${name}:${value}`, shown }];
  const text = (name: string, value: string | null) => one(name, value && quoted(value));
  const list = (name: string, values: readonly string[]) =>
    values.slice(0, MOST_OF_LIST).flatMap((value) => one(name, quoted(value), value));
  const day = (name: string, atMs: number | null) => {
    const date = atMs === null ? null : civilDate(civilTime(atMs, timeZone));
    return one(name, date, date);
  };
  const at = row.atMs === null ? null : civilTime(row.atMs, timeZone);
  switch (column) {
    case 'when':
    case 'age':
      return day('date', row.atMs);
    case 'added':
      return day('added', row.addedAtMs);
    case 'ended':
      return day('ended', row.endedAtMs);
    case 'firstSeen':
      return day('seen', row.firstSeenMs);
    case 'verifiedAt':
      return day('verified', row.verifiedAtMs);
    case 'hour':
      return one('hour', at === null ? null : String(at.hour));
    case 'weekday':
      return one(
        'weekday',
        at && (WEEKDAYS[new Date(Date.UTC(at.year, at.month - 1, at.day)).getUTCDay()] ?? null),
      );
    case 'from':
      return one('from', party(row.from, row.fromRaw));
    case 'to':
      return row.to === '' ? text('conf', row.conferenceName) : one('to', party(row.to, row.toRaw));
    case 'fromCountry':
      return one('fromcountry', row.fromCountry);
    case 'toCountry':
      return one('tocountry', row.toCountry);
    case 'kind':
      return text('type', row.kind);
    case 'format':
      return text('format', row.format);
    case 'direction':
      return text('dir', row.direction);
    case 'conference':
      return text('conf', row.conferenceName);
    case 'caller':
      return text('name', row.callerName);
    case 'extensions':
      return list('ext', row.extensions);
    case 'account':
      return text('account', accountLabel);
    case 'duration':
      return one('dur', row.durationMs === null ? null : lengthsLike(row.durationMs));
    case 'billed':
      return one('billed', row.billedS === null ? null : `${row.billedS}s`);
    case 'size':
      return one('size', row.sizeBytes === null ? null : `${row.sizeBytes}b`);
    case 'cost':
      return one('cost', row.monthlyCost === null ? null : priceOf(row.monthlyCost));
    case 'storageRate':
      return one('rate', row.storageRate === null ? null : priceOf(row.storageRate));
    case 'storageDays':
      return one('storage', row.storageDays === null ? null : `${row.storageDays}d`);
    case 'id':
      return text('id', row.recordingId);
    case 'call':
      return text('call', row.callUuid);
    case 'rules':
      return list('rule', row.ruleIds);
    case 'fileName':
      return text('file', row.fileName);
    case 'address':
      return text('address', row.mediaUrl);
    case 'tags':
      return list('tag', row.tags);
    case 'star':
      return row.starred ? one('has', 'star') : [];
    case 'hold':
      return text('hold', row.hold);
    case 'note':
      if (row.note === null) return [];
      return row.note.length > LONGEST_NOTE || /["\n\r]/.test(row.note)
        ? one('has', 'note', 'has:note')
        : text('note', row.note);
    case 'state':
      return one('state', row.deletedByUs ? 'deleted' : row.gone ? 'gone' : STATES[row.state]);
  }
}

/** True when the text has an `or` that a further word would bind tighter than. */
export function hasOr(text: string): boolean {
  return /(^|\s)or(\s|$)/i.test(text.replace(/"[^"]*"?/g, ' ').replace(/\([^()]*\)/g, ' '));
}

/** Parts of a query: `NOT` is the sign of what comes next, and the time of a day belongs to the day. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  let isNegated = false;
  for (const word of text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? []) {
    const last = parts.at(-1);
    if (word === 'NOT' && !isNegated) isNegated = true;
    else if (isNegated) {
      parts.push(word.startsWith('-') ? `NOT ${word}` : `-${word}`);
      isNegated = false;
    } else if (last !== undefined && /:[<>=]*\d{4}-\d\d-\d\d$/.test(last) && /^\d{1,2}:\d\d/.test(word)) {
      parts[parts.length - 1] = `${last} ${word}`;
    } else parts.push(word);
  }
  return isNegated ? [...parts, 'NOT'] : parts;
}

/** The query narrowed by one more token; the same token twice, or its opposite, is not kept. */
export function narrowed(text: string, more: string): string {
  const opposite = more.startsWith('-') ? more.slice(1) : `-${more}`;
  const isOpen = text.split('"').length % 2 === 0;
  const before = `${text.trim()}${isOpen ? '"' : ''}`;
  const words = hasOr(before)
    ? `(${before})`
    : partsOf(before)
        .filter((part) => part !== more && part !== opposite)
        .join(' ');
  return words === '' ? more : `${words} ${more}`;
}
