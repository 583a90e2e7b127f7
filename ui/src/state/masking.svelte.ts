/** Whether numbers are hidden at the moment: a setting, suspended while somebody holds the button that reveals them. */
import { maskJson, maskKnown, maskQuery, maskText } from '../lib/mask';
import { settings } from './settings.svelte';

class Masking {
  /** True while the button is held. */
  revealed = $state(false);
  readonly isOn = $derived(settings.current.maskNumbers);
  readonly hides = $derived(this.isOn && !this.revealed);

  set(isOn: boolean): void {
    this.revealed = false;
    settings.set({ maskNumbers: isOn });
  }

  /** A text as it may be shown now. */
  text(text: string): string {
    return this.hides ? maskText(text) : text;
  }

  /** A vendor's record, or a request to one, as it may be shown now. */
  json(json: string, known: readonly (string | null)[] = []): string {
    return this.hides ? maskJson(json, known) : json;
  }

  /** A text in which other digits mean something (a path, an address), with these numbers as they may be shown now. */
  known(text: string, numbers: readonly (string | null)[]): string {
    return this.hides ? maskKnown(text, numbers) : text;
  }

  /** A search as it may be shown now. */
  query(text: string): string {
    return this.hides ? maskQuery(text) : text;
  }
}

export const masking = new Masking();
