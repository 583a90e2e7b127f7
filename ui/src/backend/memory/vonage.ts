/** A made-up Vonage account: signing in with all its refusals, the browser that somebody has to come back from, users. */
import type {
  AccountView,
  AddVbcAccount,
  PaceView,
  SignInVbc,
  TokenView,
  UserView,
  VbcGrant,
} from '../../ipc/accounts';
import type { IpcError } from '../../ipc/error';
import type { Scenario } from './options';
import { refusalOf } from './refusals';
import { fail, NO_REPLY, type World } from './world';

const DEFAULT_SERVICE = 'https://api.vonage.com/t/vbc.prod/call_recording';
/** A person at the browser takes their time. */
const BROWSER_MS = 1_500;

/** What only this vendor has. */
const REFUSALS: Partial<Record<Scenario, IpcError>> = {
  lockedout: {
    code: 'lockedOut',
    waitMs: 1_800_000,
    reply: { ...NO_REPLY, status: 400, errorCode: '17003', message: 'User account is locked' },
  },
  notsubscribed: {
    code: 'notSubscribed',
    reply: { ...NO_REPLY, status: 403, errorCode: '900908', message: 'Resource forbidden' },
  },
  wrongregion: {
    code: 'wrongAddress',
    reply: { ...NO_REPLY, status: 404, errorCode: '404', message: 'No matching resource found' },
  },
};

const refusedSignIn = (message: string, errorCode: string): IpcError => ({
  code: 'unauthenticated',
  reply: { ...NO_REPLY, status: 401, message, errorCode },
});

export class Vonage {
  #waiting: ((gaveUp: boolean) => void) | null = null;

  constructor(
    readonly world: World,
    readonly join: (account: AccountView) => AccountView,
  ) {}

  async add(request: AddVbcAccount): Promise<AccountView> {
    const { profile, grant } = request;
    if (profile.region === 'custom' && !/^https:\/\/[^\s/]+/.test(profile.serviceBase)) {
      fail({ code: 'invalid', field: 'serviceBase', what: 'The address has to begin with https://.' });
    }
    await this.#signIn(grant, request.clientSecret, request.sessionOnly);
    const name = grant.kind === 'password' ? withDomain(grant.username) : 'Vonage';
    const account = this.world.vonageAccount(`acc-${name.toLowerCase()}`, request.label || name);
    const serviceBase =
      profile.region === 'custom'
        ? profile.serviceBase
        : `${DEFAULT_SERVICE}${profile.region === 'india' ? '_india' : ''}`;
    return this.join({
      ...account,
      authId: name,
      baseUrl: serviceBase,
      secret: request.sessionOnly ? 'session' : 'keyring',
      vbc: { ...profile, serviceBase },
      token: tokenOf(grant),
    });
  }

  /** How long the new sign-in lasts. */
  async signIn(request: SignInVbc): Promise<TokenView> {
    await this.#signIn(request.grant, request.clientSecret || 'kept', request.sessionOnly);
    return tokenOf(request.grant);
  }

  /** The profile with another quota. */
  withPace(account: AccountView, requestsPerMin: number): Partial<AccountView> {
    const { vbc } = account;
    if (!(requestsPerMin >= 1 && requestsPerMin <= 6000))
      fail({ code: 'invalid', field: 'requestsPerMin', what: 'Choose 1 to 6000 requests a minute.' });
    if (vbc === null)
      fail({ code: 'invalid', field: 'requestsPerMin', what: 'This account has no quota of its own.' });
    return { vbc: { ...vbc, requestsPerMin } };
  }

  async #signIn(grant: VbcGrant, clientSecret: string, sessionOnly: boolean): Promise<void> {
    if (grant.kind === 'code') {
      if (!/^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?(\/|$)/.test(grant.redirectUri)) {
        fail({
          code: 'invalid',
          field: 'redirectUri',
          what: 'The callback address has to be on this computer, like http://localhost:8484/callback.',
        });
      }
      const gaveUp = await new Promise<boolean>((resolve) => {
        this.#waiting = resolve;
        // Nobody ever comes back from this one.
        if (!grant.redirectUri.endsWith('/never')) setTimeout(() => resolve(false), BROWSER_MS);
      });
      this.#waiting = null;
      if (gaveUp) fail({ code: 'cancelled' });
    }
    const { options } = this.world;
    const refusal = REFUSALS[options.scenario] ?? refusalOf(options, 'api.vonage.com');
    if (refusal !== null) fail(refusal);
    if (clientSecret === 'wrong')
      fail(refusedSignIn('A valid OAuth client could not be found for client_id', 'invalid_client'));
    if (grant.kind === 'password' && grant.password === 'wrong')
      fail(refusedSignIn('Authentication failed for the user', 'invalid_grant'));
    if (grant.kind === 'token' && grant.accessToken === 'wrong')
      fail(refusedSignIn('Invalid Credentials', '900901'));
    this.world.needKeyring(sessionOnly);
  }

  cancel(): void {
    this.#waiting?.(true);
  }

  paces(): PaceView[] {
    return this.world.accounts.map(({ id, vbc }) => ({
      accountId: id,
      limitPerMin: vbc?.requestsPerMin ?? null,
      waiting: vbc === null ? 0 : 3,
      nextInMs: vbc === null ? null : 4_200,
      why: vbc === null ? null : 'A sync and two downloads share the quota.',
    }));
  }

  users(accountId: string): UserView[] {
    const account = this.world.accounts.find(({ id }) => id === accountId);
    if (
      account?.capabilities.some(({ feature, available }) => feature === 'otherUsersRecordings' && !available)
    ) {
      fail({ code: 'notSubscribed', reply: { ...NO_REPLY, status: 403, errorCode: '900908' } });
    }
    return [
      { id: '1042', label: 'Ana Ribeiro', extensions: ['401'] },
      { id: '1043', label: 'Ben Okafor', extensions: ['402', '412'] },
      { id: '1051', label: 'Chidi Marsh', extensions: [] },
    ];
  }
}

/** A token of VBC lasts 24 hours; a pasted one ends for good. */
function tokenOf(grant: VbcGrant): TokenView {
  const lifetimeS = grant.kind === 'token' ? grant.expiresInS : 86_400;
  return {
    endsAtMs: lifetimeS === null ? null : Date.now() + lifetimeS * 1000,
    renewsItself: grant.kind !== 'token',
  };
}

const withDomain = (username: string) => (username.includes('@') ? username : `${username}@vbc.prod`);
