/**
 * Made-up calls. A row is computed from its position alone, so that a million rows cost no memory; what changed since
 * (saved, deleted) lies in `World.changes`. Numbers come from ranges kept for fiction.
 */
import type { CopyStateName, Row } from '../../ipc/library';
import { fraction, hash, pick, uuid } from './random';

const DAY_MS = 86_400_000;
const TWENTY_YEARS_D = 20 * 365;

/** Two hundred characters, with and without a place to break a line. */
export const LONG_NAME = 'Hauptverwaltungsgebäudeempfang '.repeat(7).slice(0, 200);
const LONG_WORD = 'w'.repeat(200);
/** Text from right to left, with a number in it. */
const RIGHT_TO_LEFT = 'מרכז שירות 24 ליד התחנה';
/** 9.9 TB in two thousand files. */
const EXTREME_BYTES = 4_938_000_000;

const CONFERENCES = [
  'Sales weekly',
  'Support standup',
  'Board call',
  'Onboarding Meyer & Sons',
  'Vendor review',
] as const;

interface Notation {
  shown: string;
  raw: string;
}

const TAGS = ['complaint', 'billing', 'follow-up', 'training'] as const;
const CALLERS = ['Anna Meyer', 'R. Okafor', 'Harbour Dental', 'Priya N.', 'Lakeside Foods'] as const;
const NOTES = [
  'Asked for a refund, agreed to call back.',
  'Good example for training.',
  'Line was bad.',
] as const;
const HOLDS = ['Case 2026-14', 'Audit 2026'] as const;

/** Country by the beginning of a number. */
const COUNTRIES: readonly (readonly [string, string])[] = [
  ['+1', 'US'],
  ['+44', 'GB'],
  ['+33', 'FR'],
  ['+61', 'AU'],
];
const countryOf = (shown: string) =>
  COUNTRIES.find(([prefix]) => shown.startsWith(`${prefix} `))?.[1] ?? null;

/** Our own lines: calls go from or to one of them. */
const LINES: readonly [Notation, ...Notation[]] = [
  { shown: '+1 415-555-0100', raw: '+14155550100' },
  { shown: '+44 20 7946 0018', raw: '442079460018' },
  { shown: '+1 212-555-0142', raw: '12125550142' },
  { shown: '+61 2 5550 1970', raw: '+61255501970' },
];

const two = (n: number) => String(n % 100).padStart(2, '0');

/** Somebody else's number, from the ranges that regulators keep for films and books. */
function stranger(seed: number, row: number): Notation {
  const n = hash(seed, row, 20) % 1000;
  switch (hash(seed, row, 21) % 6) {
    case 0: {
      const area = pick(['202', '303', '415', '512', '617', '718', '808'], seed, row, 22);
      return { shown: `+1 ${area}-555-01${two(n)}`, raw: `1${area}55501${two(n)}` };
    }
    case 1: {
      const tail = String(n).padStart(3, '0');
      return { shown: `+44 7700 900${tail}`, raw: `+447700900${tail}` };
    }
    case 2: {
      const x = two(Math.floor(n / 10));
      return { shown: `+33 6 39 98 ${x} ${two(n)}`, raw: `+3363998${x}${two(n)}` };
    }
    case 3:
      return { shown: `+61 491 570 ${156 + (n % 4)}`, raw: `61491570${156 + (n % 4)}` };
    case 4:
      return {
        shown: `+44 20 7946 0${String(n).padStart(3, '0')}`,
        raw: `+442079460${String(n).padStart(3, '0')}`,
      };
    default:
      return { shown: `+1 646-555-01${two(n)}`, raw: `+164655501${two(n)}` };
  }
}

/** A row, and what the details show beside it. */
export interface Call {
  row: Row;
  fromRaw: string | null;
  toRaw: string | null;
  callUuid: string | null;
  channels: 1 | 2;
}

export interface Shelf {
  seed: number;
  rows: number;
  /** The newest call happened at or before this. */
  nowMs: number;
  /** The beginning of that day. */
  midnightMs: number;
  accountOf: (key: number) => string;
  /** Everything is as long, as large and as old as it may be. */
  isExtreme: boolean;
}

/** Start of a call: newest first, within office hours. */
function startOf(shelf: Shelf, position: number): number {
  const days = shelf.isExtreme ? TWENTY_YEARS_D : Math.max(30, Math.min(1100, Math.ceil(shelf.rows / 40)));
  const perDay = Math.max(1, Math.ceil(shelf.rows / days));
  // With fewer calls than days there are days without one.
  const day = Math.floor(
    (position / perDay) * (shelf.isExtreme ? Math.max(1, (days * perDay) / shelf.rows) : 1),
  );
  const midnight = shelf.midnightMs;
  const sinceMidnight = shelf.nowMs - midnight;
  // Calls of today end now; when the day is still young, the newest are yesterday's.
  const today = sinceMidnight > 10 * 3_600_000;
  const base = midnight - (day + (today ? 0 : 1)) * DAY_MS;
  const open = 8.25 * 3_600_000;
  const close = day === 0 && today ? Math.min(sinceMidnight - 60_000, 19 * 3_600_000) : 19 * 3_600_000;
  const slot = (close - open) / perDay;
  const within = position % perDay;
  return Math.floor(base + close - (within + fraction(shelf.seed, position, 1) * 0.9) * slot);
}

function durationOf(seed: number, position: number, conference: boolean): number | null {
  if (hash(seed, position, 2) % 211 === 0) return null;
  const f = fraction(seed, position, 3);
  const seconds = conference ? 600 + f * 4200 : 6 + -Math.log(1 - f * 0.995) * 170;
  return Math.round(seconds) * 1000;
}

function stateOf(seed: number, position: number): CopyStateName {
  if (position < 12) return position === 4 || position === 9 ? 'verified' : 'notSaved';
  const n = hash(seed, position, 4) % 1000;
  if (n < 230) return 'verified';
  if (n < 240) return 'remarked';
  if (n < 248) return 'failed';
  return 'notSaved';
}

/** Two recordings in a row now and then belong to one call. */
function callOf(seed: number, position: number): number {
  return position > 0 && hash(seed, position - 1, 5) % 9 === 0 ? position - 1 : position;
}

/** What counting and totals need of a row. Made without any text, so that a million of them take no time. */
export type Facts = Pick<
  Row,
  | 'key'
  | 'accountId'
  | 'atMs'
  | 'durationMs'
  | 'sizeBytes'
  | 'state'
  | 'gone'
  | 'monthlyCost'
  | 'hold'
  | 'deletedByUs'
>;

const isConference = (seed: number, position: number) => hash(seed, position, 6) % 14 === 0;
const formatOf = (seed: number, position: number) => (hash(seed, position, 11) % 5 === 0 ? 'wav' : 'mp3');

export function factsOf(shelf: Shelf, key: number): Facts {
  const { seed } = shelf;
  const position = key - 1;
  const durationMs = durationOf(seed, position, isConference(seed, position));
  const state = stateOf(seed, position);
  const knowsSize = state === 'verified' || state === 'remarked' || hash(seed, position, 12) % 3 !== 0;
  const bytesPerMs = formatOf(seed, position) === 'wav' ? 16 : 2;
  return {
    key,
    accountId: shelf.accountOf(key),
    durationMs: shelf.isExtreme && position === 0 ? 99 * 3_600_000 : durationMs,
    sizeBytes: shelf.isExtreme
      ? EXTREME_BYTES
      : knowsSize && durationMs !== null
        ? Math.round(durationMs * bytesPerMs) + 512
        : null,
    state,
    gone: position > 20 && hash(seed, position, 17) % 163 === 0,
    atMs: hash(seed, position, 14) % 487 === 1 ? null : startOf(shelf, position),
    monthlyCost: durationMs === null ? null : (durationMs / 60_000) * 0.0004,
    hold: hash(seed, position, 23) % 149 === 3 ? pick(HOLDS, seed, position, 24) : null,
    deletedByUs: false,
  };
}

/** One value or another for one row in so many, else nothing. */
function rarely<T>(
  choices: readonly [T, ...T[]],
  oneIn: number,
  seed: number,
  position: number,
  purpose: number,
): T | null {
  return hash(seed, position, purpose) % oneIn === 2 ? pick(choices, seed, position, purpose + 1) : null;
}

export function makeCall(shelf: Shelf, key: number): Call {
  const call = usualCall(shelf, key);
  return shelf.isExtreme ? { ...call, row: { ...call.row, ...extremesOf(key) } } : call;
}

/** What of a call is as long as it may be: in turn one long text, one long word, one from right to left. */
function extremesOf(key: number): Partial<Row> {
  const text = [LONG_NAME, RIGHT_TO_LEFT, LONG_WORD][key % 3] ?? LONG_NAME;
  return {
    from: text,
    to: '',
    conferenceName: text,
    callerName: text,
    note: text.repeat(5),
    hold: key % 5 === 0 ? text : null,
    tags: [text, 'billing'],
    extensions: [LONG_WORD],
    fileName: `${text}.mp3`,
    mediaUrl: `https://media.example.test/${encodeURIComponent(text)}.mp3`,
  };
}

function usualCall(shelf: Shelf, key: number): Call {
  const { seed } = shelf;
  const position = key - 1;
  const conference = isConference(seed, position);
  const incoming = hash(seed, position, 7) % 5 < 3;
  const line = pick(LINES, seed, position, 8);
  const other = stranger(seed, hash(seed, position, 9) % 400);
  const [from, to] = incoming ? [other, line] : [line, other];
  const facts = factsOf(shelf, key);
  const kind = conference ? 'conference' : pick(['trunk', 'trunk', 'call', 'extension'], seed, position, 10);
  const callUuid = uuid(seed, callOf(seed, position), 2);
  const endedAtMs = facts.atMs === null || facts.durationMs === null ? null : facts.atMs + facts.durationMs;
  const tag = rarely(TAGS, 19, seed, position, 30);
  return {
    fromRaw: from.raw,
    toRaw: conference ? null : to.raw,
    callUuid,
    channels: hash(seed, position, 13) % 3 === 0 ? 2 : 1,
    row: {
      ...facts,
      recordingId: uuid(seed, position, 3),
      atIsEstimated: hash(seed, position, 15) % 61 === 0,
      from: from.shown,
      to: conference ? '' : to.shown,
      conferenceName: conference ? pick(CONFERENCES, seed, position, 16) : null,
      kind,
      format: formatOf(seed, position),
      fromRaw: from.raw,
      toRaw: conference ? null : to.raw,
      fromCountry: countryOf(from.shown),
      toCountry: conference ? null : countryOf(to.shown),
      direction: conference ? null : incoming ? 'inbound' : 'outbound',
      callerName: incoming ? rarely(CALLERS, 4, seed, position, 25) : null,
      extensions: kind === 'extension' ? [String(1200 + (hash(seed, position, 27) % 8))] : [],
      callUuid,
      addedAtMs: endedAtMs === null ? null : endedAtMs + 4200,
      endedAtMs,
      billedS: facts.durationMs === null ? null : Math.ceil(facts.durationMs / 60_000) * 60,
      storageDays: facts.atMs === null ? null : Math.floor((shelf.nowMs - facts.atMs) / DAY_MS),
      storageRate: 0.0004,
      firstSeenMs: (endedAtMs ?? shelf.nowMs) + 90_000,
      verifiedAtMs: facts.state === 'verified' || facts.state === 'remarked' ? shelf.nowMs - 3_600_000 : null,
      starred: hash(seed, position, 29) % 41 === 4,
      tags: tag === null ? [] : [tag],
      note: rarely(NOTES, 37, seed, position, 32),
      ruleIds: kind === 'extension' ? [String(40 + (hash(seed, position, 33) % 3))] : [],
      // The vendor puts the number into the name.
      fileName: `${from.raw.replace(/\D/g, '')}_${position}.${formatOf(seed, position)}`,
      mediaUrl: `https://media.example.test/${from.raw.replace(/\D/g, '')}_${position}.${formatOf(seed, position)}`,
    },
  };
}
