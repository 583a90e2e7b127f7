/** Commands about recordings: the ticked ones, or the one that has the focus. */
import { t } from '../../strings/en';
import { exportList, openAbout, playActive, saveActive, starActive } from '../actions';
import { copyRows } from '../clipboard';
import { dialogs } from '../dialogs.svelte';
import { focusOn } from '../focus';
import { library } from '../library.svelte';
import { route } from '../route.svelte';
import { selection } from '../selection.svelte';
import { type Command, commandsOf, hasAccount, hasActive, hasTarget, inLibrary } from './command';

const command = commandsOf('recordings');
const hasRows = () => inLibrary() && library.count > 0;

export const recordingCommands: readonly Command[] = [
  command('search', hasAccount, search, 'Mod+F', '/'),
  command('play', hasActive, playActive),
  command('download', hasTarget, () => openAbout('download'), 'Mod+S'),
  command('saveAs', hasActive, saveActive),
  command('exportList', hasRows, exportList, 'Mod+Shift+E'),
  command('export', hasAccount, () => dialogs.open({ kind: 'export', accountId: library.accountId })),
  command('delete', hasTarget, () => openAbout('delete'), 'Delete'),
  command('selectAll', hasRows, () => selection.all(), 'Mod+A'),
  command('editTarget', hasTarget, () => openAbout('annotate'), 'Mod+E'),
  command('starActive', hasActive, starActive, 'S'),
  command('hold', hasTarget, () => openAbout('hold')),
  command('verify', hasTarget, () => openAbout('copies')),
  ...(['text', 'csv', 'json'] as const).map((format) => ({
    id: `copy-${format}`,
    label: t.library.copy.as[format],
    group: t.commands.groups.recordings,
    keys: [],
    enabled: hasTarget,
    run: () => void copyRows(format),
  })),
  command(
    'clearSelection',
    () => selection.count > 0,
    () => selection.clear(),
  ),
];

function search(): void {
  route.go('library');
  focusOn('search');
}
