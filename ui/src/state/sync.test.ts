/** What the top bar says of several syncs at once. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AccountView } from '../ipc/accounts';
import type { SyncProgress } from '../ipc/events';
import { accounts } from './accounts.svelte';
import { sync } from './sync.svelte';

type Running = Extract<SyncProgress, { state: 'running' }>;

const running = (change: Partial<Running>): Running => ({
  state: 'running',
  received: 10,
  total: 100,
  new: 0,
  recordingsPerS: null,
  leftMs: null,
  ...change,
});

const before = accounts.list;

beforeEach(() => {
  accounts.list = [{ id: 'a' }, { id: 'b' }] as unknown as AccountView[];
  sync.byAccount = {};
});

afterEach(() => {
  accounts.list = before;
  sync.byAccount = {};
});

it('adds up what is received and how fast, and waits for the last', () => {
  sync.put('a', running({ recordingsPerS: 40, leftMs: 2_000 }));
  sync.put('b', running({ received: 5, total: 50, recordingsPerS: 2.5, leftMs: 18_000 }));
  expect(sync.summary).toEqual({ state: 'running', received: 15, total: 150, perS: 42.5, leftMs: 18_000 });
});

it('promises no end while one of them does not know its own', () => {
  sync.put('a', running({ recordingsPerS: 40, leftMs: 2_000 }));
  sync.put('b', running({ total: null }));
  expect(sync.summary).toMatchObject({ total: null, perS: 40, leftMs: null });
  sync.byAccount = { a: running({}) };
  expect(sync.summary).toMatchObject({ perS: null, leftMs: null });
});
