import { expect, it } from 'vitest';
import { isTimeOfDay } from './quiet';

it.each([
  ['09:00', true],
  [' 23:59 ', true],
  ['24:00', false],
  ['9:00', false],
  ['12:60', false],
  ['', false],
])('%s → %s', (text, fits) => {
  expect(isTimeOfDay(text)).toBe(fits);
});
