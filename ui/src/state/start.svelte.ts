/**
 * What happens once, at the start: settings, accounts and the first search, all at the same time; then, with the first
 * frame on the screen, the stream of events, and with it the work that an earlier run left.
 */
import { backend } from '../backend';
import type { IpcError } from '../ipc/error';
import { toIpcError } from '../lib/errors';
import { painted } from '../lib/frame';
import { accounts } from './accounts.svelte';
import { counts } from './counts.svelte';
import { startEvents } from './events';
import { library } from './library.svelte';
import { settings } from './settings.svelte';
import { toasts } from './toasts.svelte';
import { views } from './views.svelte';

class Start {
  /** Why the window has nothing to show. */
  problem = $state.raw<IpcError | null>(null);
  /** The first rows are on screen: from here on there is time for what may be needed later. */
  isUsable = $state(false);

  async run(): Promise<void> {
    this.problem = null;
    try {
      await Promise.all([
        // The order of the rows is a setting.
        settings.load().then(() => library.search()),
        accounts.load(),
        counts.load(),
        views.load(),
        painted().then(() => startEvents(backend)),
        this.#note(),
      ]);
      if (accounts.problem !== null) this.problem = accounts.problem;
    } catch (error) {
      this.problem = toIpcError(error);
    }
  }

  /** What was repaired at start is worth a sentence. */
  async #note(): Promise<void> {
    await settings.loadInfo();
    const note = settings.info?.startNote;
    if (note) toasts.show({ tone: 'info', title: note });
  }

  /** The first rows are on screen. */
  markTable(): void {
    if (this.isUsable) return;
    this.isUsable = true;
    backend.appMarkStartup('tableUsable', Date.now()).catch(() => undefined);
  }
}

export const start = new Start();
