import { expect, it } from 'vitest';
import type { SyncProgress } from '../ipc/events';
import { describePace, formatMoney, leastTimeMs, needsSignIn, vendorName } from './accountFacts';

const pace = { accountId: 'a', limitPerMin: 10, waiting: 0, nextInMs: null, why: null };

it('says the quota, who waits, for how long and why', () => {
  expect(describePace(pace)).toBe('At most 10 requests a minute.');
  expect(describePace({ ...pace, waiting: 3, nextInMs: 4_200, why: 'Vonage asked for a pause.' })).toBe(
    'At most 10 requests a minute. 3 requests wait. The next one goes in 5 s. Vonage asked for a pause.',
  );
  expect(describePace({ ...pace, limitPerMin: null })).toMatch(/No limit known/);
});

it('reckons with whole minutes of a quota', () => {
  expect(leastTimeMs(100, 10)).toBe(600_000);
  expect(leastTimeMs(101, 10)).toBe(660_000);
});

it('names providers, and leaves unknown ones as they are', () => {
  expect(vendorName('vbc')).toBe('Vonage');
  expect(vendorName('acme')).toBe('acme');
});

it('writes money with its code', () => {
  expect(formatMoney({ available: 1240.5, currency: 'INR' })).toBe('1,240.50 INR');
});

it('asks for a sign-in only where nobody is signed in, or not for long', () => {
  const signedIn = { secret: 'keyring', token: null } as const;
  const refused = (code: 'unauthenticated' | 'busy') =>
    ({ state: 'failed', error: { code } }) as unknown as SyncProgress;
  expect(needsSignIn(signedIn, undefined, 0)).toBe(false);
  expect(needsSignIn({ ...signedIn, secret: 'session' }, undefined, 0)).toBe(false);
  expect(needsSignIn(signedIn, refused('busy'), 0)).toBe(false);
  expect(needsSignIn(signedIn, refused('unauthenticated'), 0)).toBe(true);
  expect(needsSignIn({ ...signedIn, secret: 'missing' }, undefined, 0)).toBe(true);
  const ended = { endsAtMs: 1_000, renewsItself: false } as NonNullable<
    Parameters<typeof needsSignIn>[0]['token']
  >;
  expect(needsSignIn({ ...signedIn, token: ended }, undefined, 2_000)).toBe(true);
});
