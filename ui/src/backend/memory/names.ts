/** Made-up file names: a template filled in for a row. The program has its own, richer one. */
import type { Row } from '../../ipc/library';
import type { TemplateField } from '../../ipc/transfers';

export const FIELDS: TemplateField[] = [
  { name: 'date', meaning: 'Date of the call, 2026-05-31' },
  { name: 'time', meaning: 'Time of the call, 14-02-10' },
  { name: 'from', meaning: 'Calling number, digits' },
  { name: 'to', meaning: 'Called number, digits, or the conference' },
  { name: 'id', meaning: 'Recording id' },
  { name: 'type', meaning: 'Type of recording' },
  { name: 'duration', meaning: 'Length, 12m08s' },
  { name: 'account', meaning: 'Name of the account' },
];

/** What is wrong with a template, if anything. */
export function problemOf(template: string): string | null {
  if (template.trim() === '') return 'The template is empty.';
  const unknown = [...template.matchAll(/\{(\w*)\}/g)].find(
    ([, name]) => !FIELDS.some((field) => field.name === name),
  );
  if (unknown !== undefined) return `There is no field {${unknown[1]}}.`;
  return /\{[^}]*$/.test(template) ? 'A { is not closed.' : null;
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
  return `${template.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')}.${row.format ?? 'mp3'}`;
}
