/** Words of accounts: adding, signing in, removing. */
import { count } from './plural';

export const accounts = {
  add: {
    title: 'Add Vobiz account',
    subtitle: 'Tapeshelf checks the credentials first and saves them only if Vobiz accepts them.',
    authId: 'Auth ID',
    authIdHint: 'Begins with MA_ or, for a sub-account, with SA_.',
    authToken: 'Auth token',
    showToken: 'Show token',
    hideToken: 'Hide token',
    label: 'Name in Tapeshelf',
    labelHint: 'Anything you will recognise. Without one, the auth id is shown.',
    labelPlaceholder: 'Head office',
    advanced: 'Advanced',
    baseUrl: 'API address',
    baseUrlPlaceholder: 'https://api.vobiz.ai/api/v1',
    baseUrlHint: 'Leave it empty for Vobiz’s own. The token is only ever sent to this address.',
    pageSize: 'Recordings a request',
    pageSizeHint: '1 to 100. Fewer is gentler on a slow network.',
    submit: 'Check and save',
    checking: 'Asking Vobiz…',
    added: (label: string) => `${label} was added`,
    addedText: 'Its recordings appear as they arrive.',
  },
  keyring: {
    goesTo:
      'The token goes to this computer’s keyring and to Vobiz. Tapeshelf never writes it to its own files.',
    sessionOnly: 'Keep for this session only',
    sessionOnlyHint: 'Until Tapeshelf closes, in memory. You sign in again next time.',
    unavailable: {
      none: 'This computer has no keyring, so the token is kept for this session only: you sign in again next time.',
      locked: 'The keyring is locked. If it stays so, the token can be kept for this session only.',
      denied: 'The keyring denied access. If it does so again, the token can be kept for this session only.',
      timedOut:
        'The keyring did not answer. If it stays silent, the token can be kept for this session only.',
    },
  },
  signIn: {
    title: 'Sign in again',
    subtitle: (label: string, authId: string) => `${label} · ${authId}`,
    why: 'The token of this account is not at hand. Its list and its saved files are as they were.',
    submit: 'Check and sign in',
    done: (label: string) => `Signed in to ${label}`,
  },
  remove: {
    title: (label: string) => `Remove ${label}?`,
    forgets: (recordings: number) =>
      `Tapeshelf forgets the token and the list of ${count(recordings, 'recording', 'recordings')} of this account.`,
    keeps:
      'Saved files stay on this computer, and nothing is deleted at the provider. You can add the account again.',
    submit: 'Remove account',
    done: (label: string) => `${label} was removed`,
    missing: 'This account is not there any more.',
  },
  list: {
    label: 'Accounts',
    empty: 'No account yet.',
    add: 'Add Vobiz account…',
    sandbox: 'made-up calls',
    secret: {
      keyring: 'Token in the keyring',
      session: 'Token for this session only',
      missing: 'Signed out',
    },
    recordings: (n: number) => count(n, 'recording', 'recordings'),
    synced: (when: string) => `synced ${when}`,
    neverSynced: 'not synced yet',
    signIn: 'Sign in…',
    remove: 'Remove…',
    signInTo: (label: string) => `Sign in to ${label}…`,
    removeOne: (label: string) => `Remove ${label}…`,
  },
} as const;
