import { expect, it } from 'vitest';
import type { TransferPlan } from '../ipc/saving';
import { neededBytes, neededText } from './needs';

const known = { knownBytes: 2_000_000, unknownSize: 0, estimatedBytes: null } as TransferPlan;

it('says what is known, what is estimated and what nobody knows', () => {
  expect([neededBytes(known), neededText(known)]).toEqual([2_000_000, '2 MB']);
  const estimated = { ...known, unknownSize: 3, estimatedBytes: 5_000_000 };
  expect([neededBytes(estimated), neededText(estimated)]).toEqual([5_000_000, 'about 5 MB']);
  const unknown = { ...known, unknownSize: 3 };
  expect(neededBytes(unknown)).toBeNull();
  expect(neededText(unknown)).toMatch(/^unknown/);
});
