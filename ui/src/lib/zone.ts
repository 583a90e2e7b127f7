/**
 * What a time zone's clocks are ahead of UTC at an instant. Intl knows, but takes some ten microseconds to say, and a table
 * that scrolls asks hundreds of times a frame. On nearly every day the answer is the same all day long, so it is kept by day.
 */

export interface Ahead {
  aheadMs: number;
  /** `GMT+5:30`; `UTC` where Intl has no name. */
  name: string;
}

const DAY_MS = 86_400_000;
/** Days kept for a zone: some ten years. */
const MOST_DAYS = 4_000;

/** By zone, then by day since 1970 in UTC; null for a day on which the clocks are changed. */
const known = new Map<string, Map<number, Ahead | null>>();
const formatters = new Map<string, Intl.DateTimeFormat>();

/** True when this runtime knows the zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** This computer's zone. */
export function localTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** An empty or unknown zone is this computer's. */
export function aheadOfUtc(atMs: number, timeZone: string): Ahead {
  let days = known.get(timeZone);
  if (days === undefined) {
    days = new Map();
    known.set(timeZone, days);
  }
  const day = Math.floor(atMs / DAY_MS);
  let ahead = days.get(day);
  if (ahead === undefined) {
    if (days.size >= MOST_DAYS) days.clear();
    const [start, end] = [ask(day * DAY_MS, timeZone), ask((day + 1) * DAY_MS, timeZone)];
    ahead = start.aheadMs === end.aheadMs ? start : null;
    days.set(day, ahead);
  }
  return ahead ?? ask(atMs, timeZone);
}

function ask(atMs: number, timeZone: string): Ahead {
  const parts = new Map(
    formatter(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  );
  const read = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type) ?? '0');
  const clock = Date.UTC(
    read('year'),
    read('month') - 1,
    read('day'),
    read('hour'),
    read('minute'),
    read('second'),
  );
  return { aheadMs: clock - Math.floor(atMs / 1000) * 1000, name: parts.get('timeZoneName') ?? 'UTC' };
}

/** Making a formatter costs far more than using it. */
function formatter(timeZone: string): Intl.DateTimeFormat {
  const made = formatters.get(timeZone);
  if (made) return made;
  const formatter = new Intl.DateTimeFormat('en-GB', {
    ...(timeZone !== '' && isTimeZone(timeZone) ? { timeZone } : {}),
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'shortOffset',
  });
  formatters.set(timeZone, formatter);
  return formatter;
}
