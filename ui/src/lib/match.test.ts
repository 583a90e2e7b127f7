import { expect, it } from 'vitest';
import { rankMatch } from './match';

it('prefers the start, then a word, then any place, then scattered letters', () => {
  const ranks = ['Export by e-mail', 'Past exports', 'Reexport', 'Extra pool rate', 'Play'].map((name) =>
    rankMatch('export', name),
  );
  expect(ranks).toEqual([0, 1, 2, 3, null]);
});

it('takes everything when nothing is typed, and no notice of case or spaces', () => {
  expect(rankMatch('  ', 'Play')).toBe(0);
  expect(rankMatch('SYNC now', 'Sync now')).toBe(0);
  expect(rankMatch('s n', 'Sync now')).toBe(3);
});
