/** How instants read in the table: relative to a clock that moves, so that "Today" becomes "Yesterday" by itself. */
import { formatWhen } from '../lib/format';
import { settings } from './settings.svelte';
import { sync } from './sync.svelte';

export function whenText(atMs: number | null): string {
  return formatWhen(atMs, { timeZone: settings.current.timeZone, nowMs: sync.nowMs });
}
