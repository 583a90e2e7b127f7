/** Words of writing the list on screen into a file. */
import { count } from './plural';

const n = (number: number) => new Intl.NumberFormat('en').format(number);

export const exportList = {
  title: 'Export list',
  whole: (rows: number) => `The whole list: ${count(rows, 'recording', 'recordings')}`,
  chosen: (rows: number) => `${count(rows, 'chosen recording', 'chosen recordings')}`,
  format: 'Format',
  formats: {
    csv: 'CSV',
    xlsx: 'Excel workbook (XLSX)',
    jsonLines: 'JSON Lines',
    parquet: 'Parquet',
  },
  formatHints: {
    csv: 'For every spreadsheet. Phone numbers stay text, formulas harmless.',
    xlsx: 'Real dates and lengths, the header stays in view and can filter.',
    jsonLines: 'One object a line, for scripts.',
    parquet: 'Typed columns, small, for data tools.',
  },
  columns: 'Columns',
  columnsShown: (number: number) => `As shown (${number})`,
  columnsAll: 'All',
  columnsHint: {
    shown: 'The columns of the table, in their order.',
    all: 'Everything that is known of a recording.',
  },
  masked: 'Mask phone numbers',
  maskedHint: 'Hides their middle digits in the file, also in the provider’s own record.',
  raw: 'Add the provider’s own record',
  rawHint: 'Its JSON, as received, in the last column.',
  submit: (rows: number) => `Export ${count(rows, 'row', 'rows')}…`,
  choosing: 'Choose where the file goes.',
  progress: 'Progress of the export',
  written: (rows: number, total: number, bytes: string) => `${n(rows)} of ${n(total)} rows · ${bytes}`,
  stop: 'Stop',
  stopOne: 'Stop writing the list',
  background: 'Continue in background',
  inTransfers: 'The list is being written',
  stopped: 'Stopped. Nothing was left behind; a file that was there is as it was.',
  done: (rows: number) => `${count(rows, 'row', 'rows')} written.`,
  missing: (rows: number) =>
    `${count(rows, 'recording', 'recordings')} left the list meanwhile and ${rows === 1 ? 'is' : 'are'} not in the file.`,
  shortened: (cells: number) =>
    `${count(cells, 'value was', 'values were')} too long for a cell and shortened. CSV, JSON Lines and Parquet hold ${cells === 1 ? 'it' : 'them'} whole.`,
  path: 'File',
  size: 'Size',
  sha256: 'SHA-256',
  reveal: 'Show in folder',
} as const;
