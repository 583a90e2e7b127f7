/** The five steps of an export that Vobiz mails. */
import type { ExportDraft, ExportPeriodDraft, ExportRecord, ExportReview } from '../ipc/exports';
import { hasFilters, newDraft, paddedPeriod, periodDays } from '../lib/exportDraft';
import { exports } from './exports.svelte';
import { ReviewedSteps } from './reviewedSteps.svelte';
import { STEPS, type StepName } from './wizardSteps.svelte';

/** Inputs, and the step where they are. */
const STEP_OF_FIELD: Record<string, StepName> = {
  period: 'what',
  filters: 'what',
  recordingFormat: 'details',
  recipients: 'details',
};

export class ExportWizard extends ReviewedSteps<ExportDraft, ExportReview> {
  draft: ExportDraft;
  record = $state.raw<ExportRecord | null>(null);

  readonly days: number | null;
  readonly filtered: boolean;
  /** The period with a day more at each end, where Vobiz takes one so long. */
  readonly padded: ExportPeriodDraft | null;
  /** Whether a person wants that; the dates of a past request have it already, or were not to have it. */
  #padding = $state(true);

  constructor(accountId: string) {
    super(STEPS);
    const begun = exports.template ?? {
      ...newDraft(accountId, this.now),
      // The same people usually get the next one as well.
      recipients: [...(exports.list.find((record) => record.accountId === accountId)?.recipients ?? [])],
    };
    this.#padding = exports.template === null;
    exports.template = null;
    this.draft = $state(begun);
    this.days = $derived(periodDays(this.draft.period, this.now));
    this.filtered = $derived(hasFilters(this.draft));
    this.padded = $derived(paddedPeriod(this.draft, this.now));
    void this.ask();
  }

  /** Whether the request asks for a day more at each end than was chosen. */
  get isPadded(): boolean {
    return this.#padding && this.padded !== null;
  }

  pad(padding: boolean): void {
    this.#padding = padding;
    this.set({});
  }

  /** What is judged and sent. */
  #request(): ExportDraft {
    const draft = $state.snapshot(this.draft);
    return this.isPadded && this.padded !== null ? { ...draft, period: this.padded } : draft;
  }

  protected judge(): Promise<ExportReview> {
    return exports.review(this.#request());
  }

  /** The rules broken by one input, as sentences. */
  problemsOf(field: string): string[] {
    return (this.review?.problems ?? []).filter((problem) => problem.field === field).map(({ what }) => what);
  }

  protected hasProblem(step: StepName): boolean {
    return (this.review?.problems ?? []).some(({ field }) => stepOf(field) === step);
  }

  get isAccepted(): boolean {
    return this.record?.outcome === 'accepted';
  }

  protected async request(): Promise<void> {
    this.record = null;
    this.record = await exports.request(this.#request());
  }
}

/** The step where an input is; what nobody knows belongs to the review, where all problems stand. */
export function stepOf(field: string): StepName {
  return STEP_OF_FIELD[field] ?? 'review';
}
