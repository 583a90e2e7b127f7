/** Words of the search language made from what a person points at: "only this", "not this". Pure. */
import type { ColumnName, Row } from '../ipc/library';
import { civilDate, civilTime } from './format';

/** A value as the language takes it: in quotes when it would fall apart otherwise. */
export function quoted(value: string): string {
  const plain = value.replaceAll('"', ' ').trim();
  return /^[^\s()"|<>]+$/.test(plain) && !plain.includes('..') ? plain : `"${plain}"`;
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

const token = (name: string, value: string | null) =>
  value === null || value === '' ? null : `${name}:${value}`;

/** Every length that reads the same: the table shows whole seconds, to the nearest. */
function lengthsLike(durationMs: number): string {
  const shownMs = Math.round(durationMs / 1000) * 1000;
  return `${Math.max(0, shownMs - 500)}ms..${shownMs + 499}ms`;
}

/** The token that finds rows that are like this one in a column; null when a column has none that says it exactly. */
export function tokenFor(
  row: Row,
  column: ColumnName,
  { accountLabel, timeZone }: Surroundings,
): string | null {
  const at = row.atMs === null ? null : civilTime(row.atMs, timeZone);
  switch (column) {
    case 'when':
    case 'age':
      return at === null ? null : token('date', civilDate(at));
    case 'hour':
      return at === null ? null : token('hour', String(at.hour));
    case 'weekday':
      return at === null
        ? null
        : token('weekday', WEEKDAYS[new Date(Date.UTC(at.year, at.month - 1, at.day)).getUTCDay()] ?? '');
    case 'from':
      return token('from', party(row.from, row.fromRaw));
    case 'to':
      return row.to === '' && row.conferenceName !== null
        ? token('conf', quoted(row.conferenceName))
        : token('to', party(row.to, row.toRaw));
    case 'fromCountry':
      return token('country', row.fromCountry);
    case 'toCountry':
      return token('country', row.toCountry);
    case 'kind':
      return row.kind === null ? null : token('type', quoted(row.kind));
    case 'format':
      return row.format === null ? null : token('format', quoted(row.format));
    case 'direction':
      return row.direction === null ? null : token('dir', quoted(row.direction));
    case 'conference':
      return row.conferenceName === null ? null : token('conf', quoted(row.conferenceName));
    case 'caller':
      return row.callerName === null ? null : token('name', quoted(row.callerName));
    case 'extensions':
      return token('ext', row.extensions[0] ?? null);
    case 'account':
      return accountLabel === '' ? null : token('account', quoted(accountLabel));
    case 'duration':
      return row.durationMs === null ? null : token('dur', lengthsLike(row.durationMs));
    case 'size':
      return row.sizeBytes === null ? null : token('size', `${row.sizeBytes}b`);
    case 'cost':
      return row.monthlyCost === null
        ? null
        : token('cost', row.monthlyCost.toFixed(12).replace(/0+$/, '').replace(/\.$/, ''));
    case 'id':
      return token('id', quoted(row.recordingId));
    case 'call':
      return row.callUuid === null ? null : token('call', quoted(row.callUuid));
    case 'tags':
      return row.tags[0] === undefined ? null : token('tag', quoted(row.tags[0]));
    case 'star':
      return row.starred ? 'has:star' : null;
    case 'hold':
      return row.hold === null ? null : token('hold', quoted(row.hold));
    case 'note':
      return row.note === null ? null : 'has:note';
    case 'state':
      return token('state', row.deletedByUs ? 'deleted' : row.gone ? 'gone' : STATES[row.state]);
    default:
      return null;
  }
}

/** True when the text has an `or` that a further word would bind tighter than. */
function hasOr(text: string): boolean {
  return /(^|\s)or(\s|$)/i.test(text.replace(/"[^"]*"?/g, ' ').replace(/\([^()]*\)/g, ' '));
}

/** The query narrowed by one more token; the same token twice, or its opposite, is not kept. */
export function narrowed(text: string, more: string): string {
  const opposite = more.startsWith('-') ? more.slice(1) : `-${more}`;
  const before = text.trim();
  const words = hasOr(before)
    ? `(${before})`
    : (before.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [])
        .filter((word) => word !== more && word !== opposite)
        .join(' ');
  return words === '' ? more : `${words} ${more}`;
}
