/** `2 min ago`: how long ago something was, in the words of the person's language. */
const formatter = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

/** Null when it was less than a minute ago. */
export function formatAgo(atMs: number, nowMs: number): string | null {
  const minutes = Math.floor((nowMs - atMs) / 60_000);
  if (minutes < 1) return null;
  if (minutes < 60) return formatter.format(-minutes, 'minute');
  if (minutes < 48 * 60) return formatter.format(-Math.floor(minutes / 60), 'hour');
  return formatter.format(-Math.floor(minutes / (24 * 60)), 'day');
}
