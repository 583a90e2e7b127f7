import { describe, expect, it } from 'vitest';
import { readOptions } from '../backend/memory/options';
import { World } from '../backend/memory/world';
import type { ColumnName } from '../ipc/library';
import { DEFAULT_COLUMNS } from './columns';
import { filtersFor, narrowed, quoted } from './narrow';

describe('narrowing a query', () => {
  it('adds a token behind what is there', () => {
    expect(narrowed('', 'type:trunk')).toBe('type:trunk');
    expect(narrowed('sales  "a b"', 'conf:"Sales weekly"')).toBe('sales "a b" conf:"Sales weekly"');
  });

  it('neither repeats a token nor keeps its opposite', () => {
    expect(narrowed('type:trunk x', 'type:trunk')).toBe('x type:trunk');
    expect(narrowed('-conf:"Sales weekly"', 'conf:"Sales weekly"')).toBe('conf:"Sales weekly"');
    expect(narrowed('type:trunk', '-type:trunk')).toBe('-type:trunk');
  });

  it('knows both signs of a negation, the time of a day, and a quote that was left open', () => {
    expect(narrowed('NOT tag:x', 'tag:x')).toBe('tag:x');
    expect(narrowed('NOT tag:x a', '-tag:x')).toBe('a -tag:x');
    expect(narrowed('date:2026-05-01 14:30', 'date:2026-05-01')).toBe(
      'date:2026-05-01 14:30 date:2026-05-01',
    );
    expect(narrowed('"anna', 'type:trunk')).toBe('"anna" type:trunk');
  });

  it('does not change what an “or” binds', () => {
    expect(narrowed('a or b', 'type:trunk')).toBe('(a or b) type:trunk');
    expect(narrowed('(a or b) c', 'type:trunk')).toBe('(a or b) c type:trunk');
    expect(narrowed('"a or b"', 'type:trunk')).toBe('"a or b" type:trunk');
  });

  it('quotes what would fall apart', () => {
    expect(quoted('trunk')).toBe('trunk');
    expect(quoted('Sales weekly')).toBe('"Sales weekly"');
    expect(quoted('a "b"')).toBe('"a  b"');
    expect(quoted('1..2')).toBe('"1..2"');
  });
});

describe('the filters of a cell', () => {
  const { row } = new World(readOptions('?rows=50&seed=7')).call(1);
  const here = { accountLabel: 'Front desk', timeZone: 'UTC' };
  const all = (column: ColumnName, change = {}) => filtersFor({ ...row, ...change }, column, here);
  const of = (column: ColumnName, change = {}) => all(column, change)[0]?.token;

  it('say exactly what the cell says', () => {
    expect(of('from', { from: '+91 98765 43210' })).toBe('from:+919876543210');
    expect(of('from', { from: 'sip:a b@x', fromRaw: 'sip:a b@x' })).toBe('from:"sip:a b@x"');
    expect(of('to', { to: '', conferenceName: 'Sales weekly' })).toBe('conf:"Sales weekly"');
    expect(of('when', { atMs: Date.UTC(2026, 4, 31, 23) })).toBe('date:2026-05-31');
    expect(of('weekday', { atMs: Date.UTC(2026, 4, 31, 23) })).toBe('weekday:sun');
    expect(of('account')).toBe('account:"Front desk"');
    expect(of('state', { gone: true, deletedByUs: false })).toBe('state:gone');
    expect(of('hold', { hold: 'Case 7' })).toBe('hold:"Case 7"');
    // Every length that the cell would show alike.
    expect(of('duration', { durationMs: 7_880 })).toBe('dur:7500ms..8499ms');
    expect(of('duration', { durationMs: 120 })).toBe('dur:0ms..499ms');
    expect(of('billed', { billedS: 90 })).toBe('billed:90s');
    expect(of('size', { sizeBytes: 12_345 })).toBe('size:12345b');
    expect(of('cost', { monthlyCost: 0.0000004 })).toBe('cost:0.0000004');
    expect(of('cost', { monthlyCost: 2 })).toBe('cost:2');
    expect(of('storageRate', { storageRate: 0.005 })).toBe('rate:0.005');
    expect(of('storageDays', { storageDays: 0 })).toBe('storage:0d');
    expect(of('fromCountry', { fromCountry: 'IN' })).toBe('fromcountry:IN');
    expect(of('toCountry', { toCountry: 'GB' })).toBe('tocountry:GB');
    expect(of('fileName', { fileName: 'a, b.mp3' })).toBe('file:"a, b.mp3"');
    expect(of('address', { mediaUrl: 'https://a.b/c' })).toBe('address:https://a.b/c');
    expect(of('note', { note: 'call back' })).toBe('note:"call back"');
    expect(of('note', { note: 'say "yes"' })).toBe('has:note');
  });

  it('name the day of a moment', () => {
    const atMs = Date.UTC(2026, 4, 31, 23);
    for (const [column, change, name] of [
      ['added', { addedAtMs: atMs }, 'added'],
      ['ended', { endedAtMs: atMs }, 'ended'],
      ['firstSeen', { firstSeenMs: atMs }, 'seen'],
      ['verifiedAt', { verifiedAtMs: atMs }, 'verified'],
    ] as const)
      expect(all(column, change)).toEqual([{ token: `${name}:2026-05-31`, shown: '2026-05-31' }]);
  });

  it('are one for each of a list', () => {
    expect(all('extensions', { extensions: ['1001', '1002'] }).map(({ token }) => token)).toEqual([
      'ext:1001',
      'ext:1002',
    ]);
    expect(all('tags', { tags: ['to do', 'b'] })).toEqual([
      { token: 'tag:"to do"', shown: 'to do' },
      { token: 'tag:b', shown: 'b' },
    ]);
    expect(of('rules', { ruleIds: ['17'] })).toBe('rule:17');
  });

  it('are none for a cell that says nothing', () => {
    const empty = {
      atMs: null,
      from: '',
      to: '',
      fromRaw: null,
      toRaw: null,
      conferenceName: null,
      kind: null,
      format: null,
      direction: null,
      callerName: null,
      extensions: [],
      fromCountry: null,
      toCountry: null,
      callUuid: null,
      tags: [],
      note: null,
      starred: false,
      hold: null,
      durationMs: null,
      sizeBytes: null,
      monthlyCost: null,
      billedS: null,
      storageDays: null,
      storageRate: null,
      addedAtMs: null,
      endedAtMs: null,
      verifiedAtMs: null,
      ruleIds: [],
      fileName: null,
      mediaUrl: null,
    };
    const always = ['account', 'id', 'state', 'firstSeen'];
    for (const { column } of DEFAULT_COLUMNS)
      expect([column, all(column, empty).length]).toEqual([column, always.includes(column) ? 1 : 0]);
  });
});
