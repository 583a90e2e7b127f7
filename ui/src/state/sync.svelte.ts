/** Syncs: what runs, how the last one ended, and since when. */
import { backend } from '../backend';
import type { SyncProgress } from '../ipc/events';
import { toIpcError } from '../lib/errors';
import { accounts } from './accounts.svelte';
import { dialogs } from './dialogs.svelte';
import { onEvent } from './events';
import { toasts } from './toasts.svelte';

/** "2 min ago" is told anew this often. */
const CLOCK_EVERY_MS = 15_000;

/** What the top bar says, worst first: one line for all accounts. */
export type SyncSummary =
  | { state: 'none' }
  | {
      state: 'running';
      received: number;
      total: number | null;
      /** Recordings a second, of all accounts; null until somebody knows. */
      perS: number | null;
      /** Until the last account is done; null while one of them does not know. */
      leftMs: number | null;
    }
  | { state: 'failed'; accountId: string; progress: Extract<SyncProgress, { state: 'failed' }> }
  | { state: 'warning'; syncedAtMs: number; warning: string }
  | { state: 'idle'; syncedAtMs: number | null };

class Sync {
  byAccount = $state.raw<Readonly<Record<string, SyncProgress>>>({});
  nowMs = $state(Date.now());

  readonly isRunning = $derived(Object.values(this.byAccount).some(({ state }) => state === 'running'));

  readonly summary = $derived.by((): SyncSummary => {
    const { list } = accounts;
    if (list.length === 0) return { state: 'none' };
    const running = Object.values(this.byAccount).filter((progress) => progress.state === 'running');
    if (running.length > 0) {
      const total = running.every((one) => one.total !== null)
        ? running.reduce((sum, one) => sum + (one.total ?? 0), 0)
        : null;
      const received = running.reduce((sum, one) => sum + one.received, 0);
      return {
        state: 'running',
        received,
        total,
        perS: running.some((one) => one.recordingsPerS !== null)
          ? running.reduce((sum, one) => sum + (one.recordingsPerS ?? 0), 0)
          : null,
        leftMs: running.reduce<number | null>(
          (most, { leftMs }) => (most === null || leftMs === null ? null : Math.max(most, leftMs)),
          0,
        ),
      };
    }
    for (const { id } of list) {
      const progress = this.byAccount[id];
      if (progress?.state === 'failed') return { state: 'failed', accountId: id, progress };
    }
    // The oldest sync speaks for all: what is shown is at least as new as it says.
    const times = list.map((account) => account.syncedAtMs);
    const syncedAtMs = times.includes(null) ? null : Math.min(...times.filter((time) => time !== null));
    for (const progress of Object.values(this.byAccount)) {
      if (progress.state === 'finished' && progress.warning !== null && syncedAtMs !== null) {
        return { state: 'warning', syncedAtMs, warning: progress.warning };
      }
    }
    return { state: 'idle', syncedAtMs };
  });

  /** Syncs one account, or all. */
  async start(accountId?: string): Promise<void> {
    const ids = accountId === undefined ? accounts.list.map((account) => account.id) : [accountId];
    await Promise.all(
      ids.map(async (id) => {
        try {
          await backend.syncStart(id);
        } catch (error) {
          const known = toIpcError(error);
          if (known.code === 'signInNeeded' && accountId !== undefined)
            dialogs.open({ kind: 'signIn', accountId: id });
          else this.put(id, { state: 'failed', error: known });
        }
      }),
    );
  }

  async cancel(): Promise<void> {
    const running = Object.entries(this.byAccount).filter(([, progress]) => progress.state === 'running');
    await Promise.all(running.map(([id]) => backend.syncCancel(id).catch((error) => toasts.fail(error))));
  }

  put(accountId: string, progress: SyncProgress): void {
    this.byAccount = { ...this.byAccount, [accountId]: progress };
    if (progress.state === 'finished') this.nowMs = Date.now();
  }

  /** Keeps "2 min ago" true. Returns what ends it. */
  runClock(): () => void {
    const timer = setInterval(() => {
      this.nowMs = Date.now();
    }, CLOCK_EVERY_MS);
    return () => clearInterval(timer);
  }
}

export const sync = new Sync();

onEvent('sync', ({ accountId, progress }) => sync.put(accountId, progress));
