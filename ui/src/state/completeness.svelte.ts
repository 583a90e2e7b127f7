/**
 * The proof that nothing is missing, of one account at a time. The provider counts by day only when it is asked to, a month
 * at most at once; what it has more is fetched by a sync, after which those days are asked about again.
 */
import { backend } from '../backend';
import type { Completeness } from '../ipc/completeness';
import type { IpcError } from '../ipc/error';
import { type Days, spansOf } from '../lib/days';
import { toIpcError } from '../lib/errors';
import { atMost } from '../lib/rate';
import { accounts } from './accounts.svelte';
import { onEvent } from './events';
import { route } from './route.svelte';
import { sync } from './sync.svelte';
import { toasts } from './toasts.svelte';

const COUNT_EVERY_MS = 1_500;

class CompletenessOf {
  #chosen = $state<string | null>(null);
  answer = $state.raw<Completeness | null>(null);
  problem = $state.raw<IpcError | null>(null);
  /** The days that the provider is asked about now. */
  asking = $state.raw<Days | null>(null);
  /** Days to be asked about again once the running sync has ended. */
  #afterSync: Days[] | null = null;
  #asked = 0;
  #stopped = false;

  /** The account that is shown: the one chosen while it is there, else the first. */
  readonly accountId = $derived(accounts.byId(this.#chosen)?.id ?? accounts.list[0]?.id ?? null);
  readonly isSyncing = $derived(
    this.accountId !== null && sync.byAccount[this.accountId]?.state === 'running',
  );
  /** Days of which the provider has more than the index, oldest first. */
  readonly short = $derived((this.answer?.days ?? []).filter((day) => (day.missing ?? 0) > 0));
  /** How many the provider counts more in all, as far as it said. */
  readonly missing = $derived.by(() => {
    const { answer } = this;
    return answer === null || answer.providerTotal === null
      ? 0
      : Math.max(0, answer.providerTotal - answer.indexedTotal);
  });
  /** Of those, how many no day accounts for yet. */
  readonly unplaced = $derived(this.missing - this.short.reduce((sum, day) => sum + (day.missing ?? 0), 0));

  choose(accountId: string): void {
    this.#chosen = accountId;
    this.answer = null;
    this.#stopped = true;
    void this.load();
  }

  async load(): Promise<void> {
    const { accountId } = this;
    if (accountId === null) return;
    const asked = ++this.#asked;
    try {
      const answer = await backend.libraryCompleteness({ accountId, fromDay: null, toDay: null });
      if (asked !== this.#asked) return;
      this.answer = answer;
      this.problem = null;
    } catch (error) {
      if (asked === this.#asked) this.problem = toIpcError(error);
    }
  }

  /** Asks the provider for its count of these days, a month at most. False when it did not answer. */
  async ask(days: Days): Promise<boolean> {
    const { accountId } = this;
    if (accountId === null || this.asking !== null) return false;
    this.asking = days;
    try {
      await backend.libraryCheckDays({ accountId, fromDay: days.from, toDay: days.to });
      if (accountId === this.accountId) await this.load();
      return true;
    } catch (error) {
      toasts.fail(error);
      return false;
    } finally {
      this.asking = null;
    }
  }

  /** Asks month by month, newest first, until every missing recording has its day. */
  async find(): Promise<void> {
    const { accountId } = this;
    this.#stopped = false;
    const spans = spansOf((this.answer?.days ?? []).map(({ day }) => day)).reverse();
    for (const days of spans) {
      if (this.#stopped || this.unplaced <= 0 || accountId !== this.accountId) return;
      if (!(await this.ask(days))) return;
    }
  }

  /** Stops asking after the answer that is under way. */
  stop(): void {
    this.#stopped = true;
  }

  /** Syncs the account; then asks again about the days that were short. */
  async fetch(): Promise<void> {
    const { accountId } = this;
    if (accountId === null) return;
    this.#afterSync = spansOf(this.short.map(({ day }) => day));
    await sync.start(accountId);
  }

  async synced(accountId: string): Promise<void> {
    if (accountId !== this.accountId) return;
    const spans = this.#afterSync ?? [];
    this.#afterSync = null;
    for (const days of spans) if (!(await this.ask(days))) break;
    if (route.screen === 'completeness') await this.load();
  }
}

export const completeness = new CompletenessOf();

onEvent('sync', ({ accountId, progress }) => {
  if (progress.state === 'finished') void completeness.synced(accountId);
});
onEvent(
  'libraryChanged',
  atMost(COUNT_EVERY_MS, () => {
    if (route.screen === 'completeness') void completeness.load();
  }),
);
