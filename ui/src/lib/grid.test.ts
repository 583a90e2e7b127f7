import { describe, expect, it } from 'vitest';
import { clampTop, contentPx, MAX_TRACK_PX, scale, topFor, trackPx, visibleRows } from './grid';

const small = { rowCount: 100, rowHeightPx: 32, viewportPx: 320 };
const large = { rowCount: 1_000_000, rowHeightPx: 32, viewportPx: 640 };

describe('a table that fits the browser', () => {
  it('scrolls one to one', () => {
    expect(scale(small)).toBe(1);
    expect(trackPx(small)).toBe(3200);
  });

  it('shows the rows that are at least partly in view', () => {
    expect(visibleRows(0, small)).toEqual({ first: 0, last: 9 });
    expect(visibleRows(16, small)).toEqual({ first: 0, last: 10 });
    expect(visibleRows(2880, small)).toEqual({ first: 90, last: 99 });
  });

  it('has rows of its own number when they are fewer than the view holds', () => {
    expect(visibleRows(0, { ...small, rowCount: 3 })).toEqual({ first: 0, last: 2 });
    expect(clampTop(500, { ...small, rowCount: 3 })).toBe(0);
  });

  it('reveals a row by the shortest way', () => {
    expect(topFor(5, 0, small)).toBe(0);
    expect(topFor(10, 0, small)).toBe(32);
    expect(topFor(3, 320, small)).toBe(96);
    expect(topFor(99, 0, small)).toBe(2880);
  });
});

describe('a table higher than a browser can make an element', () => {
  it('runs on a shorter track whose end is the end of the rows', () => {
    expect(contentPx(large)).toBe(32_000_000);
    expect(trackPx(large)).toBe(MAX_TRACK_PX);
    const endOfTrack = trackPx(large) - large.viewportPx;
    expect(endOfTrack * scale(large)).toBeCloseTo(contentPx(large) - large.viewportPx, 3);
    expect(visibleRows(endOfTrack * scale(large), large).last).toBe(999_999);
  });

  it('reaches every row', () => {
    for (const row of [0, 1, 499_999, 999_998, 999_999]) {
      const { first, last } = visibleRows(topFor(row, 0, large), large);
      expect(first).toBeLessThanOrEqual(row);
      expect(last).toBeGreaterThanOrEqual(row);
    }
  });
});
