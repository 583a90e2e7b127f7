/** Commands about how the window looks: its parts, its colours, what it shows of numbers. */
import { dialogs } from '../dialogs.svelte';
import { layout } from '../layout.svelte';
import { masking } from '../masking.svelte';
import { settings } from '../settings.svelte';
import { always, type Command, commandsOf, hasAccount, inLibrary } from './command';

const command = commandsOf('view');

const theme = (id: Parameters<typeof command>[0], name: 'light' | 'dark' | 'system') =>
  command(
    id,
    () => settings.current.theme !== name,
    () => settings.set({ theme: name }),
  );

export const lookingCommands: readonly Command[] = [
  command('saveView', inLibrary, () => dialogs.open({ kind: 'saveView', view: null })),
  command('maskNumbers', always, () => masking.set(!masking.isOn)),
  command('toggleSidebar', hasAccount, () => layout.setSidebar(!layout.sidebarOpen), 'Mod+B'),
  command('toggleDetails', inLibrary, () => layout.setDetails(!layout.detailsOpen), 'Mod+I'),
  theme('lightTheme', 'light'),
  theme('darkTheme', 'dark'),
  theme('systemTheme', 'system'),
];
