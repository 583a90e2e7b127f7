import { describe, expect, it } from 'vitest';
import { civilText, civilTime } from './format';
import { instantOf } from './instant';

const utc = (text: string) => Date.parse(text);

describe('instantOf', () => {
  it.each([
    ['2026-11-22 14:02:33', 'UTC', '2026-11-22T14:02:33Z'],
    ['2026-11-22 14:02:33', 'Asia/Kolkata', '2026-11-22T08:32:33Z'],
    ['2026-07-01 00:00:00', 'America/New_York', '2026-07-01T04:00:00Z'],
    ['2026-01-01 00:00:00', 'Pacific/Kiritimati', '2025-12-31T10:00:00Z'],
  ])('%s in %s', (civil, zone, expected) => {
    expect(instantOf(civil, zone)).toBe(utc(expected));
  });

  it('takes the first of two, and the one after a gap', () => {
    expect(instantOf('2026-10-25 01:30:00', 'Europe/London')).toBe(utc('2026-10-25T00:30:00Z'));
    const skipped = instantOf('2026-03-29 01:30:00', 'Europe/London') ?? 0;
    expect(civilText(civilTime(skipped, 'Europe/London'))).toBe('2026-03-29 02:30:00');
  });

  it('is nothing for what is no time', () => {
    expect(instantOf('soon', 'UTC')).toBeNull();
  });
});
