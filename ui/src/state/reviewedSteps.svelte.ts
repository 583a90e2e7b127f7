/**
 * A wizard whose draft the program judges: each change asks it a moment later, and the newest answer wins, so that a rule
 * shows where it is broken, while it is being broken. What is sent is what was judged.
 */
import type { IpcError } from '../ipc/error';
import { delayed } from '../lib/delayed';
import { toIpcError } from '../lib/errors';
import { type CivilTime, civilTime } from '../lib/format';
import { settings } from './settings.svelte';
import { type StepName, WizardSteps } from './wizardSteps.svelte';

const REVIEW_AFTER_MS = 250;

export abstract class ReviewedSteps<
  Draft extends object,
  Review extends { problems: readonly unknown[] },
> extends WizardSteps {
  review = $state.raw<Review | null>(null);
  /** True from a change until the program's opinion of it is here. */
  reviewing = $state(true);
  /** Why there is no opinion. */
  reviewError = $state.raw<IpcError | null>(null);
  /** Text in an input that is not even readable yet; the draft still has the last readable value. */
  unreadable = $state.raw<ReadonlySet<string>>(new Set());
  sendError = $state.raw<IpcError | null>(null);

  /** The present civil time when the wizard was opened. */
  readonly now: CivilTime = civilTime(Date.now(), settings.current.timeZone);

  #asked = 0;
  #askSoon = delayed(() => void this.ask(), REVIEW_AFTER_MS);

  abstract draft: Draft;
  /** What the program thinks of the draft. */
  protected abstract judge(): Promise<Review>;
  /** Asks the vendor. What it answered is the wizard's own to keep. */
  protected abstract request(): Promise<void>;

  /** Changes the draft. */
  set(change: Partial<Draft>): void {
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
      const review = await this.judge();
      if (mine !== this.#asked) return;
      this.review = review;
      this.reviewError = null;
    } catch (error) {
      if (mine === this.#asked) this.reviewError = toIpcError(error);
    }
    if (mine === this.#asked) this.reviewing = false;
  }

  /** Where something has to be corrected besides what cannot be read, which is always in the first step. */
  protected abstract hasProblem(step: StepName): boolean;

  isBroken(step: StepName): boolean {
    return (step === 'what' && this.unreadable.size > 0) || this.hasProblem(step);
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
      await this.request();
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
