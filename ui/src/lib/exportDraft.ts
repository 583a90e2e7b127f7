/**
 * The draft of an export request: how one begins, how long its period is, how it reads, and how a past request becomes a
 * draft again. The rules themselves are the program's (`exportsReview`); the two limits stand here only so that the
 * window can say how close a choice is to them.
 */
import type { ExportDraft, ExportPeriodDraft, ExportRecord } from '../ipc/exports';
import { t } from '../strings/en';
import { type CivilTime, civilDate, civilText, daysBefore } from './format';

/** The longest period of dates, in days. */
export const MOST_DAYS = 366;
/** The longest range of ages, and the longest period with filters, in days. */
export const MOST_FILTERED_DAYS = 30;

/** The filters, in the order in which they are shown. */
export const FILTERS = ['fromNumber', 'toNumber', 'callUuid', 'conferenceName', 'recordingId'] as const;
export type FilterName = (typeof FILTERS)[number];

/** A new draft: last week, everything, nobody yet. */
export function newDraft(accountId: string, now: CivilTime): ExportDraft {
  return {
    accountId,
    period: lastDays(7, now),
    fromNumber: '',
    toNumber: '',
    callUuid: '',
    conferenceName: '',
    recordingFormat: '',
    recordingId: '',
    recipients: [],
  };
}

/** Whole days up to and including today: `lastDays(7)` is today and the six days before. */
export function lastDays(days: number, now: CivilTime): ExportPeriodDraft {
  return wholeDays(daysBefore(now, days - 1), now);
}

/** The calendar month some months ago; 0 is this one, which ends today. */
export function wholeMonth(monthsAgo: number, now: CivilTime): ExportPeriodDraft {
  const first = new Date(Date.UTC(now.year, now.month - 1 - monthsAgo, 1));
  const last = new Date(Date.UTC(now.year, now.month - monthsAgo, 0));
  return wholeDays(day(first), monthsAgo === 0 ? now : day(last));
}

/** From the first second of one day to the last second of another. */
function wholeDays(first: Pick<CivilTime, 'year' | 'month' | 'day'>, last: typeof first): ExportPeriodDraft {
  return { kind: 'dates', from: `${dateText(first)} 00:00:00`, to: `${dateText(last)} 23:59:59` };
}

function day(date: Date): Pick<CivilTime, 'year' | 'month' | 'day'> {
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function dateText(date: Pick<CivilTime, 'year' | 'month' | 'day'>): string {
  return civilDate({ ...date, hour: 0, minute: 0, second: 0 });
}

/** Length of a period in days, rounded up; null when it ends before it begins. */
export function periodDays(period: ExportPeriodDraft, now: CivilTime): number | null {
  if (period.kind === 'exactAge') return 1;
  if (period.kind === 'ageRange') {
    const first = period.youngestDays + (period.youngestInclusive ? 0 : 1);
    const last = period.oldestDays - (period.oldestInclusive ? 0 : 1);
    return last >= first ? last - first : null;
  }
  const nowS = Date.UTC(now.year, now.month - 1, now.day, now.hour, now.minute, now.second) / 1000;
  const toS = period.to === '' ? nowS : seconds(period.to);
  const fromS = period.from === '' ? nowS - 7 * 86_400 : seconds(period.from);
  return toS > fromS ? Math.ceil((toS - fromS) / 86_400) : null;
}

/**
 * What a person typed as `YYYY-MM-DD HH:MM:SS`. A date alone means the edge of its day, and seconds may be left out; null
 * when it is no date that exists. Empty stays empty: that end is left to Vobiz.
 */
export function readCivil(text: string, edge: 'start' | 'end'): string | null {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/.exec(trimmed);
  if (!match) return null;
  const [, y, m, d, hh, mm, ss] = match;
  const [lastHour, lastRest] = edge === 'end' ? ['23', '59'] : ['0', '0'];
  const time: CivilTime = {
    year: Number(y),
    month: Number(m),
    day: Number(d),
    hour: Number(hh ?? lastHour),
    minute: Number(mm ?? lastRest),
    second: Number(ss ?? lastRest),
  };
  const civil = civilText(time);
  // `Date` moves 31 February to March; what comes back different did not exist.
  const date = new Date(`${civil.replace(' ', 'T')}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 19).replace('T', ' ') === civil
    ? civil
    : null;
}

/**
 * The period with a day more at each end that was chosen: Vobiz does not say in which time zone it reads them, and no two
 * are further apart. Null where that is longer than Vobiz takes, or where no end was chosen.
 */
export function paddedPeriod(draft: ExportDraft, now: CivilTime): ExportPeriodDraft | null {
  const { period } = draft;
  if (period.kind !== 'dates' || (period.from === '' && period.to === '')) return null;
  if (periodDays(period, now) === null) return null;
  const padded: ExportPeriodDraft = {
    kind: 'dates',
    from: movedBy(period.from, -1),
    to: movedBy(period.to, 1),
  };
  const most = hasFilters(draft) ? MOST_FILTERED_DAYS : MOST_DAYS;
  return (periodDays(padded, now) ?? 0) <= most ? padded : null;
}

function movedBy(civil: string, days: number): string {
  if (civil === '') return '';
  return new Date((seconds(civil) + days * 86_400) * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

function seconds(civil: string): number {
  return Date.parse(`${civil.replace(' ', 'T')}Z`) / 1000;
}

/** True when anything narrows the period down. The format counts: Vobiz treats it as a filter. */
export function hasFilters(draft: ExportDraft): boolean {
  return draft.recordingFormat !== '' || FILTERS.some((name) => draft[name].trim() !== '');
}

/** The same draft, exporting all of its period. */
export function withoutFilters(draft: ExportDraft): ExportDraft {
  return {
    ...draft,
    fromNumber: '',
    toNumber: '',
    callUuid: '',
    conferenceName: '',
    recordingId: '',
    recordingFormat: '',
  };
}

/** A period in words. */
export function describePeriod(period: ExportPeriodDraft): string {
  const words = t.exports.describe;
  switch (period.kind) {
    case 'exactAge':
      return words.exactAge(period.days);
    case 'ageRange':
      return words.ageRange(
        period.youngestDays + (period.youngestInclusive ? 0 : 1),
        t.common.days(period.oldestDays - (period.oldestInclusive ? 0 : 1)),
      );
    case 'dates':
      if (period.from === '' && period.to === '') return words.lastWeek;
      if (period.to === '') return words.since(shorten(period.from));
      if (period.from === '') return words.until(shorten(period.to));
      return words.dates(shorten(period.from), shorten(period.to));
  }
}

/** Leaves out a time that is only the edge of its day. */
function shorten(civil: string): string {
  return civil.replace(/ (00:00:00|23:59:59)$/, '');
}

/** What a past request asked for, in words. */
export function describeRecord(record: ExportRecord): string {
  const draft = draftOf(record);
  if (draft === null) return t.exports.describe.unreadable;
  const filters = [...FILTERS, 'recordingFormat' as const].filter((name) => draft[name] !== '').length;
  const period = describePeriod(draft.period);
  return filters === 0 ? period : `${period} · ${t.exports.describe.filtered(filters)}`;
}

/** A past request as a draft; null when its body cannot be read. */
export function draftOf(record: ExportRecord): ExportDraft | null {
  let body: unknown;
  try {
    body = JSON.parse(record.bodyJson);
  } catch {
    return null;
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return null;
  const fields = body as Record<string, unknown>;
  const text = (name: string) => {
    const value = fields[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  return {
    accountId: record.accountId,
    period: periodOf(text),
    fromNumber: text('from_number'),
    toNumber: text('to_number'),
    callUuid: text('call_uuid'),
    conferenceName: text('conference_name'),
    recordingFormat: text('recording_format'),
    recordingId: text('recording_id'),
    recipients: [...record.recipients],
  };
}

function periodOf(text: (name: string) => string): ExportPeriodDraft {
  const age = 'recording_storage_duration';
  if (text(age) !== '') return { kind: 'exactAge', days: Number(text(age)) };
  const [gt, gte, lt, lte] = ['gt', 'gte', 'lt', 'lte'].map((end) => text(`${age}__${end}`));
  if (gt || gte || lt || lte) {
    return {
      kind: 'ageRange',
      youngestDays: Number(gte || gt || '0'),
      youngestInclusive: !gt,
      oldestDays: Number(lte || lt || '0'),
      oldestInclusive: !lt,
    };
  }
  return { kind: 'dates', from: text('from'), to: text('to') };
}
