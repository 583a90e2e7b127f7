import { expect, it } from 'vitest';
import { describeJobFilters, describeList, jobRequestOf, lengthMs, newJobDraft } from './jobDraft';

const now = { year: 2026, month: 11, day: 22, hour: 15, minute: 30, second: 0 };

it('begins with the last seven days of a list, in the window’s zone', () => {
  const request = jobRequestOf(newJobDraft('a', 'company', now), 'Asia/Kolkata');
  expect(new Date(request.fromMs ?? 0).toISOString()).toBe('2026-11-15T18:30:00.000Z');
  expect(new Date(request.toMs ?? 0).toISOString()).toBe('2026-11-22T18:29:59.000Z');
  expect(request).toMatchObject({ accountId: 'a', list: 'company', direction: '', minDurationMs: null });
});

it('leaves an open end open, and sends seconds as milliseconds', () => {
  const draft = { ...newJobDraft('a', 'users/self', now), to: '', shortestS: ' 10 ', longestS: 'ten' };
  const request = jobRequestOf(draft, 'UTC');
  expect(request.toMs).toBeNull();
  expect(request.minDurationMs).toBe(10_000);
  expect(request.maxDurationMs).toBeNull();
});

it('tells empty from unreadable', () => {
  expect(lengthMs(' ')).toBeNull();
  expect(lengthMs('1.5')).toBeUndefined();
  expect(lengthMs('90')).toBe(90_000);
});

it('says whose recordings and which of them', () => {
  expect(describeList('company')).toBe('Company recordings');
  expect(describeList('users/self')).toMatch(/^Your/);
  expect(describeList('users/7', () => 'Ana')).toContain('Ana');
  const draft = { ...newJobDraft('a', 'company', now), direction: 'inbound' as const, extension: '401' };
  expect(describeJobFilters(draft)).toEqual(['Incoming', 'Extension 401']);
  expect(describeJobFilters({ ...draft, shortestS: ' 10 ', longestS: '60' }).slice(2)).toEqual([
    'at least 10 s long',
    'at most 60 s long',
  ]);
});
