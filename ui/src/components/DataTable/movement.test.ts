import { describe, expect, it } from 'vitest';
import { extend, rowAfter } from './movement';

const place = { at: 50, rowCount: 100, page: 20 };

describe('moving through rows', () => {
  it('stays within the table', () => {
    expect(rowAfter('ArrowDown', false, place)).toBe(51);
    expect(rowAfter('ArrowDown', false, { ...place, at: 99 })).toBe(99);
    expect(rowAfter('PageUp', false, { ...place, at: 3 })).toBe(0);
    expect(rowAfter('End', false, place)).toBe(99);
    expect(rowAfter('ArrowUp', true, place)).toBe(0);
    expect(rowAfter('x', false, place)).toBeNull();
  });

  it('begins at the first row when none has the focus', () => {
    expect(rowAfter('ArrowDown', false, { ...place, at: -1 })).toBe(0);
    expect(rowAfter('ArrowUp', false, { ...place, at: -1 })).toBe(0);
  });
});

describe('extending a range', () => {
  it('grows away from where it began', () => {
    expect(extend(10, 12, 13)).toEqual([{ first: 10, last: 13, ticked: true }]);
    expect(extend(10, 10, 7)).toEqual([{ first: 7, last: 10, ticked: true }]);
  });

  it('gives up what it passes on its way back', () => {
    expect(extend(10, 14, 12)).toEqual([
      { first: 13, last: 14, ticked: false },
      { first: 10, last: 12, ticked: true },
    ]);
  });

  it('turns round beyond where it began', () => {
    expect(extend(10, 14, 8)).toEqual([
      { first: 11, last: 14, ticked: false },
      { first: 8, last: 10, ticked: true },
    ]);
  });
});
