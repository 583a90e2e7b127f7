import { describe, expect, it } from 'vitest';
import { readOptions } from '../backend/memory/options';
import { World } from '../backend/memory/world';
import type { ColumnName } from '../ipc/library';
import { DEFAULT_COLUMNS } from './columns';
import { narrowed, quoted, tokenFor } from './narrow';

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

describe('the token of a cell', () => {
  const { row } = new World(readOptions('?rows=50&seed=7')).call(1);
  const here = { accountLabel: 'Front desk', timeZone: 'UTC' };
  const of = (column: ColumnName, change = {}) => tokenFor({ ...row, ...change }, column, here);

  it('says exactly what the cell says', () => {
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
    expect(of('size', { sizeBytes: 12_345 })).toBe('size:12345b');
    expect(of('cost', { monthlyCost: 0.0000004 })).toBe('cost:0.0000004');
    expect(of('cost', { monthlyCost: 2 })).toBe('cost:2');
    expect(of('billed')).toBeNull();
  });

  it('is nothing for a cell that says nothing', () => {
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
    };
    const always = ['account', 'id', 'state'];
    for (const { column } of DEFAULT_COLUMNS)
      if (!always.includes(column)) expect([column, of(column, empty)]).toEqual([column, null]);
  });
});
