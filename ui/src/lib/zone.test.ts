import { describe, expect, it } from 'vitest';
import { aheadOfUtc } from './zone';

const HOUR_MS = 3_600_000;
const at = (text: string) => Date.parse(text);
const hours = (text: string, zone: string) => aheadOfUtc(at(text), zone).aheadMs / HOUR_MS;

describe('what clocks are ahead of UTC', () => {
  it('is what Intl says, asked once or often', () => {
    for (let ask = 0; ask < 2; ask++) {
      expect(aheadOfUtc(at('2026-11-22T14:02:33Z'), 'Asia/Kolkata')).toEqual({
        aheadMs: 5.5 * HOUR_MS,
        name: 'GMT+5:30',
      });
      expect(hours('2026-07-01T12:00:00Z', 'America/New_York')).toBe(-4);
      expect(hours('1969-12-31T23:59:59Z', 'Asia/Tokyo')).toBe(9);
    }
  });

  it('changes within the day on which the clocks are changed', () => {
    // London put its clocks back on 25 October 2026 at 01:00 UTC.
    expect(hours('2026-10-25T00:59:59.999Z', 'Europe/London')).toBe(1);
    expect(hours('2026-10-25T01:00:00Z', 'Europe/London')).toBe(0);
    expect(hours('2026-10-24T23:59:59Z', 'Europe/London')).toBe(1);
  });

  it('agrees with Intl through a year of a zone that changes twice in spring', () => {
    const clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Africa/Casablanca',
      hour: '2-digit',
      hourCycle: 'h23',
    });
    for (let hour = 0; hour < 366 * 24; hour += 5) {
      const atMs = at('2026-01-01T00:00:00Z') + hour * HOUR_MS;
      const { aheadMs } = aheadOfUtc(atMs, 'Africa/Casablanca');
      expect(new Date(atMs + aheadMs).getUTCHours()).toBe(Number(clock.format(atMs)));
    }
  });
});
