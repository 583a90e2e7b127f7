import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { atMost } from './rate';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('runs at once, then at most once in the time, and makes up for the last call', () => {
  const run = vi.fn();
  const often = atMost(100, run);
  for (let call = 0; call < 5; call++) often();
  expect(run).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(100);
  expect(run).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(500);
  expect(run).toHaveBeenCalledTimes(2);
  often();
  expect(run).toHaveBeenCalledTimes(3);
});
