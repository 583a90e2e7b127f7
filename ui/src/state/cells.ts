/** What a cell says, in words: for the table where nothing is drawn, and for the clipboard. */
import type { ColumnName, Row } from '../ipc/library';
import { civilTime, formatBytes, formatClock } from '../lib/format';
import { t } from '../strings/en';
import { accounts } from './accounts.svelte';
import { masking } from './masking.svelte';
import { settings } from './settings.svelte';
import { sync } from './sync.svelte';

export function stateText(row: Pick<Row, 'state' | 'gone' | 'deletedByUs' | 'hold'>): string {
  const isSaved = row.state === 'verified' || row.state === 'remarked';
  const words = t.library.state;
  const place = row.deletedByUs
    ? words.deleted
    : row.gone
      ? isSaved
        ? words.goneSaved
        : words.gone
      : words[row.state];
  return row.hold === null ? place : `${place}. ${words.held(row.hold)}`;
}

const countries = new Intl.DisplayNames('en', { type: 'region' });

/** `India` for `IN`; the letters themselves when nobody knows them. */
export function countryName(code: string | null): string {
  if (code === null) return '';
  try {
    return countries.of(code) ?? code;
  } catch {
    return code;
  }
}

const prices = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

export function priceText(price: number | null): string {
  return price === null ? '' : prices.format(price);
}

const instant = (atMs: number | null) => (atMs === null ? '' : settings.exact(atMs));

/** Whole days since the start of a call. */
function ageText(atMs: number | null): string {
  return atMs === null ? '' : t.library.days(Math.max(0, Math.floor((sync.nowMs - atMs) / 86_400_000)));
}

function weekdayText(atMs: number): string {
  const { year, month, day } = civilTime(atMs, settings.current.timeZone);
  return t.dates.longWeekdays[new Date(Date.UTC(year, month - 1, day)).getUTCDay()] ?? '';
}

/** The words for what a vendor writes with an underscore; other types and directions are words already. */
const WORDS: Readonly<Record<string, string>> = t.library.words;

export const wordOf = (text: string | null) => (text === null ? '' : (WORDS[text] ?? text));

/** The whole value as somebody would paste it: never masked, instants exact, empty when unknown. */
export function cellText(row: Row, column: ColumnName): string {
  switch (column) {
    case 'when':
      return instant(row.atMs);
    case 'from':
      return row.from;
    case 'to':
      return row.to || (row.conferenceName ?? '');
    case 'duration':
      return row.durationMs === null ? '' : formatClock(row.durationMs);
    case 'billed':
      return row.billedS === null ? '' : formatClock(row.billedS * 1000);
    case 'kind':
      return wordOf(row.kind);
    case 'format':
      return row.format ?? '';
    case 'size':
      return row.sizeBytes === null ? '' : formatBytes(row.sizeBytes);
    case 'conference':
      return row.conferenceName ?? '';
    case 'account':
      return accounts.byId(row.accountId)?.label ?? '';
    case 'state':
      return stateText(row);
    case 'direction':
      return wordOf(row.direction);
    case 'caller':
      return row.callerName ?? '';
    case 'extensions':
      return row.extensions.join(', ');
    case 'cost':
      return priceText(row.monthlyCost);
    case 'storageRate':
      return priceText(row.storageRate);
    case 'storageDays':
      return row.storageDays === null ? '' : t.library.days(row.storageDays);
    case 'age':
      return ageText(row.atMs);
    case 'hour':
      return row.atMs === null ? '' : String(civilTime(row.atMs, settings.current.timeZone).hour);
    case 'weekday':
      return row.atMs === null ? '' : weekdayText(row.atMs);
    case 'fromCountry':
      return countryName(row.fromCountry);
    case 'toCountry':
      return countryName(row.toCountry);
    case 'added':
      return instant(row.addedAtMs);
    case 'ended':
      return instant(row.endedAtMs);
    case 'firstSeen':
      return instant(row.firstSeenMs);
    case 'verifiedAt':
      return instant(row.verifiedAtMs);
    case 'id':
      return row.recordingId;
    case 'call':
      return row.callUuid ?? '';
    case 'star':
      return row.starred ? t.library.starred : '';
    case 'tags':
      return row.tags.join(', ');
    case 'note':
      return row.note ?? '';
    case 'hold':
      return row.hold ?? '';
    case 'rules':
      return row.ruleIds.join(', ');
    case 'fileName':
      return row.fileName ?? '';
    case 'address':
      return row.mediaUrl ?? '';
  }
}

/** The same as it may be shown now: numbers are masked where that is asked for, and nothing else is. */
export function shownText(row: Row, column: ColumnName): string {
  const text = cellText(row, column);
  switch (column) {
    case 'fileName':
    case 'address':
      return masking.known(text, [row.fromRaw, row.toRaw]);
    case 'from':
    case 'to':
    case 'caller':
    case 'conference':
    case 'extensions':
    case 'tags':
    case 'note':
    case 'hold':
    case 'state':
      return masking.text(text);
    default:
      return text;
  }
}
