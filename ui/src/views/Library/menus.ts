/** The context menus of the table: of a cell, and of a column. */
import Copy from '@lucide/svelte/icons/copy';
import Download from '@lucide/svelte/icons/download';
import Play from '@lucide/svelte/icons/play';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import Save from '@lucide/svelte/icons/save';
import Search from '@lucide/svelte/icons/search';
import Trash2 from '@lucide/svelte/icons/trash-2';
import type { MenuItem } from '../../components/menu';
import type { ColumnName, Row } from '../../ipc/library';
import { formatBytes, formatClock } from '../../lib/format';
import { keyLabel } from '../../lib/keys';
import { columns } from '../../state/columns.svelte';
import { details } from '../../state/details.svelte';
import { dialogs } from '../../state/dialogs.svelte';
import { library } from '../../state/library.svelte';
import { player } from '../../state/player.svelte';
import { selection } from '../../state/selection.svelte';
import { settings } from '../../state/settings.svelte';
import { toasts } from '../../state/toasts.svelte';
import { transfers } from '../../state/transfers.svelte';
import { t } from '../../strings/en';

const words = t.library.menu;

/** The text of a cell as somebody would paste it. */
function cellText(row: Row, column: ColumnName): string {
  switch (column) {
    case 'when':
      return settings.exact(row.atMs);
    case 'from':
      return row.from;
    case 'to':
      return row.to || (row.conferenceName ?? '');
    case 'duration':
      return formatClock(row.durationMs);
    case 'kind':
      return row.kind ?? '';
    case 'format':
      return row.format ?? '';
    case 'size':
      return formatBytes(row.sizeBytes);
    case 'conference':
      return row.conferenceName ?? '';
    case 'account':
    case 'state':
      return '';
  }
}

const SEARCHABLE: readonly ColumnName[] = ['from', 'to', 'conference'];

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toasts.show({ tone: 'good', title: words.copied, text });
  } catch (error) {
    toasts.fail(error);
  }
}

/** About the ticked rows when the row is one of them, else about the row alone. */
export function rowMenu(row: Row, column: ColumnName | null): MenuItem[] {
  const ticked = selection.has(row.key) ? selection.asSelection() : null;
  const about = ticked ?? { kind: 'keys' as const, keys: [row.key] };
  const value = column === null ? '' : cellText(row, column);
  const items: MenuItem[] = [
    { label: words.play, icon: Play, shortcut: keyLabel('Enter'), run: () => void player.load(row) },
    {
      label: words.download,
      icon: Download,
      shortcut: keyLabel('Mod+S'),
      run: () => dialogs.open({ kind: 'download', selection: about }),
    },
    { label: words.saveAs, icon: Save, run: () => void transfers.saveOne(row.key) },
    { kind: 'separator' },
  ];
  if (column !== null && value !== '') {
    if (SEARCHABLE.includes(column)) {
      items.push({ label: words.search(value), icon: Search, run: () => library.setText(value) });
    }
    items.push({
      label: words.copyValue(t.library.columns[column]),
      icon: Copy,
      run: () => void copy(value),
    });
  }
  items.push(
    { label: words.copyId, icon: Copy, run: () => void copy(row.recordingId) },
    { kind: 'separator' },
    { label: words.refresh, icon: RefreshCw, run: () => void details.refresh() },
    {
      label: words.delete,
      icon: Trash2,
      danger: true,
      shortcut: keyLabel('Delete'),
      run: () => dialogs.open({ kind: 'delete', selection: about }),
    },
  );
  return items;
}

export function columnMenu(name: ColumnName | null): MenuItem[] {
  const table = t.library.table;
  const items: MenuItem[] = [];
  if (name !== null) {
    items.push(
      { label: table.sortAscending, run: () => library.sortBy(name, false) },
      { label: table.sortDescending, run: () => library.sortBy(name, true) },
      { kind: 'separator' },
    );
    if (name !== 'state') {
      items.push(
        { label: table.moveLeft, run: () => columns.move(name, -1) },
        { label: table.moveRight, run: () => columns.move(name, 1) },
      );
    }
    items.push({ label: table.hide, run: () => columns.show(name, false) }, { kind: 'separator' });
  }
  items.push({ kind: 'heading', label: table.showColumn });
  for (const { column, visible } of columns.all) {
    items.push({
      label: t.library.columns[column],
      checked: visible,
      run: () => columns.show(column, !visible),
    });
  }
  items.push({ kind: 'separator' }, { label: table.resetColumns, run: () => columns.reset() });
  return items;
}
