import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { toasts } from './toasts.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const { id } of toasts.list) toasts.dismiss(id);
  vi.useRealTimers();
});

const titles = () => toasts.list.map(({ title }) => title);

it('lets good news leave, and keeps an error until it is dismissed', () => {
  toasts.show({ tone: 'good', title: 'Saved' });
  toasts.fail({ code: 'unreachable', obstacle: 'refused', what: 'dns' });
  vi.advanceTimersByTime(60_000);
  expect(titles()).toEqual(['No answer from the provider']);
});

it('waits while somebody looks at it', () => {
  toasts.show({ tone: 'info', title: 'Started' });
  const id = toasts.list[0]?.id ?? 0;
  toasts.hold(id, true);
  vi.advanceTimersByTime(60_000);
  expect(titles()).toEqual(['Started']);
  toasts.hold(id, false);
  vi.advanceTimersByTime(60_000);
  expect(titles()).toEqual([]);
});

it('says the same thing once, says no more than four things, and nothing about a person’s own cancel', () => {
  for (const title of ['a', 'a', 'b', 'c', 'd', 'e']) toasts.show({ tone: 'info', title });
  expect(titles()).toEqual(['b', 'c', 'd', 'e']);
  toasts.fail({ code: 'cancelled' });
  expect(titles()).toHaveLength(4);
});

it('changes its words with what it tells of, and leaves when there is nothing left to say', () => {
  toasts.show({ tone: 'info', title: 'Downloading', topic: 'job' });
  vi.advanceTimersByTime(5_000);
  toasts.amend('job', { tone: 'good', title: 'Downloaded' });
  vi.advanceTimersByTime(5_000);
  expect(titles()).toEqual(['Downloaded']);
  toasts.amend('job', { tone: 'danger', title: 'One file failed' });
  toasts.amend('another job', null);
  vi.advanceTimersByTime(60_000);
  expect(titles()).toEqual(['One file failed']);
  toasts.amend('job', null);
  expect(titles()).toEqual([]);
});
