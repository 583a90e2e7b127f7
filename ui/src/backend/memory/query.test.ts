import { describe, expect, it } from 'vitest';
import type { Row } from '../../ipc/library';
import { readOptions } from './options';
import { completeQuery, readQuery, writeForm } from './queryForm';
import { type Context, matcherOf } from './queryMatch';
import { World } from './world';

const world = new World(readOptions('?rows=400&seed=7'));
const rows = Array.from({ length: 400 }, (_, at) => world.call(at + 1).row);
const context: Context = {
  nowMs: world.shelf.nowMs,
  timeZone: 'UTC',
  accountLabel: (id) => (id === 'acc-sandbox' ? 'Sandbox' : 'Front desk'),
};

const found = (text: string) => rows.filter(matcherOf(readQuery(text, context).tree, context));
const those = (test: (row: Row) => boolean) => rows.filter(test);

describe('the language of the made-up program finds what a plain filter finds', () => {
  it.each<[string, (row: Row) => boolean]>([
    ['type:conference', (row) => row.kind === 'conference'],
    ['type:trunk,call', (row) => row.kind === 'trunk' || row.kind === 'call'],
    ['-type:conference', (row) => row.kind !== 'conference'],
    ['dur:>5m', (row) => (row.durationMs ?? 0) > 300_000],
    [
      'dur:2m..10m',
      (row) => row.durationMs !== null && row.durationMs >= 120_000 && row.durationMs <= 600_000,
    ],
    ['dur:<=30s', (row) => row.durationMs !== null && row.durationMs <= 30_000],
    ['format:wav or dur:>1h', (row) => row.format === 'wav' || (row.durationMs ?? 0) > 3_600_000],
    [
      '(format:wav or dur:>1h) has:star',
      (row) => row.starred && (row.format === 'wav' || (row.durationMs ?? 0) > 3_600_000),
    ],
    ['conf:"Sales weekly"', (row) => row.conferenceName === 'Sales weekly'],
    ['state:saved', (row) => row.state === 'verified' || row.state === 'remarked'],
    ['has:note', (row) => row.note !== null],
    ['country:gb', (row) => row.fromCountry === 'GB' || row.toCountry === 'GB'],
    ['account:sandbox', (row) => row.accountId === 'acc-sandbox'],
    ['age:<3d', (row) => row.atMs !== null && context.nowMs - row.atMs < 3 * 86_400_000],
    ['billed:>5m', (row) => (row.billedS ?? 0) > 300],
    ['storage:<=9d', (row) => row.storageDays !== null && row.storageDays <= 9],
    ['added:2026', (row) => row.addedAtMs !== null && new Date(row.addedAtMs).getUTCFullYear() === 2026],
    ['has:verified', (row) => row.verifiedAtMs !== null],
    ['weekday:sat,sun', (row) => row.atMs !== null && [0, 6].includes(new Date(row.atMs).getUTCDay())],
    ['', () => true],
  ])('%s', (text, test) => {
    expect(readQuery(text, context).problems).toEqual([]);
    expect(found(text)).toEqual(those(test));
    expect(those(test).length).toBeGreaterThan(0);
  });

  it('numbers in any notation', () => {
    const { length } = found('from:+14155550100');
    expect(length).toBeGreaterThan(0);
    for (const text of ['from:14155550100', 'from:0014155550100', 'from:415-555-0100', 'from:(415)555.0100'])
      expect(found(text.replace('(', '').replace(')', ''))).toHaveLength(length);
  });
});

describe('what is wrong', () => {
  it.each([
    ['dur:>5x', 0, 7],
    ['sales wat:1', 6, 11],
    ['(type:call', 0, 10],
  ])('in %s is said with its place', (text, start, end) => {
    const { problems } = readQuery(text, context);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.start).toBeGreaterThanOrEqual(start);
    expect(problems[0]?.end).toBeLessThanOrEqual(end);
    expect(problems[0]?.what).toMatch(/\.$/);
  });

  it('does not hide the rest', () => {
    expect(found('dur:>5x type:conference')).toEqual(those((row) => row.kind === 'conference'));
  });
});

describe('the form', () => {
  it.each([
    'sales from:+44 dur:2m..10m date:2026-05 type:trunk,call has:star',
    '"a phrase" to:100 dur:>=5m last:7d tag:"two words",one',
    'type:a or type:b',
    'dur:>5m cost:<1 size:>=1mb age:25d weekday:mon,tue verified:2026-05 rule:17 note:"a b" hold:case',
  ])('of %s writes the same text again', (text) => {
    const { form } = readQuery(text, context);
    const again = writeForm(form);
    expect(readQuery(again, context).form).toEqual(form);
  });

  it('keeps what it has no field for', () => {
    expect(readQuery('-type:call hour:9..17', context).form).toMatchObject({
      rest: '-type:call',
      hour: '9..17',
    });
  });
});

it('suggests names, then values by how often they were seen', () => {
  expect(completeQuery('sales ty', 8, rows, context)).toMatchObject({
    start: 6,
    end: 8,
    suggestions: [{ insert: 'type:', count: null }],
  });
  const { suggestions } = completeQuery('-type:', 6, rows, context);
  expect(suggestions[0]?.insert).toMatch(/^-type:\w+ $/);
  const counts = suggestions.map(({ count }) => count ?? 0);
  expect(counts).toEqual([...counts].sort((a, b) => b - a));
});
