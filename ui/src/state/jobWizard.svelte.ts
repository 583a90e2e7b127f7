/** The steps of a Vonage export. */
import { backend } from '../backend';
import type { AccountView, UserView } from '../ipc/accounts';
import type { ExportJobReview, ExportJobView } from '../ipc/exportJobs';
import { capabilityOf } from '../lib/accountFacts';
import { describeJobFilters, type JobDraft, jobRequestOf, newJobDraft } from '../lib/jobDraft';
import { exportJobs } from './exportJobs.svelte';
import { ReviewedSteps } from './reviewedSteps.svelte';
import { settings } from './settings.svelte';
import type { StepName } from './wizardSteps.svelte';

export class JobWizard extends ReviewedSteps<JobDraft, ExportJobReview> {
  draft: JobDraft;
  /** What Vonage started, once it has. */
  jobs = $state.raw<readonly ExportJobView[] | null>(null);
  /** Other people whose recordings can be chosen; empty when that is not possible. */
  users = $state.raw<readonly UserView[]>([]);

  readonly filters: string[];
  /** Whether the account may read the company's recordings, and its own on demand. */
  readonly offers: { company: boolean; own: boolean };

  constructor(account: AccountView) {
    super(['what', 'how', 'review', 'result']);
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

  #body() {
    return jobRequestOf($state.snapshot(this.draft), settings.current.timeZone);
  }

  protected judge(): Promise<ExportJobReview> {
    return backend.exportsReviewJob(this.#body());
  }

  /** Every rule is about what was chosen in the first step. */
  protected hasProblem(step: StepName): boolean {
    return step === 'what' && (this.review?.problems.length ?? 0) > 0;
  }

  get isAccepted(): boolean {
    return this.jobs !== null;
  }

  protected async request(): Promise<void> {
    const { accountId } = this.draft;
    const before = new Set((await backend.exportsKnownJobs(accountId)).map(({ jobId }) => jobId));
    const jobs = await backend.exportsCreateJob(this.#body());
    exportJobs.take(accountId, jobs);
    this.jobs = jobs.filter(({ jobId }) => !before.has(jobId));
  }
}
