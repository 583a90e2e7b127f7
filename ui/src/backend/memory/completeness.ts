/** Day by day: what the made-up provider says against what the index holds. */
import type { Completeness, CompletenessRequest, DayTally } from '../../ipc/completeness';
import { civilDate, civilTime } from '../../lib/format';
import { hash } from './random';
import { fail, type World } from './world';

const DAY_MS = 86_400_000;
const COUNTED = ['indexed', 'saved', 'gone', 'lost', 'deleted'] as const;
/** So many calls stand for each one in the extreme. */
const EXTREMELY_MANY = 12_345_678;

export class Days {
  /** Days that the provider was asked about. */
  readonly #asked = new Set<string>();
  /** Accounts that were synced: what was missing has come. */
  readonly #fetched = new Set<string>();

  constructor(readonly world: World) {}

  read({ accountId, fromDay, toDay }: CompletenessRequest): Completeness {
    const { world } = this;
    const account = world.accounts.find(({ id }) => id === accountId);
    const timeZone = account?.timeZone ?? 'UTC';
    const tallies = new Map<string, DayTally>();
    let undated = 0;
    let indexed = 0;
    for (let key = 1; key <= world.indexed; key++) {
      const row = world.facts(key);
      if (row.accountId !== accountId) continue;
      if (!row.gone) indexed += 1;
      if (row.atMs === null) {
        undated += 1;
        continue;
      }
      const day = civilDate(civilTime(row.atMs, timeZone));
      const tally = tallies.get(day) ?? empty(day);
      const isSaved = row.state === 'verified';
      if (world.deleted.has(key)) tally.deleted += 1;
      else if (row.gone) tally.gone += 1;
      else tally.indexed += 1;
      if (isSaved) tally.saved += 1;
      if (row.gone && row.state === 'notSaved') tally.lost += 1;
      tallies.set(day, tally);
    }
    if (world.shelf.isExtreme) {
      for (const tally of tallies.values()) for (const name of COUNTED) tally[name] *= EXTREMELY_MANY;
      indexed *= EXTREMELY_MANY;
      undated *= EXTREMELY_MANY;
    }
    const known = [...tallies.keys()].sort();
    const all = between(known[0] ?? '', known.at(-1) ?? '').map((day) => tallies.get(day) ?? empty(day));
    const missing = all.reduce((sum, tally) => sum + this.#missing(tally, accountId), 0);
    const days = all
      .filter(({ day }) => day >= (fromDay ?? '') && day <= (toDay ?? '9999'))
      .map((tally) => this.#told(tally, accountId));
    return { timeZone, providerTotal: indexed + missing, indexedTotal: indexed, undated, days };
  }

  check(request: CompletenessRequest): Completeness {
    if (this.world.options.scenario === 'offline')
      fail({ code: 'unreachable', obstacle: 'offline', what: 'No answer from api.vobiz.ai.' });
    for (const day of between(request.fromDay ?? '', request.toDay ?? ''))
      this.#asked.add(`${request.accountId} ${day}`);
    return this.read(request);
  }

  fetch(accountId: string): void {
    this.#fetched.add(accountId);
  }

  /** Now and then the provider has more than the index. */
  #missing(tally: DayTally, accountId: string): number {
    const number = Number(tally.day.replaceAll('-', ''));
    const isShort = tally.indexed > 0 && hash(this.world.options.seed, number, 60) % 17 === 5;
    return isShort && !this.#fetched.has(accountId) ? 1 + (number % 3) : 0;
  }

  #told(tally: DayTally, accountId: string): DayTally {
    if (!this.#asked.has(`${accountId} ${tally.day}`)) return tally;
    const missing = this.#missing(tally, accountId);
    return { ...tally, provider: tally.indexed + missing, askedMs: this.world.shelf.nowMs, missing };
  }
}

function empty(day: string): DayTally {
  return {
    day,
    provider: null,
    askedMs: null,
    indexed: 0,
    saved: 0,
    gone: 0,
    lost: 0,
    deleted: 0,
    missing: null,
  };
}

/** Days from one to another, both included. */
function between(first: string, last: string): string[] {
  const days: string[] = [];
  const end = Date.parse(`${last}T00:00:00Z`);
  for (let at = Date.parse(`${first}T00:00:00Z`); at <= end; at += DAY_MS)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}
