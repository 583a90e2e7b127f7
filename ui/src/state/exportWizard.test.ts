/** The wizard on the made-up program, whose rules are those of the real one. */
import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { backend } from '../backend';
import { accounts } from './accounts.svelte';
import { exports } from './exports.svelte';
import { ExportWizard } from './exportWizard.svelte';

let wizard: ExportWizard;

beforeEach(async () => {
  await accounts.load();
  exports.list = [];
  wizard = new ExportWizard(accounts.list[0]?.id ?? '');
  await settled();
});

afterEach(() => {
  wizard.close();
  vi.restoreAllMocks();
});

const settled = () => expect.poll(() => wizard.reviewing).toBe(false);

it('begins with the last seven days, and misses an address', () => {
  expect(wizard.days).toBe(7);
  expect(wizard.isBroken('what')).toBe(false);
  expect(wizard.isBroken('details')).toBe(true);
  expect(wizard.canSend).toBe(false);
});

it('shows a rule while it is being broken, and lets go of it', async () => {
  wizard.set({
    fromNumber: '+1415',
    period: { kind: 'dates', from: '2026-01-01 00:00:00', to: '2026-06-01 00:00:00' },
  });
  expect(wizard.reviewing).toBe(true);
  await settled();
  expect(wizard.problemsOf('filters')).toHaveLength(1);
  expect(wizard.isBroken('what')).toBe(true);
  wizard.set({ fromNumber: '' });
  await settled();
  expect(wizard.isBroken('what')).toBe(false);
});

it('does not go on with text that is no date yet', () => {
  wizard.mark('from', false);
  expect(wizard.isBroken('what')).toBe(true);
  wizard.mark('from', true);
  expect(wizard.isBroken('what')).toBe(false);
});

it('lets a late answer to an older draft go', async () => {
  const answers: ((matchingCount: number) => void)[] = [];
  vi.spyOn(backend, 'exportsReview').mockImplementation(
    () =>
      new Promise((resolve) => {
        answers.push((matchingCount) =>
          resolve({ problems: [], bodyJson: '{}', curl: '', matchingCount, matchingDurationMs: 0 }),
        );
      }),
  );
  const [older, newer] = [wizard.ask(), wizard.ask()];
  answers[1]?.(2);
  await newer;
  answers[0]?.(1);
  await older;
  expect(wizard.review?.matchingCount).toBe(2);
});

it('sends once everything holds, and keeps the draft when it was not accepted', async () => {
  wizard.set({ recipients: ['me@example.com'] });
  await settled();
  expect(wizard.canSend).toBe(true);
  vi.spyOn(backend, 'exportsRequest').mockRejectedValueOnce({ code: 'signInNeeded', accountId: 'a' });
  await wizard.send();
  flushSync();
  expect(wizard.step).toBe('result');
  expect(wizard.sendError?.code).toBe('signInNeeded');
  expect(wizard.isReachable('what')).toBe(true);
  wizard.go('review');
  await wizard.send();
  expect(wizard.record?.outcome).toBe('accepted');
  expect(wizard.isReachable('what')).toBe(false);
  expect(wizard.record?.reply.correlationId).toBeTruthy();
  expect(wizard.draft.recipients).toEqual(['me@example.com']);
  expect(exports.list[0]?.id).toBe(wizard.record?.id);
});

it('asks for a day more at each end, unless told not to', async () => {
  wizard.set({
    recipients: ['me@example.com'],
    period: { kind: 'dates', from: '2026-01-10 00:00:00', to: '2026-01-12 23:59:59' },
  });
  await settled();
  expect(wizard.isPadded).toBe(true);
  expect(wizard.review?.bodyJson).toMatch(/2026-01-09 00:00:00[\s\S]*2026-01-13 23:59:59/);
  expect(wizard.days).toBe(3);
  wizard.pad(false);
  await settled();
  expect(wizard.review?.bodyJson).toMatch(/2026-01-10 00:00:00[\s\S]*2026-01-12 23:59:59/);
  wizard.pad(true);
  await settled();
  await wizard.send();
  expect(wizard.record?.bodyJson).toMatch(/2026-01-09 00:00:00[\s\S]*2026-01-13 23:59:59/);
});

it('does not widen once more what a past request asked for', async () => {
  exports.template = {
    ...wizard.draft,
    period: { kind: 'dates', from: '2026-01-09 00:00:00', to: '2026-01-13 23:59:59' },
  };
  const again = new ExportWizard(wizard.draft.accountId);
  await expect.poll(() => again.reviewing).toBe(false);
  expect(again.isPadded).toBe(false);
  expect(again.review?.bodyJson).toContain('2026-01-09 00:00:00');
  again.close();
});

it('begins again with a past request, once', () => {
  const draft = { ...wizard.draft, conferenceName: 'Team', recipients: ['x@example.com'] };
  exports.template = draft;
  const again = new ExportWizard(draft.accountId);
  again.close();
  expect(again.draft.conferenceName).toBe('Team');
  expect(exports.template).toBeNull();
});
