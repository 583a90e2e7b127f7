/** Whether a made-up row answers a query. */
import type { Row } from '../../ipc/library';
import { civilDate, civilTime } from '../../lib/format';
import { DAYS, HAS, STATES, type Test } from './queryTables';
import type { Piece, Tree } from './queryText';
import { TOKENS } from './queryText';
import { bytes, type Clock, DAY_MS, dateTest, days, plain, range, seconds, within } from './queryValues';

export interface Context extends Clock {
  accountLabel: (accountId: string) => string;
}

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** A party by digits when digits were typed, else by its text. */
function partyTest(value: string): (shown: string, raw: string | null) => boolean {
  const digits = /^[+\d().-]+$/.test(value) ? value.replace(/\D/g, '').replace(/^00/, '') : '';
  const text = value.toLowerCase();
  return (shown, raw) =>
    digits === ''
      ? `${shown}\n${raw ?? ''}`.toLowerCase().includes(text)
      : shown.replace(/\D/g, '').includes(digits) || (raw ?? '').replace(/\D/g, '').includes(digits);
}

function numberTest(
  value: string,
  read: (text: string) => number | null,
  of: (row: Row) => number | null,
): Test | null {
  const found = range(value, read);
  return found === null ? null : (row) => within(found, of(row));
}

const textTest =
  (value: string, of: (row: Row) => string | null): Test =>
  (row) =>
    (of(row) ?? '').toLowerCase().includes(value.toLowerCase());

/** Tokens whose values may be several, any of which will do. */
const SEVERAL = [
  ...[
    'type',
    'format',
    'dir',
    'ext',
    'account',
    'state',
    'tag',
    'country',
    'fromcountry',
    'tocountry',
    'has',
  ],
  ...['weekday', 'rule'],
];

/** The test of a token, or the sentence that says what is wrong with it. */
export function tokenTest(piece: Piece, context: Context): Test | string {
  const { name, value } = piece;
  if (name !== null && SEVERAL.includes(name) && value.includes(',')) {
    const tests = value.split(',').map((one) => tokenTest({ ...piece, value: one.trim() }, context));
    const wrong = tests.find((test) => typeof test === 'string');
    return wrong ?? ((row) => tests.some((test) => typeof test !== 'string' && test(row)));
  }
  if (name === null || !(name in TOKENS))
    return `There is no “${name}:”. Try from:, to:, dur:, date:, type:, tag:.`;
  if (value === '') return `“${name}:” needs a value: ${TOKENS[name]}.`;
  const at = (row: Row) => (row.atMs === null ? null : civilTime(row.atMs, context.timeZone));
  const party = partyTest(value);
  const ageDays = (row: Row) => (row.atMs === null ? null : (context.nowMs - row.atMs) / DAY_MS);
  const or = (test: Test | null, what: string) => test ?? what;
  switch (name) {
    case 'from':
      return (row) => party(row.from, row.fromRaw) || party(row.callerName ?? '', null);
    case 'to':
      return (row) => party(row.to, row.toRaw) || party(row.conferenceName ?? '', null);
    case 'number':
      return (row) => party(row.from, row.fromRaw) || party(row.to, row.toRaw);
    case 'dur':
      return or(
        numberTest(value, seconds, (row) => (row.durationMs === null ? null : row.durationMs / 1000)),
        `“${value}” is no length. Write 30s, 5m, 1h30m, >5m or 2m..10m.`,
      );
    case 'size':
      return or(
        numberTest(value, bytes, (row) => row.sizeBytes),
        `“${value}” is no size. Write 500kB, >5MB.`,
      );
    case 'cost':
      return or(
        numberTest(value, plain, (row) => row.monthlyCost),
        `“${value}” is no price. Write >0.01.`,
      );
    case 'age':
      return or(numberTest(value, days, ageDays), `“${value}” is no age. Write >25d.`);
    case 'last': {
      const most = days(value.toLowerCase());
      return or(
        most === null ? null : (row) => (ageDays(row) ?? Number.POSITIVE_INFINITY) <= most,
        `“${value}” is no number of days. Write 7d.`,
      );
    }
    case 'hour':
      return or(
        numberTest(value, plain, (row) => at(row)?.hour ?? null),
        `“${value}” is no hour. Write 9..17.`,
      );
    case 'weekday': {
      const wanted = WEEKDAYS.indexOf(value.toLowerCase().slice(0, 3));
      return or(
        wanted === -1 ? null : (row) => WEEKDAYS[weekday(at(row))] === WEEKDAYS[wanted],
        `“${value}” is no day of the week. Write mon, tue, wed.`,
      );
    }
    case 'date':
    case 'added':
    case 'ended':
    case 'seen':
    case 'verified': {
      const test = dateTest(value, context);
      return or(
        test === null
          ? null
          : (row) => {
              const atMs = DAYS[name]?.(row) ?? null;
              return atMs !== null && test(civilDate(civilTime(atMs, context.timeZone)));
            },
        `“${value}” is no date. Write 2026-05, 2026-05-31, today or 2026-05-01..2026-05-09.`,
      );
    }
    case 'billed':
      return or(
        numberTest(value, seconds, (row) => row.billedS),
        `“${value}” is no length. Write 30s, 5m, 1h30m, >5m or 2m..10m.`,
      );
    case 'storage':
      return or(
        numberTest(value, days, (row) => row.storageDays),
        `“${value}” is no count of days. Write 30d or 30.`,
      );
    case 'rate':
      return or(
        numberTest(value, plain, (row) => row.storageRate),
        `“${value}” is no price. Write >0.01.`,
      );
    case 'rule':
      return (row) => row.ruleIds.includes(value);
    case 'file':
      return textTest(value, (row) => row.fileName);
    case 'address':
      return textTest(value, (row) => row.mediaUrl);
    case 'fromcountry':
      return (row) => row.fromCountry === value.toUpperCase();
    case 'tocountry':
      return (row) => row.toCountry === value.toUpperCase();
    case 'state':
      return (
        STATES[value.toLowerCase()] ?? `“${value}” is no state. Write ${Object.keys(STATES).join(', ')}.`
      );
    case 'has':
      return HAS[value.toLowerCase()] ?? `“${value}” is none of ${Object.keys(HAS).join(', ')}.`;
    case 'tag':
      return (row) => row.tags.some((tag) => tag.toLowerCase() === value.toLowerCase());
    case 'country':
      return (row) => [row.fromCountry, row.toCountry].includes(value.toUpperCase());
    case 'account':
      return textTest(value, (row) => context.accountLabel(row.accountId));
    case 'type':
      return textTest(value, (row) => row.kind);
    case 'format':
      return textTest(value, (row) => row.format);
    case 'dir':
      return textTest(value, (row) => row.direction);
    case 'ext':
      return (row) => row.extensions.includes(value);
    case 'name':
      return textTest(value, (row) => row.callerName);
    case 'note':
      return textTest(value, (row) => row.note);
    case 'hold':
      return textTest(value, (row) => row.hold);
    case 'conf':
      return textTest(value, (row) => row.conferenceName);
    case 'id':
      return textTest(value, (row) => row.recordingId);
    default:
      return textTest(value, (row) => row.callUuid);
  }
}

function weekday(day: ReturnType<typeof civilTime> | null): number {
  return day === null ? -1 : new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay();
}

/** A free word must be somewhere; one of digits matches numbers however they are written. */
function wordTest(value: string): Test {
  const text = value.toLowerCase();
  const party = partyTest(value);
  return (row) =>
    party(row.from, row.fromRaw) ||
    party(row.to, row.toRaw) ||
    [row.conferenceName, row.recordingId, row.kind, row.callerName, row.note, row.hold, ...row.tags]
      .join('\n')
      .toLowerCase()
      .includes(text);
}

export function matcherOf(tree: Tree, context: Context): Test {
  switch (tree.kind) {
    case 'all': {
      const tests = tree.of.map((one) => matcherOf(one, context));
      return (row) => tests.every((test) => test(row));
    }
    case 'any': {
      const tests = tree.of.map((one) => matcherOf(one, context));
      return (row) => tests.some((test) => test(row));
    }
    case 'not': {
      const test = matcherOf(tree.of, context);
      return (row) => !test(row);
    }
    case 'piece': {
      if (tree.piece.kind !== 'token') return wordTest(tree.piece.value);
      const test = tokenTest(tree.piece, context);
      return typeof test === 'string' ? () => true : test;
    }
  }
}
