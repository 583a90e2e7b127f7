/** Copies rows and values, and says so. */
import { backend } from '../backend';
import type { Row } from '../ipc/library';
import { type ClipFormat, clipText } from '../lib/clip';
import { t } from '../strings/en';
import { cellText } from './cells';
import { columns } from './columns.svelte';
import { library } from './library.svelte';
import { selection } from './selection.svelte';
import { toasts } from './toasts.svelte';

/** More than this is a file, not a clipboard. */
export const MOST_COPIED = 20_000;
const WINDOW_ROWS = 500;

export async function copyText(text: string, title: string = t.library.menu.copied): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toasts.show({ tone: 'good', title, text: text.length > 200 ? `${text.slice(0, 200)}…` : text });
  } catch (error) {
    toasts.fail(error);
  }
}

/** The ticked rows in the order of the table, or the one with the focus. */
async function rowsToCopy(): Promise<Row[]> {
  const chosen = selection.asSelection();
  const snapshot = library.result?.snapshot ?? 0;
  if (chosen === null) return library.activeRow === null ? [] : [library.activeRow];
  if (chosen.kind === 'snapshot') {
    const rows: Row[] = [];
    for (let offset = 0; offset < library.count; offset += WINDOW_ROWS)
      rows.push(...(await backend.libraryWindow(snapshot, offset, WINDOW_ROWS)));
    return rows.filter((row) => selection.has(row.key));
  }
  // A few rows may stand anywhere among a million: only where they stand is read.
  const places = (await backend.libraryPositions(snapshot, chosen.keys))
    .filter((place) => place !== null)
    .sort((a, b) => a - b);
  const rows: Row[] = [];
  for (let next = 0; next < places.length; ) {
    const offset = places[next] ?? 0;
    const window = await backend.libraryWindow(snapshot, offset, WINDOW_ROWS);
    for (; next < places.length && (places[next] ?? 0) < offset + WINDOW_ROWS; next++) {
      const row = window[(places[next] ?? 0) - offset];
      if (row !== undefined) rows.push(row);
    }
  }
  return rows;
}

/** Copies what is ticked: the columns that are shown, or everything as JSON. */
export async function copyRows(format: ClipFormat): Promise<void> {
  if (selection.count > MOST_COPIED) {
    toasts.show({
      tone: 'info',
      title: t.library.copy.tooManyTitle(selection.count),
      text: t.library.copy.tooManyText(MOST_COPIED),
    });
    return;
  }
  try {
    const rows = await rowsToCopy();
    if (rows.length === 0) return;
    const shown = columns.visible.map(({ column }) => column);
    const head = shown.map((column) => t.library.columns[column]);
    const cells = rows.map((row) => shown.map((column) => cellText(row, column)));
    await navigator.clipboard.writeText(clipText(format, head, cells, rows));
    toasts.show({ tone: 'good', title: t.library.copy.done(rows.length, t.library.copy.formats[format]) });
  } catch (error) {
    toasts.fail(error);
  }
}
