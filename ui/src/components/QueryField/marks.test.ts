import { describe, expect, it } from 'vitest';
import { carriedOver, type Part, segmentsOf } from './marks';

const part = (start: number, end: number, more: Partial<Part> = {}): Part => ({
  start,
  end,
  kind: 'token',
  negated: false,
  applies: true,
  ...more,
});

describe('parts while somebody types', () => {
  const before = 'from:91 dur:>5m';
  const parts = [part(0, 7), part(8, 15)];

  it('stay before the edit and move along behind it', () => {
    expect(carriedOver(parts, before, 'from:91 x dur:>5m')).toEqual([part(0, 7), part(10, 17)]);
    expect(carriedOver(parts, before, before)).toEqual(parts);
  });

  it('are left out where the edit touches them', () => {
    expect(carriedOver(parts, before, 'from:918 dur:>5m')).toEqual([part(9, 16)]);
    expect(carriedOver(parts, before, 'from:91 dur:>5')).toEqual([part(0, 7)]);
    expect(carriedOver(parts, before, '')).toEqual([]);
  });

  it('stay when a new word begins behind them', () => {
    expect(carriedOver(parts, before, `${before} `)).toEqual(parts);
  });
});

describe('the segments of a query', () => {
  it('are all of its text, in order', () => {
    const text = 'a -type:conf or "b c"';
    const parts = [
      part(0, 1, { kind: 'word' }),
      part(2, 12, { negated: true, applies: false }),
      part(13, 15, { kind: 'or' }),
      part(16, 21, { kind: 'phrase' }),
    ];
    const segments = segmentsOf(text, parts, [{ start: 0, end: 1 }]);
    expect(segments.map((segment) => segment.text).join('')).toBe(text);
    expect(segments.map(({ look, wrong }) => `${look}${wrong ? '!' : ''}`)).toEqual([
      'plain!',
      'plain',
      'chip!',
      'plain',
      'operator',
      'plain',
      'chip',
    ]);
    expect(segments[2]?.negated).toBe(true);
  });

  it('leaves out parts that do not fit the text', () => {
    expect(segmentsOf('ab', [part(0, 9)], [])).toHaveLength(1);
  });
});
