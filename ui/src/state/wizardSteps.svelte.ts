/** Where a person is in a wizard, and which steps can be gone back to. What a step needs is the wizard's own business. */

export const STEPS = ['what', 'how', 'details', 'review', 'result'] as const;
export type StepName = (typeof STEPS)[number];

export abstract class WizardSteps {
  step = $state<StepName>('what');
  /** True while the request is under way. */
  sending = $state(false);
  #furthest = $state(0);

  constructor(readonly steps: readonly StepName[]) {}

  /** True once the request was taken: there is nothing left to correct. */
  abstract readonly isAccepted: boolean;

  /** True when something of that step has to be corrected before the request can be sent. */
  abstract isBroken(step: StepName): boolean;

  /** The steps a person may jump to: those seen already, until the request is under way. */
  isReachable(step: StepName): boolean {
    if (this.sending || this.isAccepted) return step === 'result';
    return this.steps.indexOf(step) <= this.#furthest && step !== 'result';
  }

  go(step: StepName): void {
    this.step = step;
    if (step !== 'result') this.#furthest = Math.max(this.#furthest, this.steps.indexOf(step));
  }

  /** The one after, or before, the present step. */
  neighbour(by: 1 | -1): StepName {
    return this.steps[this.steps.indexOf(this.step) + by] ?? this.step;
  }
}
