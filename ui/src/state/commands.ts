/**
 * Everything that can be done from anywhere, once: the palette lists it, keys start it, menus and buttons share it.
 */
import type { Selection, ViewName } from '../ipc/library';
import { t } from '../strings/en';
import { accounts } from './accounts.svelte';
import { annotateOne } from './annotations';
import { copyRows } from './clipboard';
import { dialogs } from './dialogs.svelte';
import { focusOn } from './focus';
import { layout } from './layout.svelte';
import { library } from './library.svelte';
import { masking } from './masking.svelte';
import { player } from './player.svelte';
import { route } from './route.svelte';
import { selection } from './selection.svelte';
import { settings } from './settings.svelte';
import { sync } from './sync.svelte';
import { transfers } from './transfers.svelte';
import { views } from './views.svelte';

export interface Command {
  id: string;
  label: string;
  group: string;
  /** The first one is shown. As lib/keys.ts reads them. */
  keys: readonly string[];
  enabled(): boolean;
  run(): void;
}

/** What an action is about: the ticked rows, or the one that has the focus. */
export function target(): Selection | null {
  const active = library.activeRow;
  return selection.asSelection() ?? (active === null ? null : { kind: 'keys', keys: [active.key] });
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

export function downloadTarget(): void {
  const chosen = target();
  if (chosen !== null) dialogs.open({ kind: 'download', selection: chosen });
}

export function deleteTarget(): void {
  const chosen = target();
  if (chosen !== null) dialogs.open({ kind: 'delete', selection: chosen });
}

function aboutTarget(kind: 'annotate' | 'hold'): void {
  const chosen = target();
  if (chosen !== null) dialogs.open({ kind, selection: chosen });
}

function starActive(): void {
  const row = library.activeRow;
  if (row !== null) void annotateOne(row.key, { kind: 'star', on: !row.starred });
}

export function playActive(): void {
  const row = library.activeRow;
  if (row !== null) void player.load(row);
}

const always = () => true;
const inLibrary = () => route.screen === 'library' && accounts.list.length > 0;
const hasTarget = () => inLibrary() && (selection.count > 0 || library.activeRow !== null);
const { groups } = t.commands;

export const commands: readonly Command[] = [
  {
    id: 'search',
    label: t.commands.search,
    group: groups.recordings,
    keys: ['Mod+F', '/'],
    enabled: () => accounts.list.length > 0,
    run: search,
  },
  {
    id: 'play',
    label: t.commands.play,
    group: groups.recordings,
    keys: [],
    enabled: () => inLibrary() && library.activeRow !== null,
    run: playActive,
  },
  {
    id: 'download',
    label: t.commands.download,
    group: groups.recordings,
    keys: ['Mod+S'],
    enabled: hasTarget,
    run: downloadTarget,
  },
  {
    id: 'saveAs',
    label: t.commands.saveAs,
    group: groups.recordings,
    keys: [],
    enabled: () => inLibrary() && library.activeRow !== null,
    run: saveActive,
  },
  {
    id: 'export',
    label: t.commands.export,
    group: groups.recordings,
    keys: [],
    enabled: () => accounts.list.length > 0,
    run: exportByMail,
  },
  {
    id: 'delete',
    label: t.commands.delete,
    group: groups.recordings,
    keys: ['Delete'],
    enabled: hasTarget,
    run: deleteTarget,
  },
  {
    id: 'selectAll',
    label: t.commands.selectAll,
    group: groups.recordings,
    keys: ['Mod+A'],
    enabled: () => inLibrary() && library.count > 0,
    run: () => selection.all(),
  },
  {
    id: 'editTarget',
    label: t.commands.editTarget,
    group: groups.recordings,
    keys: ['Mod+E'],
    enabled: hasTarget,
    run: () => aboutTarget('annotate'),
  },
  {
    id: 'starActive',
    label: t.commands.starActive,
    group: groups.recordings,
    keys: ['S'],
    enabled: () => inLibrary() && library.activeRow !== null,
    run: starActive,
  },
  {
    id: 'hold',
    label: t.commands.hold,
    group: groups.recordings,
    keys: [],
    enabled: hasTarget,
    run: () => aboutTarget('hold'),
  },
  ...(['text', 'csv', 'json'] as const).map((format) => ({
    id: `copy-${format}`,
    label: t.library.copy.as[format],
    group: groups.recordings,
    keys: [],
    enabled: hasTarget,
    run: () => void copyRows(format),
  })),
  {
    id: 'saveView',
    label: t.commands.saveView,
    group: groups.view,
    keys: [],
    enabled: inLibrary,
    run: () => dialogs.open({ kind: 'saveView', view: null }),
  },
  {
    id: 'maskNumbers',
    label: t.commands.maskNumbers,
    group: groups.view,
    keys: [],
    enabled: always,
    run: () => masking.set(!masking.isOn),
  },
  {
    id: 'clearSelection',
    label: t.commands.clearSelection,
    group: groups.recordings,
    keys: [],
    enabled: () => selection.count > 0,
    run: () => selection.clear(),
  },

  view('openAll', 'all'),
  view('openNew', 'new'),
  view('openNotSaved', 'notSaved'),
  view('openExpiringSoon', 'expiringSoon'),
  view('openLongCalls', 'longCalls'),
  view('openVeryShort', 'veryShort'),
  view('openNeedsAttention', 'needsAttention'),
  view('openOnHold', 'onHold'),
  {
    id: 'openTransfers',
    label: t.commands.openTransfers,
    group: groups.go,
    keys: [],
    enabled: always,
    run: () => route.go('transfers'),
  },
  {
    id: 'openExports',
    label: t.commands.openExports,
    group: groups.go,
    keys: [],
    enabled: always,
    run: () => route.go('exports'),
  },
  {
    id: 'openCompleteness',
    label: t.commands.openCompleteness,
    group: groups.go,
    keys: [],
    enabled: () => accounts.list.length > 0,
    run: () => route.go('completeness'),
  },
  {
    id: 'settings',
    label: t.commands.settings,
    group: groups.go,
    keys: ['Mod+,'],
    enabled: always,
    run: () => dialogs.open({ kind: 'settings' }),
  },
  {
    id: 'shortcuts',
    label: t.commands.shortcuts,
    group: groups.go,
    keys: ['?'],
    enabled: always,
    run: () => dialogs.open({ kind: 'shortcuts' }),
  },
  {
    id: 'palette',
    label: t.commands.palette,
    group: groups.go,
    keys: ['Mod+K'],
    enabled: always,
    run: () => dialogs.open({ kind: 'palette' }),
  },

  {
    id: 'syncNow',
    label: t.commands.syncNow,
    group: groups.accounts,
    keys: ['Mod+R', 'F5'],
    enabled: () => accounts.list.length > 0 && !sync.isRunning,
    run: () => void sync.start(),
  },
  {
    id: 'stopSync',
    label: t.commands.stopSync,
    group: groups.accounts,
    keys: [],
    enabled: () => sync.isRunning,
    run: () => void sync.cancel(),
  },
  {
    id: 'addAccount',
    label: t.commands.addAccount,
    group: groups.accounts,
    keys: [],
    enabled: always,
    run: () => dialogs.open({ kind: 'addAccount', vendor: 'vobiz' }),
  },

  {
    id: 'toggleSidebar',
    label: t.commands.toggleSidebar,
    group: groups.view,
    keys: ['Mod+B'],
    enabled: () => accounts.list.length > 0,
    run: () => layout.setSidebar(!layout.sidebarOpen),
  },
  {
    id: 'toggleDetails',
    label: t.commands.toggleDetails,
    group: groups.view,
    keys: ['Mod+I'],
    enabled: inLibrary,
    run: () => layout.setDetails(!layout.detailsOpen),
  },
  theme('lightTheme', 'light'),
  theme('darkTheme', 'dark'),
  theme('systemTheme', 'system'),

  {
    id: 'playPause',
    label: t.commands.playPause,
    group: groups.player,
    keys: ['K'],
    enabled: () => player.isOpen,
    run: () => void player.toggle(),
  },
  {
    id: 'back',
    label: t.commands.back,
    group: groups.player,
    keys: ['J'],
    enabled: () => player.isOpen,
    run: () => void player.skip(-10_000),
  },
  {
    id: 'forward',
    label: t.commands.forward,
    group: groups.player,
    keys: ['L'],
    enabled: () => player.isOpen,
    run: () => void player.skip(10_000),
  },
  {
    id: 'mute',
    label: t.commands.mute,
    group: groups.player,
    keys: ['M'],
    enabled: () => player.isOpen,
    run: () => void player.toggleMute(),
  },
  {
    id: 'closePlayer',
    label: t.commands.closePlayer,
    group: groups.player,
    keys: [],
    enabled: () => player.isOpen,
    run: () => void player.close(),
  },
];

type ViewCommand = Extract<
  keyof typeof t.commands,
  | 'openAll'
  | 'openNew'
  | 'openNotSaved'
  | 'openExpiringSoon'
  | 'openLongCalls'
  | 'openVeryShort'
  | 'openNeedsAttention'
  | 'openOnHold'
>;

function view(id: ViewCommand, name: ViewName): Command {
  const open = () => openView(name, name === 'all' ? null : library.accountId);
  return {
    id,
    label: t.commands[id],
    group: groups.go,
    keys: [],
    enabled: () => accounts.list.length > 0,
    run: open,
  };
}

function theme(id: 'lightTheme' | 'darkTheme' | 'systemTheme', name: 'light' | 'dark' | 'system'): Command {
  const enabled = () => settings.current.theme !== name;
  return {
    id,
    label: t.commands[id],
    group: groups.view,
    keys: [],
    enabled,
    run: () => settings.set({ theme: name }),
  };
}

function search(): void {
  route.go('library');
  focusOn('search');
}

function saveActive(): void {
  const row = library.activeRow;
  if (row !== null) void transfers.saveOne(row.key);
}

function exportByMail(): void {
  dialogs.open({ kind: 'export', accountId: library.accountId });
}
