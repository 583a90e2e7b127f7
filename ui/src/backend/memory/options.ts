/** What the address of the page asks of the made-up program: `?rows=1000000&scenario=offline&latency=0&seed=7`. */

import type { ObstacleName } from '../../ipc/error';

/** A state of the world worth seeing. */
export type Scenario =
  | 'full'
  /** An account without a recording. */
  | 'empty'
  /** No account yet. */
  | 'noaccount'
  /** The index cannot be read. */
  | 'error'
  /** The vendor does not answer. */
  | 'offline'
  /** The secret of the account is not at hand. */
  | 'signin'
  /** The vendor refuses every token. */
  | 'badtoken'
  /** No OS keyring. */
  | 'nokeyring'
  /** No sound output. */
  | 'nosound'
  /** The disk is full during downloads. */
  | 'diskfull'
  /** The folder cannot be written. */
  | 'readonly'
  /** The vendor asks for patience. */
  | 'ratelimited'
  /** An export is running already. */
  | 'busy'
  /** A Vonage account beside the one of Vobiz. */
  | 'vonage'
  /** As `vonage`, with a pasted token that has ended. */
  | 'tokenended'
  /** The vendor has locked the user out. */
  | 'lockedout'
  /** The application is not subscribed to the API. */
  | 'notsubscribed'
  /** The user may not read recordings. */
  | 'nopermission'
  /** The account is of another region. */
  | 'wrongregion'
  /** The clock of this computer is wrong. */
  | 'clockwrong'
  /** The certificate cannot be trusted. */
  | 'tlsrefused'
  /** The proxy refuses. */
  | 'proxyrefused'
  /** The file of certificates that is chosen first is none. */
  | 'badcafile'
  /** The file of certificates that is set has gone. */
  | 'lostcafile'
  /** Names of 200 characters, text from right to left, twenty years of calls, millions a day, terabytes. */
  | 'extreme'
  /** Every answer takes two seconds. */
  | 'slow';

const SCENARIOS: readonly Scenario[] = [
  'full',
  'empty',
  'noaccount',
  'error',
  'offline',
  'signin',
  'badtoken',
  'nokeyring',
  'nosound',
  'diskfull',
  'readonly',
  'ratelimited',
  'busy',
  'vonage',
  'tokenended',
  'lockedout',
  'notsubscribed',
  'nopermission',
  'wrongregion',
  'clockwrong',
  'tlsrefused',
  'proxyrefused',
  'badcafile',
  'lostcafile',
  'extreme',
  'slow',
];

export interface Options {
  scenario: Scenario;
  rows: number;
  seed: number;
  latencyMs: number;
  /** The sentence of the program with which the scenario's trouble is told, when it matters which; else empty. */
  what: string;
  /** What stood in the way in a scenario without an answer, when it matters which; else null. */
  obstacle: ObstacleName | null;
}

/** Reads the query string; what is not understood falls back to the default. */
export function readOptions(query: string): Options {
  const params = new URLSearchParams(query);
  const number = (name: string, fallback: number) => {
    const value = Number.parseInt(params.get(name) ?? '', 10);
    return Number.isFinite(value) && value >= 0 ? value : fallback;
  };
  const asked = params.get('scenario');
  const scenario = SCENARIOS.find((name) => name === asked) ?? 'full';
  return {
    scenario,
    rows: scenario === 'empty' ? 0 : number('rows', 2000),
    seed: number('seed', 7),
    latencyMs: number('latency', scenario === 'slow' ? 2000 : 8),
    what: params.get('what') ?? '',
    obstacle: params.get('obstacle') as ObstacleName | null,
  };
}
