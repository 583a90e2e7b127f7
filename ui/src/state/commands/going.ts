/** Commands that lead somewhere: parts of the library, screens, dialogs; and those about accounts. */
import type { ViewName } from '../../ipc/library';
import { openView } from '../actions';
import { dialogs } from '../dialogs.svelte';
import { library } from '../library.svelte';
import { route } from '../route.svelte';
import { sync } from '../sync.svelte';
import { always, type Command, commandsOf, hasAccount } from './command';

const go = commandsOf('go');
const account = commandsOf('accounts');

const view = (id: Parameters<typeof go>[0], name: ViewName, ofAll = false) =>
  go(id, hasAccount, () => openView(name, ofAll ? null : library.accountId));

export const goingCommands: readonly Command[] = [
  view('openAll', 'all', true),
  view('openNew', 'new'),
  view('openNotSaved', 'notSaved'),
  view('openExpiringSoon', 'expiringSoon'),
  view('openLongCalls', 'longCalls'),
  view('openVeryShort', 'veryShort'),
  view('openNeedsAttention', 'needsAttention'),
  view('openOnHold', 'onHold'),
  go('openTransfers', always, () => route.go('transfers')),
  go('openExports', always, () => route.go('exports')),
  go('openCompleteness', hasAccount, () => route.go('completeness')),
  go('settings', always, () => dialogs.open({ kind: 'settings' }), 'Mod+,'),
  go('shortcuts', always, () => dialogs.open({ kind: 'shortcuts' }), '?'),
  go('palette', always, () => dialogs.open({ kind: 'palette' }), 'Mod+K'),
];

export const accountCommands: readonly Command[] = [
  account(
    'syncNow',
    () => hasAccount() && !sync.isRunning,
    () => void sync.start(),
    'Mod+R',
    'F5',
  ),
  account(
    'stopSync',
    () => sync.isRunning,
    () => void sync.cancel(),
  ),
  account('addAccount', always, () => dialogs.open({ kind: 'addAccount', vendor: 'vobiz' })),
];
