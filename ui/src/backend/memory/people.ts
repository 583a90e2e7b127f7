/** Made-up accounts and their syncs. */
import type { AccountView, AddVobizAccount, SignIn } from '../../ipc/accounts';
import type { IpcError } from '../../ipc/error';
import type { SyncProgress } from '../../ipc/events';
import { refusalOf } from './refusals';
import { fail, NO_REPLY, SANDBOX_ACCOUNT, type World } from './world';

const OFFLINE: IpcError = {
  code: 'unreachable',
  obstacle: 'offline',
  what: 'No answer from api.vobiz.ai: the name could not be resolved.',
};

const TICK_MS = 100;
const FIRST_SYNC_TICKS = 8;

export class People {
  #syncs = new Map<string, ReturnType<typeof setInterval>>();

  constructor(readonly world: World) {}

  #check(token: string, sessionOnly: boolean): void {
    const { options } = this.world;
    if (token.trim() === '') fail({ code: 'invalid', field: 'authToken', what: 'The auth token is empty.' });
    const refusal = refusalOf(options, 'api.vobiz.ai');
    if (refusal !== null) fail(refusal);
    if (options.scenario === 'badtoken' || token === 'wrong') {
      const reply = {
        ...NO_REPLY,
        status: 401,
        message: 'invalid credentials',
        correlationId: '0a8f3c52-61f4-11f0-8ee0-0242ac110003',
      };
      fail({ code: 'unauthenticated', reply });
    }
    this.world.needKeyring(sessionOnly);
  }

  addVobiz(request: AddVobizAccount): AccountView {
    if (!/^[MS]A_[A-Z0-9]{6,}$/.test(request.authId)) {
      fail({ code: 'invalid', field: 'authId', what: 'An auth id looks like MA_ABCDEFGH or SA_ABCDEFGH.' });
    }
    if (request.baseUrl !== '' && !/^https?:\/\/[^\s/]+/.test(request.baseUrl)) {
      fail({ code: 'invalid', field: 'baseUrl', what: 'The address is not a web address.' });
    }
    this.#check(request.authToken, request.sessionOnly);
    const account: AccountView = {
      ...this.world.account(`acc-${request.authId.toLowerCase()}`, request.label || request.authId, false),
      authId: request.authId,
      secret: request.sessionOnly ? 'session' : 'keyring',
    };
    return this.join(account);
  }

  addSandbox(): AccountView[] {
    const known = this.world.accounts.filter(({ isSandbox }) => isSandbox);
    return known.length > 0 ? known : [this.join(this.world.account(SANDBOX_ACCOUNT, 'Sandbox', true))];
  }

  join(account: AccountView): AccountView {
    const first = { ...account, recordings: 0, syncedAtMs: null, vendorTotal: null };
    this.world.accounts = [...this.world.accounts.filter(({ id }) => id !== account.id), first];
    this.world.emit({ type: 'accountsChanged' });
    this.start(account.id);
    return first;
  }

  signIn(request: SignIn): AccountView {
    this.#check(request.authToken, request.sessionOnly);
    return this.signedIn(request.accountId, request.sessionOnly);
  }

  signedIn(accountId: string, sessionOnly: boolean): AccountView {
    const account = this.change(accountId, { secret: sessionOnly ? 'session' : 'keyring' });
    this.start(accountId);
    return account;
  }

  remove(accountId: string): void {
    this.cancel(accountId);
    this.world.accounts = this.world.accounts.filter(({ id }) => id !== accountId);
    if (this.world.accounts.length === 0) this.world.indexed = 0;
    this.world.emit({ type: 'accountsChanged' });
    this.world.libraryChanged();
  }

  of(accountId: string): AccountView {
    return (
      this.world.accounts.find(({ id }) => id === accountId) ??
      fail({ code: 'stale', what: 'No such account.' })
    );
  }

  change(accountId: string, change: Partial<AccountView>): AccountView {
    const account = this.of(accountId);
    const changed = { ...account, ...change };
    this.world.accounts = this.world.accounts.map((other) => (other.id === accountId ? changed : other));
    this.world.emit({ type: 'accountsChanged' });
    return changed;
  }

  start(accountId: string): void {
    if (this.#syncs.has(accountId)) return;
    const account = this.of(accountId);
    if (account.secret === 'missing') fail({ code: 'signInNeeded', accountId });
    const tell = (progress: SyncProgress) => this.world.emit({ type: 'sync', accountId, progress });
    const total =
      account.vendor === 'vbc'
        ? this.world.vonageAccount(accountId, account.label).recordings
        : this.world.account(accountId, account.label, account.isSandbox).recordings;
    const isFirst = this.world.indexed < this.world.options.rows;
    let tick = 0;
    tell({ state: 'running', received: 0, total: null, new: 0, recordingsPerS: null, leftMs: null });
    const timer = setInterval(() => {
      tick += 1;
      if (this.world.options.scenario === 'offline') {
        this.#end(accountId);
        tell({
          state: 'failed',
          error: OFFLINE,
        });
        return;
      }
      if (this.world.options.scenario === 'badtoken') {
        this.#end(accountId);
        tell({
          state: 'failed',
          error: {
            code: 'unauthenticated',
            reply: { ...NO_REPLY, status: 401, message: 'invalid credentials' },
          },
        });
        return;
      }
      const share = Math.min(1, tick / FIRST_SYNC_TICKS);
      const received = Math.round(total * share);
      if (isFirst) {
        this.world.indexed = Math.max(this.world.indexed, Math.round(this.world.options.rows * share));
        this.world.libraryChanged();
      }
      if (this.world.options.scenario === 'ratelimited' && share > 0.4) {
        this.#end(accountId);
        const reply = { ...NO_REPLY, status: 429, message: 'too many requests' };
        tell({ state: 'failed', error: { code: 'rateLimited', retryAfterMs: 41_000, reply } });
        return;
      }
      if (share < 1) {
        const recordingsPerS = (received / (tick * TICK_MS)) * 1000;
        tell({
          state: 'running',
          received,
          total,
          new: isFirst ? received : 0,
          recordingsPerS,
          leftMs: Math.round(((total - received) / recordingsPerS) * 1000),
        });
        return;
      }
      this.#end(accountId);
      this.change(accountId, { recordings: total, vendorTotal: total, syncedAtMs: Date.now() });
      tell({
        state: 'finished',
        received: total,
        new: isFirst ? total : 0,
        changed: 0,
        gone: 0,
        warning: null,
      });
    }, TICK_MS);
    this.#syncs.set(accountId, timer);
  }

  #end(accountId: string): void {
    clearInterval(this.#syncs.get(accountId));
    this.#syncs.delete(accountId);
  }

  cancel(accountId: string): void {
    if (!this.#syncs.has(accountId)) return;
    this.#end(accountId);
    this.world.emit({ type: 'sync', accountId, progress: { state: 'cancelled' } });
  }
}
