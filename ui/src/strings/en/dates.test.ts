import { expect, it } from 'vitest';
import { within } from './dates';

it('has no capital inside a sentence, except for names', () => {
  expect(within('Today 14:02')).toBe('today 14:02');
  expect(within('Yesterday 09:30')).toBe('yesterday 09:30');
  expect(within('Tue 14:02')).toBe('Tue 14:02');
  expect(within('12 Mar 2025 14:02')).toBe('12 Mar 2025 14:02');
});
