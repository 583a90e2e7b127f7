/** The wizard of Vonage's export jobs on the made-up program. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { backend } from '../backend';
import type { AccountView } from '../ipc/accounts';
import type { ExportJobView } from '../ipc/exportJobs';
import { accounts } from './accounts.svelte';
import { exportJobs } from './exportJobs.svelte';
import { JobWizard } from './jobWizard.svelte';

const job: ExportJobView = {
  accountId: 'v',
  jobId: '1',
  list: 'company',
  status: 'running',
  statusWord: 'running',
  filesCompleted: null,
  filesTotal: null,
  validUntilMs: null,
  requestedAtMs: null,
  bodyJson: null,
  checkedAtMs: null,
  archivePath: null,
};

let account: AccountView;
let wizard: JobWizard | null = null;

beforeEach(async () => {
  await accounts.load();
  const [first] = accounts.list;
  if (first === undefined) throw new Error('The made-up program has no account.');
  account = { ...first, id: 'v', vendor: 'vbc', capabilities: [] };
});

afterEach(() => {
  wizard?.close();
  wizard = null;
  vi.restoreAllMocks();
});

const begin = async () => {
  const fresh = new JobWizard(account);
  wizard = fresh;
  await expect.poll(() => fresh.reviewing).toBe(false);
  return fresh;
};

it('offers only what the account may read', async () => {
  account.capabilities = [{ feature: 'companyRecordings', available: false, reason: 'No.' }];
  const users = vi.spyOn(backend, 'accountsUsers');
  const own = await begin();
  expect(own.offers).toEqual({ company: false, own: true });
  expect(own.draft.list).toBe('users/self');
  expect(users).toHaveBeenCalledOnce();
  account.capabilities = [{ feature: 'otherUsersRecordings', available: false, reason: 'No.' }];
  await begin();
  expect(users).toHaveBeenCalledOnce();
});

it('needs both ends of the period', async () => {
  const begun = await begin();
  expect(begun.isBroken('what')).toBe(false);
  begun.set({ to: '' });
  await expect.poll(() => begun.isBroken('what')).toBe(true);
  expect(begun.canSend).toBe(false);
});

it('tells the new job from those that were there', async () => {
  vi.spyOn(backend, 'exportsKnownJobs').mockResolvedValue([job]);
  vi.spyOn(backend, 'exportsCreateJob').mockResolvedValue([{ ...job, jobId: '2' }, job]);
  const begun = await begin();
  await begun.send();
  expect(begun.jobs?.map(({ jobId }) => jobId)).toEqual(['2']);
  expect(begun.isAccepted).toBe(true);
  expect(begun.isReachable('what')).toBe(false);
  expect(exportJobs.of('v').jobs).toHaveLength(2);
});

it('keeps the draft when nothing was started', async () => {
  vi.spyOn(backend, 'exportsCreateJob').mockRejectedValue({
    code: 'unreachable',
    obstacle: 'timedOut',
    what: '',
  });
  const begun = await begin();
  begun.set({ extension: '401' });
  await expect.poll(() => begun.canSend).toBe(true);
  await begun.send();
  expect(begun.sendError?.code).toBe('unreachable');
  expect(begun.isReachable('what')).toBe(true);
  expect(begun.draft.extension).toBe('401');
});
