/** Rules that keep saving what matches, and what each of them did the last time. */
import { backend } from '../backend';
import type { AutoSaveRule, SaveRule } from '../ipc/autosave';
import type { IpcError } from '../ipc/error';
import { toIpcError } from '../lib/errors';
import { onEvent } from './events';
import { toasts } from './toasts.svelte';

class Rules {
  list = $state.raw<readonly AutoSaveRule[]>([]);
  loaded = $state(false);
  problem = $state.raw<IpcError | null>(null);

  async load(): Promise<void> {
    try {
      this.list = await backend.autosaveList();
      this.problem = null;
      this.loaded = true;
    } catch (error) {
      this.problem = toIpcError(error);
    }
  }

  /** Rejects with the backend's error. */
  async save(rule: SaveRule): Promise<AutoSaveRule> {
    const saved = await backend.autosaveSave(rule);
    await this.load();
    return saved;
  }

  async setEnabled(rule: AutoSaveRule, enabled: boolean): Promise<void> {
    const { id, label, query, template, options } = rule;
    await this.#told(
      backend.autosaveSave({ id, label, query, folderToken: null, template, options, enabled }),
    );
  }

  run(ruleId: string): Promise<void> {
    return this.#told(backend.autosaveRun(ruleId));
  }

  remove(ruleId: string): Promise<void> {
    return this.#told(backend.autosaveRemove(ruleId));
  }

  async #told(promise: Promise<unknown>): Promise<void> {
    try {
      await promise;
    } catch (error) {
      toasts.fail(error);
    }
    await this.load();
  }
}

export const rules = new Rules();

// Only once somebody has looked: nobody else needs them.
onEvent('rulesChanged', () => {
  if (rules.loaded) void rules.load();
});
