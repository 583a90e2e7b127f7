/** The context menus of the table: of a cell, and of a column. */
import ArrowDown from '@lucide/svelte/icons/arrow-down';
import ArrowDownUp from '@lucide/svelte/icons/arrow-down-up';
import ArrowLeft from '@lucide/svelte/icons/arrow-left';
import ArrowRight from '@lucide/svelte/icons/arrow-right';
import ArrowUp from '@lucide/svelte/icons/arrow-up';
import Copy from '@lucide/svelte/icons/copy';
import Download from '@lucide/svelte/icons/download';
import EyeOff from '@lucide/svelte/icons/eye-off';
import ListFilter from '@lucide/svelte/icons/list-filter';
import ListX from '@lucide/svelte/icons/list-x';
import Lock from '@lucide/svelte/icons/lock';
import LockOpen from '@lucide/svelte/icons/lock-open';
import MoveHorizontal from '@lucide/svelte/icons/move-horizontal';
import Pin from '@lucide/svelte/icons/pin';
import PinOff from '@lucide/svelte/icons/pin-off';
import Play from '@lucide/svelte/icons/play';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import Save from '@lucide/svelte/icons/save';
import Sheet from '@lucide/svelte/icons/sheet';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import Star from '@lucide/svelte/icons/star';
import Tag from '@lucide/svelte/icons/tag';
import Trash2 from '@lucide/svelte/icons/trash-2';
import type { MenuItem } from '../../components/menu';
import type { ColumnName, Row } from '../../ipc/library';
import { COLUMN_GROUPS, groupOf } from '../../lib/columns';
import { keyLabel } from '../../lib/keys';
import { filtersFor, narrowed } from '../../lib/narrow';
import { accounts } from '../../state/accounts.svelte';
import { exportList } from '../../state/actions';
import { annotateOne } from '../../state/annotations';
import { cellText, shownText } from '../../state/cells';
import { copyRows, copyText } from '../../state/clipboard';
import { columns } from '../../state/columns.svelte';
import { details } from '../../state/details.svelte';
import { dialogs } from '../../state/dialogs.svelte';
import { library } from '../../state/library.svelte';
import { masking } from '../../state/masking.svelte';
import { player } from '../../state/player.svelte';
import { selection } from '../../state/selection.svelte';
import { settings } from '../../state/settings.svelte';
import { transfers } from '../../state/transfers.svelte';
import { t } from '../../strings/en';

const words = t.library.menu;

/** A query with one word more, typed by pointing. */
function narrow(more: string): void {
  library.setText(narrowed(library.text, more));
}

/** What can be done with the very cell: filter by it, copy it. */
function cellItems(row: Row, column: ColumnName): MenuItem[] {
  const value = cellText(row, column);
  if (value === '') return [];
  const account = accounts.byId(row.accountId);
  const filters = filtersFor(row, column, {
    accountLabel: account?.label ?? '',
    timeZone: settings.current.timeZone,
  });
  const items: MenuItem[] = filters.flatMap(({ token, shown }) => {
    // A day of a moment is no number to hide; a tag or an extension may be one.
    const isListed = column === 'tags' || column === 'extensions';
    const value = shown === null ? shownText(row, column) : isListed ? masking.text(shown) : shown;
    return [
      { label: words.onlyThis(value), icon: ListFilter, run: () => narrow(token) },
      { label: words.notThis(value), icon: ListX, run: () => narrow(`-${token}`) },
    ];
  });
  items.push({
    label: words.copyValue(t.library.columns[column]),
    icon: Copy,
    run: () => void copyText(value),
  });
  return items;
}

/** Copying rows: those that are ticked, or this one. */
export function copyItems(): MenuItem[] {
  const formats = ['text', 'csv', 'json'] as const;
  return formats.map((format) => ({
    label: t.library.copy.as[format],
    icon: Copy,
    ...(format === 'text' ? { shortcut: keyLabel('Mod+C') } : {}),
    run: () => void copyRows(format),
  }));
}

/** About the ticked rows when the row is one of them, else about the row alone. */
export function rowMenu(row: Row, column: ColumnName | null): MenuItem[] {
  const ticked = selection.has(row.key) ? selection.asSelection() : null;
  const about = ticked ?? { kind: 'keys' as const, keys: [row.key] };
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
  if (column !== null) items.push(...cellItems(row, column));
  items.push({ label: words.copyId, icon: Copy, run: () => void copyText(row.recordingId) });
  if (ticked !== null || selection.count === 0) items.push(...copyItems());
  if (ticked !== null)
    items.push({
      label: words.exportList,
      icon: Sheet,
      shortcut: keyLabel('Mod+Shift+E'),
      run: exportList,
    });
  items.push(
    { kind: 'separator' },
    {
      label: row.starred ? words.unstar : words.star,
      icon: Star,
      shortcut: keyLabel('S'),
      run: () => void annotateOne(row.key, { kind: 'star', on: !row.starred }),
    },
    {
      label: words.edit,
      icon: Tag,
      shortcut: keyLabel('Mod+E'),
      run: () => dialogs.open({ kind: 'annotate', selection: about }),
    },
    row.hold === null
      ? { label: words.hold, icon: Lock, run: () => dialogs.open({ kind: 'hold', selection: about }) }
      : {
          label: words.release,
          icon: LockOpen,
          run: () => dialogs.open({ kind: 'release', selection: about }),
        },
    {
      label: ticked === null ? words.verify : words.verifyTicked,
      icon: ShieldCheck,
      disabled: ticked === null && !(row.state === 'verified' || row.state === 'remarked'),
      run: () => dialogs.open({ kind: 'copies', selection: about }),
    },
    { label: words.refresh, icon: RefreshCw, run: () => void details.refresh() },
    { kind: 'separator' },
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

export function columnMenu(name: ColumnName | null, fitColumn: (name: ColumnName) => void): MenuItem[] {
  const table = t.library.table;
  const items: MenuItem[] = [];
  const column = columns.all.find((one) => one.column === name);
  if (name !== null && column !== undefined) {
    items.push(
      { label: table.sortAscending, icon: ArrowUp, run: () => library.sortBy(name, false) },
      { label: table.sortDescending, icon: ArrowDown, run: () => library.sortBy(name, true) },
      {
        label: table.sortAlso,
        icon: ArrowDownUp,
        shortcut: keyLabel('Shift+Enter'),
        run: () => library.sortAlsoBy(name),
      },
      { kind: 'separator' },
    );
    if (name !== 'state') {
      items.push(
        { label: table.fit, icon: MoveHorizontal, run: () => fitColumn(name) },
        {
          label: column.pinned ? table.unpin : table.pin,
          icon: column.pinned ? PinOff : Pin,
          run: () => columns.pin(name, !column.pinned),
        },
        {
          label: table.moveLeft,
          icon: ArrowLeft,
          shortcut: keyLabel('Mod+ArrowLeft'),
          run: () => columns.move(name, -1),
        },
        {
          label: table.moveRight,
          icon: ArrowRight,
          shortcut: keyLabel('Mod+ArrowRight'),
          run: () => columns.move(name, 1),
        },
      );
    }
    items.push(
      { label: table.hide, icon: EyeOff, run: () => columns.show(name, false) },
      { kind: 'separator' },
    );
  }
  items.push({
    label: table.fitAll,
    icon: MoveHorizontal,
    run: () => {
      for (const shown of columns.visible) if (shown.column !== 'state') fitColumn(shown.column);
    },
  });
  items.push({ label: table.resetColumns, icon: RotateCcw, run: () => columns.reset() });
  for (const group of COLUMN_GROUPS) {
    items.push({ kind: 'separator' }, { kind: 'heading', label: table.groups[group] });
    for (const one of columns.all.filter((other) => groupOf(other.column) === group)) {
      items.push({
        label: t.library.columns[one.column],
        checked: one.visible,
        run: () => columns.show(one.column, !one.visible),
      });
    }
  }
  return items;
}
