import { describe, expect, it } from 'vitest';
import type { ExportDraft, ExportPeriodDraft, ExportRecord } from '../ipc/exports';
import {
  describePeriod,
  describeRecord,
  draftOf,
  hasFilters,
  lastDays,
  newDraft,
  paddedPeriod,
  periodDays,
  readCivil,
  wholeMonth,
  withoutFilters,
} from './exportDraft';

const now = { year: 2026, month: 3, day: 2, hour: 9, minute: 30, second: 0 };

describe('quick choices', () => {
  it('take whole days', () => {
    expect(lastDays(7, now)).toEqual({
      kind: 'dates',
      from: '2026-02-24 00:00:00',
      to: '2026-03-02 23:59:59',
    });
    expect(periodDays(lastDays(7, now), now)).toBe(7);
    expect(periodDays(lastDays(30, now), now)).toBe(30);
  });

  it('take calendar months, the present one up to today', () => {
    expect(wholeMonth(1, now)).toEqual({
      kind: 'dates',
      from: '2026-02-01 00:00:00',
      to: '2026-02-28 23:59:59',
    });
    expect(wholeMonth(3, now)).toMatchObject({ from: '2025-12-01 00:00:00', to: '2025-12-31 23:59:59' });
    expect(wholeMonth(0, now)).toMatchObject({ from: '2026-03-01 00:00:00', to: '2026-03-02 23:59:59' });
  });
});

describe('the length of a period', () => {
  const dates = (from: string, to: string): ExportPeriodDraft => ({ kind: 'dates', from, to });
  const ages = (youngestDays: number, oldestDays: number, inclusive: boolean): ExportPeriodDraft => ({
    kind: 'ageRange',
    youngestDays,
    youngestInclusive: inclusive,
    oldestDays,
    oldestInclusive: inclusive,
  });

  // The same cases as the program's own tests of the rules (crates/domain, export.rs).
  it.each([
    [dates('2025-01-23 00:00:00', '2025-01-30 23:59:59'), 8],
    [dates('2025-01-01 00:00:00', '2026-01-03 00:00:00'), 367],
    [dates('2025-02-01 00:00:00', '2025-01-01 00:00:00'), null],
    [dates('', ''), 7],
    [ages(7, 39, false), 30],
    [ages(7, 39, true), 32],
    [ages(8, 7, true), null],
    [{ kind: 'exactAge', days: 90 } as const, 1],
  ])('%o spans %s days', (period, days) => expect(periodDays(period, now)).toBe(days));
});

describe('a typed time', () => {
  it.each([
    ['2026-01-31', 'start', '2026-01-31 00:00:00'],
    ['2026-01-31', 'end', '2026-01-31 23:59:59'],
    ['2026-1-5 8:05', 'start', '2026-01-05 08:05:00'],
    ['2026-01-31T14:05:09', 'end', '2026-01-31 14:05:09'],
    ['  ', 'start', ''],
    ['2024-02-29', 'start', '2024-02-29 00:00:00'],
  ] as const)('%s at the %s is %s', (text, edge, civil) => expect(readCivil(text, edge)).toBe(civil));

  it.each(['2026-02-30', '2026-13-01', '31.01.2026', '2026-01-31 25:00', '2026-01-31 10:61:00', 'yesterday'])(
    '%s is none',
    (text) => expect(readCivil(text, 'start')).toBeNull(),
  );
});

describe('filters', () => {
  it('count the format, and are dropped together', () => {
    const draft: ExportDraft = { ...newDraft('a', now), recordingFormat: 'mp3', fromNumber: '+1415' };
    expect(hasFilters(newDraft('a', now))).toBe(false);
    expect(hasFilters(draft)).toBe(true);
    expect(withoutFilters(draft)).toEqual(newDraft('a', now));
  });
});

describe('a past request', () => {
  const record = (body: unknown): ExportRecord => ({
    id: 1,
    accountId: 'a',
    accountLabel: 'Desk',
    requestedAtMs: 0,
    bodyJson: typeof body === 'string' ? body : JSON.stringify(body),
    recipients: ['me@example.com'],
    outcome: 'accepted',
    reply: { status: 202, message: null, correlationId: 'x', errorCode: null },
  });

  it('becomes a draft again', () => {
    const draft = draftOf(
      record({
        recording_storage_duration__gt: '7',
        recording_storage_duration__lte: '30',
        conference_name: 'Team',
        recipient: { customer_account: ['me@example.com'] },
      }),
    );
    expect(draft).toMatchObject({
      period: {
        kind: 'ageRange',
        youngestDays: 7,
        youngestInclusive: false,
        oldestDays: 30,
        oldestInclusive: true,
      },
      conferenceName: 'Team',
      recipients: ['me@example.com'],
    });
  });

  it('reads as a sentence', () => {
    expect(
      describeRecord(record({ from: '2026-02-01 00:00:00', to: '2026-02-28 23:59:59', from_number: '+1' })),
    ).toBe('2026-02-01 to 2026-02-28 · 1 filter');
    expect(describeRecord(record({ recording_storage_duration: '1' }))).toBe('1 day old');
    expect(describeRecord(record({}))).toBe('Last 7 days');
    expect(describePeriod({ kind: 'dates', from: '2026-02-01 08:00:00', to: '' })).toBe(
      'Since 2026-02-01 08:00:00',
    );
  });

  it.each(['', 'not json', '[]', '"text"', 'null'])('that is %s is called unreadable', (body) => {
    expect(draftOf(record(body))).toBeNull();
    expect(describeRecord(record(body))).toBe('Unreadable request');
  });
});

describe('a day more at each end', () => {
  const draft = (from: string, to: string, more: Partial<ExportDraft> = {}): ExportDraft => ({
    ...newDraft('a', now),
    period: { kind: 'dates', from, to },
    ...more,
  });
  const whole = (first: string, last: string) => draft(`${first} 00:00:00`, `${last} 23:59:59`);

  it('reaches over the ends of months and years', () => {
    expect(paddedPeriod(whole('2026-01-01', '2026-02-28'), now)).toEqual({
      kind: 'dates',
      from: '2025-12-31 00:00:00',
      to: '2026-03-01 23:59:59',
    });
  });

  it('leaves an open end open', () => {
    expect(paddedPeriod(draft('2026-01-05 10:00:00', ''), now)).toMatchObject({
      from: '2026-01-04 10:00:00',
      to: '',
    });
    expect(paddedPeriod(draft('', ''), now)).toBeNull();
  });

  it('is left away where Vobiz would take no more days', () => {
    const month = whole('2026-01-01', '2026-01-30');
    expect(paddedPeriod(month, now)).not.toBeNull();
    expect(paddedPeriod({ ...month, fromNumber: '+1415' }, now)).toBeNull();
    const shorter = whole('2026-01-01', '2026-01-28');
    expect(paddedPeriod({ ...shorter, fromNumber: '+1415' }, now)).not.toBeNull();
    expect(paddedPeriod(whole('2025-01-01', '2025-12-30'), now)).not.toBeNull();
    expect(paddedPeriod(whole('2025-01-01', '2025-12-31'), now)).toBeNull();
  });

  it('is nothing for ages, and for a period that ends before it begins', () => {
    expect(paddedPeriod({ ...newDraft('a', now), period: { kind: 'exactAge', days: 7 } }, now)).toBeNull();
    expect(paddedPeriod(whole('2026-02-01', '2026-01-01'), now)).toBeNull();
  });
});
