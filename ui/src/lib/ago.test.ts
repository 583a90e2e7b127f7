import { expect, it } from 'vitest';
import { formatAgo } from './ago';

it('tells minutes, hours and days, and nothing for a moment', () => {
  const now = Date.UTC(2026, 10, 22);
  expect(formatAgo(now - 59_000, now)).toBeNull();
  expect(formatAgo(now - 130_000, now)).toMatch(/2 min/);
  expect(formatAgo(now - 47 * 3_600_000, now)).toMatch(/47 hr/);
  expect(formatAgo(now - 50 * 3_600_000, now)).toBe('2 days ago');
});
