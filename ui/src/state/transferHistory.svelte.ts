/** A search in all downloads there ever were, and the pace of those of now. Both are asked for while somebody looks. */
import { backend } from '../backend';
import type { FoundJobs, PaceView } from '../ipc/transfers';
import { delayed } from '../lib/delayed';
import { onEvent } from './events';
import { toasts } from './toasts.svelte';

/** Jobs of a search shown before somebody asks for more. */
const JOBS_A_PAGE = 50;
const SEARCH_AFTER_MS = 200;
const PACE_EVERY_MS = 2_000;

class TransferHistory {
  text = $state('');
  /** The answer; null while nothing is searched for. */
  found = $state.raw<FoundJobs | null>(null);
  /** How fast downloads go, and why; null before anybody looked. */
  pace = $state.raw<PaceView | null>(null);
  #asked = 0;
  #limit = JOBS_A_PAGE;
  #searchSoon = delayed(() => void this.#search(), SEARCH_AFTER_MS);

  set(text: string): void {
    this.text = text;
    this.#limit = JOBS_A_PAGE;
    this.#searchSoon();
  }

  more(): void {
    this.#limit += JOBS_A_PAGE;
    void this.#search();
  }

  async #search(): Promise<void> {
    const mine = ++this.#asked;
    const text = this.text.trim();
    if (text === '') {
      this.found = null;
      return;
    }
    try {
      const found = await backend.transfersSearch({ text, states: [], offset: 0, limit: this.#limit });
      if (mine === this.#asked) this.found = found;
    } catch (error) {
      toasts.fail(error);
    }
  }

  /** Keeps the pace fresh until the returned function is called. */
  watchPace(): () => void {
    const ask = () =>
      void backend.transfersPace().then(
        (pace) => {
          this.pace = pace;
        },
        // It is only a sentence; the jobs themselves say when something is wrong.
        () => undefined,
      );
    ask();
    const timer = setInterval(ask, PACE_EVERY_MS);
    return () => clearInterval(timer);
  }
}

export const transferHistory = new TransferHistory();

onEvent('transfer', ({ job }) => {
  const { found } = transferHistory;
  if (!found?.jobs.some(({ id }) => id === job.id)) return;
  transferHistory.found = { ...found, jobs: found.jobs.map((old) => (old.id === job.id ? job : old)) };
});
