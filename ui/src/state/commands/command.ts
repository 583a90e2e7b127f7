/** What a command is, and when most of them can be given. */
import { t } from '../../strings/en';
import { accounts } from '../accounts.svelte';
import { library } from '../library.svelte';
import { player } from '../player.svelte';
import { route } from '../route.svelte';
import { selection } from '../selection.svelte';

export interface Command {
  id: string;
  label: string;
  group: string;
  /** The first one is shown. As lib/keys.ts reads them. */
  keys: readonly string[];
  enabled(): boolean;
  run(): void;
}

type Label = Exclude<keyof typeof t.commands, 'groups'>;

/** Makes the commands of one group; each has its label under its id. */
export function commandsOf(group: keyof typeof t.commands.groups) {
  return (id: Label, enabled: () => boolean, run: () => void, ...keys: string[]): Command => ({
    id,
    label: t.commands[id],
    group: t.commands.groups[group],
    keys,
    enabled,
    run,
  });
}

export const always = () => true;
export const hasAccount = () => accounts.list.length > 0;
export const inLibrary = () => route.screen === 'library' && hasAccount();
export const hasActive = () => inLibrary() && library.activeRow !== null;
export const hasTarget = () => inLibrary() && (selection.count > 0 || library.activeRow !== null);
export const isPlayerOpen = () => player.isOpen;
