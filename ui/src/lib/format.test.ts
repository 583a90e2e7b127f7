import { describe, expect, it } from 'vitest';
import {
  civilTime,
  daysBefore,
  formatBytes,
  formatClock,
  formatCount,
  formatEstimate,
  formatExact,
  formatLength,
  formatRate,
  formatTotalLength,
  formatWhen,
  timeLeftMs,
  UNKNOWN,
} from './format';
import { isTimeZone } from './zone';

describe('lengths', () => {
  it.each([
    [0, '0:00'],
    [999, '0:01'],
    [59_499, '0:59'],
    [59_500, '1:00'],
    [728_000, '12:08'],
    [3_753_000, '1:02:33'],
    [360_000_000, '100:00:00'],
  ])('%i ms reads %s on a clock', (durationMs, text) => expect(formatClock(durationMs)).toBe(text));

  it.each([
    [0, '0 s'],
    [728_000, '12 min 8 s'],
    [720_000, '12 min'],
    [12_000_000, '3 h 20 min'],
    [7_200_000, '2 h'],
    [4_500_000_000, '1,250 h'],
  ])('%i ms reads %s in a sentence', (durationMs, text) => expect(formatLength(durationMs)).toBe(text));

  it('leaves seconds out of a total, but not out of a short one', () => {
    expect(formatTotalLength(2_470_000)).toBe('41 min');
    expect(formatTotalLength(42_000)).toBe('42 s');
  });

  it('rounds an estimate up, in steps that do not flicker', () => {
    expect(formatEstimate(400)).toBe('5 s');
    expect(formatEstimate(41_000)).toBe('45 s');
    expect(formatEstimate(61_000)).toBe('2 min');
    expect(formatEstimate(5_400_000)).toBe('1 h 30 min');
  });

  it('says when a length is not known', () => {
    expect(formatClock(null)).toBe(UNKNOWN);
    expect(formatLength(null)).toBe(UNKNOWN);
  });
});

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [786_400, '786 kB'],
    [999_499, '999 kB'],
    [999_500, '1 MB'],
    [1_230_000, '1.23 MB'],
    [18_400_000, '18.4 MB'],
    [9_996_000, '10 MB'],
    [100_000_000, '100 MB'],
    [214_000_000_000, '214 GB'],
    [5_000_000_000_000_000, '5000 TB'],
  ])('%i bytes read %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it('knows rates, unknown ones too', () => {
    expect(formatRate(1_200_000)).toBe('1.2 MB/s');
    expect(formatRate(null)).toBe(UNKNOWN);
    expect(formatBytes(null)).toBe(UNKNOWN);
  });

  it('tells the time left only when there is a rate', () => {
    expect(timeLeftMs(3_000_000, 1_000_000)).toBe(3000);
    expect(timeLeftMs(3_000_000, 0)).toBeNull();
    expect(timeLeftMs(3_000_000, null)).toBeNull();
    expect(timeLeftMs(-1, 1_000_000)).toBeNull();
  });

  it('groups counts', () => expect(formatCount(12_480)).toBe('12,480'));
});

describe('instants', () => {
  const at = (text: string) => Date.parse(text);
  const reading = { timeZone: 'Asia/Kolkata', nowMs: at('2026-11-22T12:00:00Z') };

  it.each([
    ['2026-11-22T08:32:00Z', 'Today 14:02'],
    // Still the 21st in London, already the 22nd in Kolkata.
    ['2026-11-21T19:00:00Z', 'Today 00:30'],
    ['2026-11-21T18:00:00Z', 'Yesterday 23:30'],
    ['2026-11-17T03:30:00Z', 'Tue 09:00'],
    ['2026-11-15T03:30:00Z', '15 Nov 09:00'],
    ['2026-01-02T03:30:00Z', '2 Jan 09:00'],
    ['2025-03-12T08:32:00Z', '12 Mar 2025 14:02'],
    // A clock that is ahead: no "Today" for tomorrow.
    ['2026-11-23T08:32:00Z', '23 Nov 14:02'],
  ])('%s reads %s', (instant, text) => expect(formatWhen(at(instant), reading)).toBe(text));

  it('gives the exact instant with its offset', () => {
    expect(formatExact(at('2026-11-22T08:32:05Z'), 'Asia/Kolkata')).toBe('2026-11-22 14:02:05 GMT+5:30');
    expect(formatExact(null, '')).toBe(UNKNOWN);
  });

  it('falls back to this computer’s zone when the name is unknown', () => {
    expect(isTimeZone('Asia/Kolkata')).toBe(true);
    expect(isTimeZone('Mars/Olympus')).toBe(false);
    expect(formatExact(0, 'Mars/Olympus')).toBe(formatExact(0, ''));
  });

  it('counts days back over months and years', () => {
    const now = civilTime(at('2026-01-02T00:00:00Z'), 'UTC');
    expect(daysBefore(now, 3)).toMatchObject({ year: 2025, month: 12, day: 30 });
  });
});
