/** Light or dark, as set or as the system has it. App.svelte feeds the system's wish in. */
import { settings } from './settings.svelte';

class Theme {
  systemIsDark = $state(false);
  readonly isDark = $derived(
    settings.current.theme === 'dark' || (settings.current.theme === 'system' && this.systemIsDark),
  );
}

export const theme = new Theme();
