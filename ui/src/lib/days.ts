/** Days of an account as a calendar: what each one is, and where it lies in a plot of weeks. Pure. */
import type { DayTally } from '../ipc/completeness';

/** Worst first: a day is what its worst recording makes it. */
export type DayKind = 'missing' | 'lost' | 'indexed' | 'saved' | 'empty';

export const DAY_KINDS: readonly DayKind[] = ['missing', 'lost', 'indexed', 'saved', 'empty'];

export function kindOf(day: DayTally): DayKind {
  if ((day.missing ?? 0) > 0) return 'missing';
  if (day.lost > 0) return 'lost';
  const all = day.indexed + day.gone;
  if (all === 0) return 'empty';
  return day.saved >= all ? 'saved' : 'indexed';
}

/** True for a day that a person has to look at. */
export function hasGap(day: DayTally): boolean {
  const kind = kindOf(day);
  return kind === 'missing' || kind === 'lost';
}

export interface PlacedDay {
  day: DayTally;
  kind: DayKind;
  /** Weeks from the first one. */
  week: number;
  /** Monday is 0. */
  weekday: number;
}

const utc = (day: string) => Date.parse(`${day}T00:00:00Z`);
const weekdayOf = (day: string) => (new Date(utc(day)).getUTCDay() + 6) % 7;

/** One column a week, Monday on top. */
export function weeksOf(days: readonly DayTally[]): PlacedDay[] {
  const [first] = days;
  if (first === undefined) return [];
  const monday = utc(first.day) - weekdayOf(first.day) * 86_400_000;
  return days.map((day) => ({
    day,
    kind: kindOf(day),
    week: Math.floor((utc(day.day) - monday) / (7 * 86_400_000)),
    weekday: weekdayOf(day.day),
  }));
}

/** `2026-05`. */
export const monthOf = (day: string) => day.slice(0, 7);

/** The week in which each month begins, for labels that do not overlap. */
export function monthStarts(placed: readonly PlacedDay[]): { month: string; week: number }[] {
  const starts: { month: string; week: number }[] = [];
  for (const { day, week } of placed) {
    const month = monthOf(day.day);
    const last = starts.at(-1);
    if (last?.month === month) continue;
    if (last !== undefined && week - last.week < 3) starts.pop();
    starts.push({ month, week });
  }
  return starts;
}

/** Months from the first day to the last, oldest first. */
export function monthsOf(days: readonly DayTally[]): string[] {
  return [...new Set(days.map(({ day }) => monthOf(day)))];
}

/** Days from one to another, both included. */
export interface Days {
  from: string;
  to: string;
}

/** Days, oldest first, as spans that each lie within one month: what a provider is asked about at once. */
export function spansOf(days: readonly string[]): Days[] {
  const spans: Days[] = [];
  for (const day of days) {
    const last = spans.at(-1);
    if (last !== undefined && monthOf(last.from) === monthOf(day)) last.to = day;
    else spans.push({ from: day, to: day });
  }
  return spans;
}
