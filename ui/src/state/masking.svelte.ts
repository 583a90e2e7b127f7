/** Whether numbers are hidden at the moment: a setting, suspended while somebody holds the button that reveals them. */
import { maskJson, maskText } from '../lib/mask';
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

  /** A vendor's record as it may be shown now. */
  json(json: string): string {
    return this.hides ? maskJson(json) : json;
  }
}

export const masking = new Masking();
