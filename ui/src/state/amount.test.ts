import { describe, expect, it } from 'vitest';
import { t } from '../strings/en';
import { amountOf } from './amount';

const totals = {
  count: 3,
  durationMs: 120_000,
  unknownDurationCount: 0,
  knownBytes: 2_000_000,
  unknownSizeCount: 0,
  monthlyCost: 0.5,
  unknownCostCount: 0,
};
const words = (change: Partial<typeof totals>) => {
  const { count, length, size, cost } = amountOf({ ...totals, ...change });
  return [count, length, size, cost];
};

describe('what recordings amount to', () => {
  it('is exact where everything is known', () => {
    expect(words({})).toEqual(['3 recordings', '2 min', '2 MB', t.library.aMonth('0.5')]);
  });

  it('is "over" where a part is not known, and says how much is not', () => {
    const partly = { unknownDurationCount: 1, unknownSizeCount: 2, unknownCostCount: 1 };
    const cost = t.library.aMonth(t.library.over('0.5'));
    expect(words(partly)).toEqual(['3 recordings', 'over 2 min', 'over 2 MB', cost]);
    const { lengthHint, sizeHint, costHint } = amountOf({ ...totals, ...partly });
    expect(lengthHint).toBe('The length of 1 recording is not known');
    expect(sizeHint).toBe('The size of 2 recordings are not known yet');
    expect(costHint).toContain('The price of 1 recording is not known');
  });

  it('is said to be unknown where nothing is known, and never left out', () => {
    const unknown = { durationMs: 0, unknownDurationCount: 3, knownBytes: 0, unknownSizeCount: 3 };
    expect(words({ ...unknown, monthlyCost: 0, unknownCostCount: 3 })).toEqual([
      '3 recordings',
      'length unknown',
      'size unknown',
      'price unknown',
    ]);
  });
});
