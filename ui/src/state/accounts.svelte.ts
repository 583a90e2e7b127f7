/** The accounts, kept in step with the program by `accountsChanged`, and what can be done with them. */
import { backend } from '../backend';
import type {
  AccountView,
  AddVbcAccount,
  AddVobizAccount,
  PaceView,
  SignIn,
  SignInVbc,
} from '../ipc/accounts';
import type { IpcError, KeyringReason } from '../ipc/error';
import { toIpcError } from '../lib/errors';
import { onEvent } from './events';

class Accounts {
  list = $state.raw<readonly AccountView[]>([]);
  /** True once the list has arrived: before, an empty list means nothing. */
  loaded = $state(false);
  /** Why the list could not be read. */
  problem = $state.raw<IpcError | null>(null);
  /** Why the keyring could not be used the last time it was needed; null when it could, or before. */
  keyringTrouble = $state<KeyringReason | null>(null);
  paces = $state.raw<readonly PaceView[]>([]);
  #asked = 0;

  async load(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const list = await backend.accountsList();
      // A slow answer must not replace a newer one.
      if (asked !== this.#asked) return;
      this.list = list;
      this.problem = null;
      this.loaded = true;
    } catch (error) {
      if (asked === this.#asked) this.problem = toIpcError(error);
    }
  }

  byId(accountId: string | null): AccountView | null {
    return this.list.find((account) => account.id === accountId) ?? null;
  }

  /** Checks and saves. Rejects with the backend's error. */
  async addVobiz(account: AddVobizAccount): Promise<AccountView> {
    return this.#put(await this.#keeping(backend.accountsAddVobiz(account), account.sessionOnly));
  }

  /** As `addVobiz`. With the browser it takes as long as a person needs there; `cancelSignIn` ends it. */
  async addVbc(account: AddVbcAccount): Promise<AccountView> {
    return this.#put(await this.#keeping(backend.accountsAddVbc(account), account.sessionOnly));
  }

  /** One account of each provider, as they are. */
  async addSandbox(): Promise<AccountView[]> {
    return (await backend.accountsAddSandbox()).map((account) => this.#put(account));
  }

  async signIn(signIn: SignIn): Promise<AccountView> {
    return this.#put(await this.#keeping(backend.accountsSignIn(signIn), signIn.sessionOnly));
  }

  async signInVbc(signIn: SignInVbc): Promise<AccountView> {
    return this.#put(await this.#keeping(backend.accountsSignInVbc(signIn), signIn.sessionOnly));
  }

  /** Stops waiting for the browser. What waited rejects with `cancelled`. */
  cancelSignIn(): Promise<void> {
    return backend.accountsCancelSignIn();
  }

  /** Asks the provider again what an account may do. */
  async check(accountId: string): Promise<void> {
    this.#put(await backend.accountsCheck(accountId));
  }

  /** How fast the requests of each account go now. Kept when the question fails: it is only about a sentence. */
  async loadPaces(): Promise<void> {
    const paces = await backend.accountsPaces().catch(() => null);
    if (paces !== null) this.paces = paces;
  }

  /** Sets how many requests a minute a Vonage account may send. Rejects with the backend's error. */
  async setPace(accountId: string, requestsPerMin: number): Promise<void> {
    this.#put(await backend.accountsSetPace(accountId, requestsPerMin));
    await this.loadPaces();
  }

  paceOf(accountId: string): PaceView | null {
    return this.paces.find((pace) => pace.accountId === accountId) ?? null;
  }

  async remove(accountId: string): Promise<void> {
    await backend.accountsRemove(accountId);
    this.list = this.list.filter((account) => account.id !== accountId);
  }

  /** Remembers how the keyring did, so that the next dialog can say it before a token is typed. */
  async #keeping(answer: Promise<AccountView>, sessionOnly: boolean): Promise<AccountView> {
    try {
      const account = await answer;
      if (!sessionOnly) this.keyringTrouble = null;
      return account;
    } catch (error) {
      const known = toIpcError(error);
      if (known.code === 'keyringUnavailable') this.keyringTrouble = known.reason;
      throw error;
    }
  }

  /** Shows a new or changed account at once, without waiting for the event. */
  #put(account: AccountView): AccountView {
    const others = this.list.filter((old) => old.id !== account.id);
    this.list =
      others.length === this.list.length
        ? [...this.list, account]
        : this.list.map((old) => (old.id === account.id ? account : old));
    this.loaded = true;
    return account;
  }
}

export const accounts = new Accounts();

onEvent('accountsChanged', () => void accounts.load());
