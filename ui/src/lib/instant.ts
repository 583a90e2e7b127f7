/** From what a clock on the wall shows to the instant: the other way round than `civilTime`. */
import { type CivilTime, civilTime } from './format';

/**
 * The instant at which clocks in that zone show `YYYY-MM-DD HH:MM:SS`. A time that a change of clocks skips counts as the
 * one after it; one that comes twice means the first.
 */
export function instantOf(civil: string, timeZone: string): number | null {
  const wanted = Date.parse(`${civil.replace(' ', 'T')}Z`);
  if (Number.isNaN(wanted)) return null;
  // The zone's offset at the guess is nearly always the offset at the answer; around a change of clocks both are tried.
  const offsetAt = (atMs: number) => asUtc(civilTime(atMs, timeZone)) - atMs;
  const guesses = [wanted - offsetAt(wanted - 86_400_000), wanted - offsetAt(wanted + 86_400_000)];
  const exact = guesses.filter((atMs) => asUtc(civilTime(atMs, timeZone)) === wanted);
  return exact.length > 0 ? Math.min(...exact) : Math.max(...guesses);
}

function asUtc(time: CivilTime): number {
  return Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
}
