/**
 * The draft of a Vonage export job: how one begins, how it reads, and what is still missing. Dates are civil text in the
 * window's zone, as typed; lengths are text until they are sent, so that half-typed ones are not lost.
 */
import type { ExportJobDraft } from '../ipc/exportJobs';
import { t } from '../strings/en';
import { lastDays } from './exportDraft';
import type { CivilTime } from './format';
import { instantOf } from './instant';

/** Filters that are plain text, in the order in which they are shown. */
export const JOB_FILTERS = ['callerId', 'dnis', 'cnam', 'extension', 'callId'] as const;
export type JobFilterName = (typeof JOB_FILTERS)[number];

export type Direction = keyof typeof t.exportJobs.what.directions;

export interface JobDraft {
  accountId: string;
  /** `company`, `users/self` or `users/<id>`: which list, as the program names it. */
  list: string;
  /** `YYYY-MM-DD HH:MM:SS`, or empty for no bound. */
  from: string;
  to: string;
  direction: Direction;
  callerId: string;
  dnis: string;
  cnam: string;
  extension: string;
  callId: string;
  shortestS: string;
  longestS: string;
}

/** Last week of one list, everything. */
export function newJobDraft(accountId: string, list: string, now: CivilTime): JobDraft {
  const week = lastDays(7, now);
  const { from, to } = week.kind === 'dates' ? week : { from: '', to: '' };
  return {
    accountId,
    list,
    from,
    to,
    direction: '',
    callerId: '',
    dnis: '',
    cnam: '',
    extension: '',
    callId: '',
    shortestS: '',
    longestS: '',
  };
}

/** A length in whole seconds as milliseconds; null when there is none; undefined when it is not readable. */
export function lengthMs(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  return /^\d{1,7}$/.test(text.trim()) ? Number(text) * 1000 : undefined;
}

/** The list in words. */
export function describeList(list: string, nameOf: (userId: string) => string = (id) => id): string {
  const words = t.exportJobs.what.lists;
  if (list === 'company') return words.company;
  if (list === 'users/self') return words.own;
  return words.user(nameOf(list.replace(/^users\//, '')));
}

/** What narrows the period down, in words. */
export function describeJobFilters(draft: JobDraft): string[] {
  const words = t.exportJobs.what;
  const parts: string[] = JOB_FILTERS.filter((name) => draft[name].trim() !== '').map(
    (name) => `${words[name]} ${draft[name].trim()}`,
  );
  if (draft.direction !== '') parts.unshift(words.directions[draft.direction]);
  if (draft.shortestS.trim() !== '') parts.push(words.atLeast(draft.shortestS.trim()));
  if (draft.longestS.trim() !== '') parts.push(words.atMost(draft.longestS.trim()));
  return parts;
}

/** The draft as the program takes it; what is not readable counts as not there. */
export function jobRequestOf(draft: JobDraft, timeZone: string): ExportJobDraft {
  return {
    accountId: draft.accountId,
    list: draft.list,
    fromMs: draft.from === '' ? null : instantOf(draft.from, timeZone),
    toMs: draft.to === '' ? null : instantOf(draft.to, timeZone),
    direction: draft.direction,
    callerId: draft.callerId.trim(),
    dnis: draft.dnis.trim(),
    cnam: draft.cnam.trim(),
    extension: draft.extension.trim(),
    callId: draft.callId.trim(),
    minDurationMs: lengthMs(draft.shortestS) ?? null,
    maxDurationMs: lengthMs(draft.longestS) ?? null,
  };
}
