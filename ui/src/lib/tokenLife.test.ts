import { expect, it } from 'vitest';
import { describeToken, tokenTrouble, tokenWarning } from './tokenLife';

const NOW = 1_000_000_000_000;
const inMin = (minutes: number) => NOW + minutes * 60_000;
const when = (atMs: number) => `at ${(atMs - NOW) / 60_000}`;
const pasted = (minutes: number) => ({ endsAtMs: inMin(minutes), renewsItself: false });

it('warns of a pasted token within two hours of its end, and after it', () => {
  expect(tokenTrouble(pasted(121), NOW)).toBeNull();
  expect(tokenTrouble(pasted(120), NOW)).toBe('soon');
  expect(tokenTrouble(pasted(0), NOW)).toBe('ended');
  expect(tokenWarning('London', pasted(40), NOW)).toMatch(/London ends in about 40 min/);
  expect(tokenWarning('London', pasted(-5), NOW)).toMatch(/London has ended/);
});

it('does not warn of what renews itself, or of what nobody knows', () => {
  for (const token of [
    null,
    { endsAtMs: inMin(1), renewsItself: true },
    { endsAtMs: null, renewsItself: false },
  ]) {
    expect(tokenTrouble(token, NOW)).toBeNull();
    expect(tokenWarning('London', token, NOW)).toBeNull();
  }
});

it('says in a sentence how long it holds', () => {
  const say = (token: Parameters<typeof describeToken>[0]) => describeToken(token, NOW, when);
  expect(say({ endsAtMs: inMin(5), renewsItself: true })).toBe('Renews itself; the present one ends at 5.');
  expect(say({ endsAtMs: inMin(-5), renewsItself: true })).toBe('Renews itself.');
  expect(say({ endsAtMs: null, renewsItself: true })).toBe('Renews itself.');
  expect(say(pasted(5))).toBe('Ends at 5, for good.');
  expect(say(pasted(-5))).toBe('Ended at -5.');
  expect(say({ endsAtMs: null, renewsItself: false })).toMatch(/Nobody said/);
});
