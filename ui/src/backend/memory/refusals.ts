/** What can keep either vendor from being signed in to, as scenarios of the made-up program. */
import type { IpcError, ObstacleName } from '../../ipc/error';
import type { Options, Scenario } from './options';
import { NO_REPLY } from './world';

const unreachable = (obstacle: ObstacleName, what: string): IpcError => ({
  code: 'unreachable',
  obstacle,
  what,
});

const OF_EITHER: Partial<Record<Scenario, (host: string) => IpcError>> = {
  offline: (host) => unreachable('offline', `No answer from ${host}: the name could not be resolved.`),
  tlsrefused: (host) =>
    unreachable(
      'tlsAuthority',
      `The certificate of ${host} comes from an authority this computer does not trust.`,
    ),
  clockwrong: (host) =>
    unreachable('clock', `The certificate of ${host} has expired; check this computer’s clock too.`),
  proxyrefused: () => unreachable('proxy', 'The proxy asks for a user name and password.'),
  nopermission: () => ({
    code: 'permissionDenied',
    reply: { ...NO_REPLY, status: 403, message: 'missing user data' },
  }),
};

/** Why a sign-in at this host comes to nothing in this world; null when it does not, or for a reason of one vendor alone. */
export function refusalOf({ scenario, what, obstacle }: Options, host: string): IpcError | null {
  const refusal = OF_EITHER[scenario]?.(host) ?? null;
  if (refusal?.code !== 'unreachable') return refusal;
  return { ...refusal, ...(what === '' ? {} : { what }), ...(obstacle === null ? {} : { obstacle }) };
}
