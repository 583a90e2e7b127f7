/**
 * The two long tasks about copies: reading them again, and taking in files. Each runs in the program whether or not
 * anybody looks; its report comes as events, and is asked for once when somebody begins to look.
 */
import { backend } from '../backend';
import type { AdoptReport, AdoptRequest, CheckReport, CheckScope } from '../ipc/copies';
import type { IpcError } from '../ipc/error';
import { toIpcError } from '../lib/errors';
import { onEvent } from './events';

interface Report {
  endedAtMs: number | null;
}

/** A task of the program that is begun, watched and stopped. */
class Task<Begun extends Report, Request> {
  report = $state.raw<Begun | null>(null);
  problem = $state.raw<IpcError | null>(null);
  /** True from the press until the program has begun. */
  starting = $state(false);
  readonly running = $derived(this.report !== null && this.report.endedAtMs === null);

  constructor(
    readonly begin: (request: Request) => Promise<Begun>,
    readonly ask: () => Promise<Begun | null>,
    readonly stop: () => Promise<void>,
  ) {}

  async start(request: Request): Promise<void> {
    this.starting = true;
    this.problem = null;
    try {
      this.report = await this.begin(request);
    } catch (error) {
      this.problem = toIpcError(error);
    } finally {
      this.starting = false;
    }
  }

  async cancel(): Promise<void> {
    try {
      await this.stop();
      this.report = await this.ask();
    } catch (error) {
      this.problem = toIpcError(error);
    }
  }

  /** Asks for the report of now, or of the last time. */
  async load(): Promise<void> {
    try {
      this.report = await this.ask();
    } catch (error) {
      this.problem = toIpcError(error);
    }
  }
}

export const check = new Task<CheckReport, CheckScope>(
  (scope) => backend.copiesCheck(scope),
  () => backend.copiesCheckReport(),
  () => backend.copiesCancelCheck(),
);

export const adoption = new Task<AdoptReport, AdoptRequest>(
  (request) => backend.copiesAdopt(request),
  () => backend.copiesAdoptionReport(),
  () => backend.copiesCancelAdoption(),
);

onEvent('copiesCheck', ({ report }) => {
  check.report = report;
});
onEvent('adoption', ({ report }) => {
  adoption.report = report;
});
