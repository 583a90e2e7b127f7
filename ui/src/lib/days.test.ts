import { describe, expect, it } from 'vitest';
import { hasGap, kindOf, monthStarts, monthsOf, spansOf, weeksOf } from './days';

const day = (name: string, more = {}) => ({
  day: name,
  provider: 0,
  askedMs: null,
  indexed: 0,
  saved: 0,
  gone: 0,
  lost: 0,
  deleted: 0,
  missing: 0,
  ...more,
});

describe('a day', () => {
  it.each([
    ['empty', {}],
    ['saved', { indexed: 2, gone: 1, saved: 3 }],
    ['indexed', { indexed: 2, saved: 1 }],
    ['lost', { indexed: 2, saved: 2, gone: 1, lost: 1 }],
    ['missing', { indexed: 2, saved: 2, lost: 1, missing: 1 }],
  ])('is %s by its worst recording', (kind, tally) => {
    expect(kindOf(day('2026-05-01', tally))).toBe(kind);
    expect(hasGap(day('2026-05-01', tally))).toBe(kind === 'lost' || kind === 'missing');
  });

  it('of which the provider was not asked is no gap', () => {
    expect(hasGap(day('2026-05-01', { indexed: 1, missing: null, provider: null }))).toBe(false);
  });
});

describe('the calendar', () => {
  it('has a column a week, and Monday on top', () => {
    // 2026-05-01 is a Friday.
    const placed = weeksOf([day('2026-05-01'), day('2026-05-03'), day('2026-05-04')]);
    expect(placed.map(({ week, weekday }) => [week, weekday])).toEqual([
      [0, 4],
      [0, 6],
      [1, 0],
    ]);
    expect(weeksOf([])).toEqual([]);
  });

  it('labels months where they begin, unless two would touch', () => {
    const days = ['2026-04-28', '2026-04-30', '2026-05-01', '2026-05-20', '2026-06-01'].map((name) =>
      day(name),
    );
    expect(monthStarts(weeksOf(days))).toEqual([
      { month: '2026-05', week: 0 },
      { month: '2026-06', week: 5 },
    ]);
    expect(monthsOf(days)).toEqual(['2026-04', '2026-05', '2026-06']);
  });
});

it('asks a provider about no more than a month at once', () => {
  expect(spansOf(['2026-04-03', '2026-04-30', '2026-05-01', '2027-05-02'])).toEqual([
    { from: '2026-04-03', to: '2026-04-30' },
    { from: '2026-05-01', to: '2026-05-01' },
    { from: '2027-05-02', to: '2027-05-02' },
  ]);
  expect(spansOf([])).toEqual([]);
});
