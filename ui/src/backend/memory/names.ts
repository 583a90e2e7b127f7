/** Made-up file names: a template filled in for a row. The program has its own, richer one. */
import type { Row } from '../../ipc/library';
import type { NameProblem } from '../../ipc/saving';
import type { TemplateField } from '../../ipc/transfers';

export const FIELDS: TemplateField[] = [
  {
    name: 'date',
    meaning: 'Date of the call, 2026-05-31',
    forms: ['{date:%Y-%m-%d}', '{date:%Y/%m/%d}', '{date:%d.%m.%Y}'],
  },
  { name: 'time', meaning: 'Time of the call, 14-02-10', forms: [] },
  { name: 'from', meaning: 'Calling number, digits', forms: ['{from:upper}'] },
  { name: 'to', meaning: 'Called number, digits, or the conference', forms: [] },
  { name: 'id', meaning: 'Recording id', forms: [] },
  { name: 'type', meaning: 'Type of recording', forms: [] },
  { name: 'duration', meaning: 'Length, 12m08s', forms: [] },
  { name: 'account', meaning: 'Name of the account', forms: [] },
];

/** What is wrong with a template, and where; null when nothing is. */
export function problemOf(template: string): NameProblem | null {
  if (template.trim() === '') return { what: 'The template is empty.', start: 0, end: template.length };
  for (const match of template.matchAll(/\{(\w*)(:[^}]*)?\}/g)) {
    if (FIELDS.some((field) => field.name === match[1])) continue;
    return {
      what: `There is no field {${match[1]}}.`,
      start: match.index,
      end: match.index + match[0].length,
    };
  }
  const open = /\{[^}]*$/.exec(template);
  return open === null ? null : { what: 'A { is not closed.', start: open.index, end: template.length };
}

export function nameOf(row: Row, template: string, account: string): string {
  const at = row.atMs === null ? 'unknown' : new Date(row.atMs).toISOString();
  const seconds = Math.round((row.durationMs ?? 0) / 1000);
  const values: Record<string, string> = {
    date: at.slice(0, 10),
    time: at.slice(11, 19).replaceAll(':', '-'),
    from: row.from.replace(/\D/g, ''),
    to: row.conferenceName?.replace(/[^\w-]+/g, '') ?? row.to.replace(/\D/g, ''),
    id: row.recordingId,
    type: row.kind ?? 'unknown',
    duration: `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`,
    account,
  };
  return `${template.replace(/\{(\w+)(?::[^}]*)?\}/g, (_, name: string) => values[name] ?? '')}.${row.format ?? 'mp3'}`;
}
