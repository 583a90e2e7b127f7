/**
 * The steps of a Vonage export. As in the e-mail export, the program judges each change a moment later, newest answer wins.
 */
import { backend } from '../backend';
import type { AccountView, UserView } from '../ipc/accounts';
import type { IpcError } from '../ipc/error';
import type { ExportJobReview, ExportJobView } from '../ipc/exportJobs';
import { capabilityOf } from '../lib/accountFacts';
import { delayed } from '../lib/delayed';
import { toIpcError } from '../lib/errors';
import { type CivilTime, civilTime } from '../lib/format';
import { describeJobFilters, type JobDraft, jobRequestOf, newJobDraft } from '../lib/jobDraft';
import { exportJobs } from './exportJobs.svelte';
import { settings } from './settings.svelte';
import { type StepName, WizardSteps } from './wizardSteps.svelte';

const REVIEW_AFTER_MS = 250;

export class JobWizard extends WizardSteps {
  draft: JobDraft;
  review = $state.raw<ExportJobReview | null>(null);
  /** True from a change until the program's opinion of it is here. */
  reviewing = $state(true);
  /** Why there is no opinion. */
  reviewError = $state.raw<IpcError | null>(null);
  /** Text in an input that is not even readable yet. */
  unreadable = $state.raw<ReadonlySet<string>>(new Set());
  /** What Vonage started, once it has. */
  jobs = $state.raw<readonly ExportJobView[] | null>(null);
  sendError = $state.raw<IpcError | null>(null);
  /** Other people whose recordings can be chosen; empty when that is not possible. */
  users = $state.raw<readonly UserView[]>([]);

  readonly filters: string[];
  /** Whether the account may read the company's recordings, and its own on demand. */
  readonly offers: { company: boolean; own: boolean };
  /** The present civil time when the wizard was opened. */
  readonly now: CivilTime;

  #asked = 0;
  #askSoon = delayed(() => void this.ask(), REVIEW_AFTER_MS);

  constructor(account: AccountView) {
    super(['what', 'how', 'review', 'result']);
    this.now = civilTime(Date.now(), settings.current.timeZone);
    this.offers = {
      company: capabilityOf(account, 'companyRecordings') !== false,
      own: capabilityOf(account, 'onDemandRecordings') !== false,
    };
    const first = this.offers.company || !this.offers.own ? 'company' : 'users/self';
    this.draft = $state(newJobDraft(account.id, first, this.now));
    this.filters = $derived(describeJobFilters(this.draft));
    if (capabilityOf(account, 'otherUsersRecordings') !== false) void this.#loadUsers(account.id);
    void this.ask();
  }

  /** Without an answer the choice of other people is not offered; nothing else depends on it. */
  async #loadUsers(accountId: string): Promise<void> {
    this.users = await backend.accountsUsers(accountId).catch(() => []);
  }

  set(change: Partial<JobDraft>): void {
    Object.assign(this.draft, change);
    this.reviewing = true;
    this.#askSoon();
  }

  /** Marks an input as readable or not. */
  mark(input: string, readable: boolean): void {
    if (this.unreadable.has(input) !== readable) return;
    const next = new Set(this.unreadable);
    if (readable) next.delete(input);
    else next.add(input);
    this.unreadable = next;
  }

  #request() {
    return jobRequestOf($state.snapshot(this.draft), settings.current.timeZone);
  }

  /** Asks the program at once. */
  async ask(): Promise<void> {
    this.#askSoon.cancel();
    const mine = ++this.#asked;
    this.reviewing = true;
    try {
      const review = await backend.exportsReviewJob(this.#request());
      if (mine !== this.#asked) return;
      this.review = review;
      this.reviewError = null;
    } catch (error) {
      if (mine === this.#asked) this.reviewError = toIpcError(error);
    }
    if (mine === this.#asked) this.reviewing = false;
  }

  /** Every rule is about what was chosen in the first step. */
  isBroken(step: StepName): boolean {
    if (step !== 'what') return false;
    return this.unreadable.size > 0 || (this.review?.problems.length ?? 0) > 0;
  }

  get isAccepted(): boolean {
    return this.jobs !== null;
  }

  readonly canSend = $derived.by(
    () =>
      !this.sending &&
      !this.reviewing &&
      this.reviewError === null &&
      this.unreadable.size === 0 &&
      this.review?.problems.length === 0,
  );

  /** Sends the request and goes to the result. */
  async send(): Promise<void> {
    if (!this.canSend) return;
    this.sending = true;
    this.sendError = null;
    this.go('result');
    try {
      const { accountId } = this.draft;
      const before = new Set((await backend.exportsKnownJobs(accountId)).map(({ jobId }) => jobId));
      const jobs = await backend.exportsCreateJob(this.#request());
      exportJobs.take(accountId, jobs);
      this.jobs = jobs.filter(({ jobId }) => !before.has(jobId));
    } catch (error) {
      this.sendError = toIpcError(error);
    } finally {
      this.sending = false;
    }
  }

  /** Nothing is asked for any more. */
  close(): void {
    this.#askSoon.cancel();
    this.#asked += 1;
  }
}
