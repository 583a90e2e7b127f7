/** Rows as text for the clipboard: tab-separated, CSV, or JSON. Pure. */

export type ClipFormat = 'text' | 'csv' | 'json';

/** One line a row, for a sheet or a message. */
function asText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // A tab or a line break in a value would be a cell or a row of its own.
  const line = (cells: readonly string[]) => cells.map((cell) => cell.replace(/[\t\r\n]+/g, ' ')).join('\t');
  return [head, ...rows].map(line).join('\n');
}

/** What a sheet would run as a formula. Phone numbers begin with a plus too, and are harmless. */
const FORMULA = /^[=@\t\r]|^[+-](?![\d\s().-]+$)/;

function csvCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** As RFC 4180 has it, with text that looks like a formula made harmless. */
function asCsv(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

/**
 * @param head names of the columns
 * @param rows a text for each column
 * @param records what JSON holds instead: everything known of each row
 */
export function clipText(
  format: ClipFormat,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  records: readonly unknown[],
): string {
  if (format === 'json') return JSON.stringify(records, null, 2);
  return format === 'csv' ? asCsv(head, rows) : asText(head, rows);
}
