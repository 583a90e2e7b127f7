/** Asking for transcripts: where there can be one, once, and only when the look rests. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { backend } from '../backend';
import type { AccountView } from '../ipc/accounts';
import { accounts } from './accounts.svelte';
import { transcripts } from './transcripts.svelte';

const account = (id: string, available: boolean | null): AccountView =>
  ({
    id,
    label: id,
    capabilities: available === null ? [] : [{ feature: 'transcripts', available, reason: null }],
  }) as unknown as AccountView;

const before = accounts.list;

beforeEach(() => {
  vi.useFakeTimers();
  accounts.list = [account('has', true), account('hasNot', false), account('unknown', null)];
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  accounts.list = before;
});

it('asks once, after a rest, and keeps the lines', async () => {
  const ask = vi
    .spyOn(backend, 'callsTranscript')
    .mockResolvedValue({ text: '[0:00] Anna: Hello.', language: null });
  transcripts.look({ key: 1, accountId: 'has' })();
  transcripts.look({ key: 2, accountId: 'has' });
  expect(ask).not.toHaveBeenCalled();
  await vi.runAllTimersAsync();
  expect(ask.mock.calls).toEqual([[2]]);
  expect(transcripts.of(2)).toEqual([{ atMs: 0, speaker: 'Anna', words: 'Hello.' }]);
  expect(transcripts.of(1)).toBeNull();
  transcripts.look({ key: 2, accountId: 'has' });
  await vi.runAllTimersAsync();
  expect(ask).toHaveBeenCalledTimes(1);
});

it('keeps that there is none, too, but not that nobody answered', async () => {
  const ask = vi.spyOn(backend, 'callsTranscript').mockResolvedValue(null);
  for (let look = 0; look < 2; look++) {
    transcripts.look({ key: 3, accountId: 'has' });
    await vi.runAllTimersAsync();
  }
  expect(ask).toHaveBeenCalledTimes(1);
  ask.mockRejectedValue({ code: 'unreachable', obstacle: 'offline', what: 'No answer.' });
  for (let look = 0; look < 2; look++) {
    transcripts.look({ key: 4, accountId: 'has' });
    await vi.runAllTimersAsync();
  }
  expect(ask).toHaveBeenCalledTimes(3);
  expect(transcripts.of(4)).toBeNull();
});

it('does not ask where the account has none, or where nobody knows', async () => {
  const ask = vi.spyOn(backend, 'callsTranscript').mockResolvedValue(null);
  for (const accountId of ['hasNot', 'unknown', 'removed']) transcripts.look({ key: 5, accountId });
  await vi.runAllTimersAsync();
  expect(ask).not.toHaveBeenCalled();
});
