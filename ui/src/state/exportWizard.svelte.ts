/**
 * The five steps of the export wizard. Each change asks the program what it thinks of the draft (a moment later, newest
 * answer wins), so that a rule shows where it is broken, while it is being broken.
 */
import type { IpcError } from '../ipc/error';
import type { ExportDraft, ExportRecord, ExportReview } from '../ipc/exports';
import { delayed } from '../lib/delayed';
import { toIpcError } from '../lib/errors';
import { hasFilters, newDraft, periodDays } from '../lib/exportDraft';
import { type CivilTime, civilTime } from '../lib/format';
import { exports } from './exports.svelte';
import { settings } from './settings.svelte';
import { STEPS, type StepName, WizardSteps } from './wizardSteps.svelte';

/** Inputs, and the step where they are. */
const STEP_OF_FIELD: Record<string, StepName> = {
  period: 'what',
  filters: 'what',
  recordingFormat: 'details',
  recipients: 'details',
};

const REVIEW_AFTER_MS = 250;

export class ExportWizard extends WizardSteps {
  draft: ExportDraft;
  review = $state.raw<ExportReview | null>(null);
  /** True from a change until the program's opinion of it is here. */
  reviewing = $state(true);
  /** Why there is no opinion. */
  reviewError = $state.raw<IpcError | null>(null);
  /** Text in an input that is not even readable yet; the draft still has the last readable value. */
  unreadable = $state.raw<ReadonlySet<string>>(new Set());
  record = $state.raw<ExportRecord | null>(null);
  sendError = $state.raw<IpcError | null>(null);

  readonly days: number | null;
  readonly filtered: boolean;
  /** The present civil time when the wizard was opened. */
  readonly now: CivilTime;

  #asked = 0;
  #askSoon = delayed(() => void this.ask(), REVIEW_AFTER_MS);

  constructor(accountId: string) {
    super(STEPS);
    this.now = civilTime(Date.now(), settings.current.timeZone);
    const begun = exports.template ?? {
      ...newDraft(accountId, this.now),
      // The same people usually get the next one as well.
      recipients: [...(exports.list.find((record) => record.accountId === accountId)?.recipients ?? [])],
    };
    exports.template = null;
    this.draft = $state(begun);
    this.days = $derived(periodDays(this.draft.period, this.now));
    this.filtered = $derived(hasFilters(this.draft));
    void this.ask();
  }

  /** Changes the draft. */
  set(change: Partial<ExportDraft>): void {
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

  /** Asks the program at once. */
  async ask(): Promise<void> {
    this.#askSoon.cancel();
    const mine = ++this.#asked;
    this.reviewing = true;
    try {
      const review = await exports.review($state.snapshot(this.draft));
      if (mine !== this.#asked) return;
      this.review = review;
      this.reviewError = null;
    } catch (error) {
      if (mine === this.#asked) this.reviewError = toIpcError(error);
    }
    if (mine === this.#asked) this.reviewing = false;
  }

  /** The rules broken by one input, as sentences. */
  problemsOf(field: string): string[] {
    return (this.review?.problems ?? []).filter((problem) => problem.field === field).map(({ what }) => what);
  }

  isBroken(step: StepName): boolean {
    if (step === 'what' && this.unreadable.size > 0) return true;
    return (this.review?.problems ?? []).some(({ field }) => stepOf(field) === step);
  }

  get isAccepted(): boolean {
    return this.record?.outcome === 'accepted';
  }

  readonly canSend = $derived.by(
    () =>
      !this.sending &&
      !this.reviewing &&
      this.reviewError === null &&
      this.unreadable.size === 0 &&
      this.review !== null &&
      this.review.problems.length === 0,
  );

  /** Sends the request and goes to the result. */
  async send(): Promise<void> {
    if (!this.canSend) return;
    this.sending = true;
    this.record = null;
    this.sendError = null;
    this.go('result');
    try {
      this.record = await exports.request($state.snapshot(this.draft));
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

/** The step where an input is; what nobody knows belongs to the review, where all problems stand. */
export function stepOf(field: string): StepName {
  return STEP_OF_FIELD[field] ?? 'review';
}
