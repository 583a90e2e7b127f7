/** What commands, buttons and menus do alike: each acts on the ticked rows, or on the row that has the focus. */
import type { Selection, ViewName } from '../ipc/library';
import { annotateOne } from './annotations';
import { dialogs } from './dialogs.svelte';
import { layout } from './layout.svelte';
import { library } from './library.svelte';
import { player } from './player.svelte';
import { route } from './route.svelte';
import { selection } from './selection.svelte';
import { transfers } from './transfers.svelte';
import { views } from './views.svelte';

/** What an action is about: the ticked rows, or the one that has the focus. */
export function target(): Selection | null {
  const active = library.activeRow;
  return selection.asSelection() ?? (active === null ? null : { kind: 'keys', keys: [active.key] });
}

/** Opens a dialog about the target; nothing happens when there is none. */
export function openAbout(kind: 'download' | 'delete' | 'annotate' | 'hold' | 'release' | 'copies'): void {
  const chosen = target();
  if (chosen !== null) dialogs.open({ kind, selection: chosen });
}

/** Opens the export of the ticked rows, or of the whole list when none is ticked. */
export function exportList(): void {
  const snapshot = library.result?.snapshot;
  const ticked = selection.asSelection();
  if (ticked !== null) dialogs.open({ kind: 'exportList', selection: ticked, count: selection.count });
  else if (snapshot !== undefined)
    dialogs.open({
      kind: 'exportList',
      selection: { kind: 'snapshot', snapshot, except: [] },
      count: library.count,
    });
}

export function openView(view: ViewName, accountId?: string | null): void {
  route.go('library');
  const wasSaved = views.currentId !== null;
  views.leave();
  const account = accountId === undefined ? library.accountId : accountId;
  // Leaving a saved view changes the question even when its part of the library is the one asked for.
  if (wasSaved) library.openSearch('', view, account);
  else library.openView(view, account);
  layout.leaveSidebar();
}

export function playActive(): void {
  const row = library.activeRow;
  if (row !== null) void player.load(row);
}

export function starActive(): void {
  const row = library.activeRow;
  if (row !== null) void annotateOne(row.key, { kind: 'star', on: !row.starred });
}

export function saveActive(): void {
  const row = library.activeRow;
  if (row !== null) void transfers.saveOne(row.key);
}
