/** Words of accounts: adding, signing in, removing. */
import { within } from './dates';
import { count } from './plural';

export const accounts = {
  /** The providers' names, by their code on the wire. */
  vendors: { vobiz: 'Vobiz', vbc: 'Vonage' },
  add: {
    title: { vobiz: 'Add Vobiz account', vbc: 'Add Vonage account' },
    provider: 'Provider',
    subtitle: (provider: string) =>
      `Tapeshelf checks the credentials first and saves them only if ${provider} accepts them.`,
    authId: 'Auth ID',
    authIdHint: 'Begins with MA_ or, for a sub-account, with SA_.',
    authToken: 'Auth token',
    show: (what: string) => `Show ${what.toLowerCase()}`,
    hide: (what: string) => `Hide ${what.toLowerCase()}`,
    label: 'Name in Tapeshelf',
    labelHint: 'Anything you will recognise. Without one, the auth id is shown.',
    labelHintVonage: 'Anything you will recognise. Without one, the user’s name is shown.',
    labelPlaceholder: 'Head office',
    advanced: 'Advanced',
    baseUrl: 'API address',
    baseUrlPlaceholder: 'https://api.vobiz.ai/api/v1',
    baseUrlHint: 'Leave it empty for Vobiz’s own. The token is only ever sent to this address.',
    pageSize: 'Recordings a request',
    pageSizeHint: '1 to 100. Fewer is gentler on a slow network.',
    check: 'Check only',
    checked: (provider: string) => `${provider} accepts these credentials. Nothing is saved yet.`,
    submit: 'Check and save',
    checking: (provider: string) => `Asking ${provider}…`,
    added: (label: string) => `${label} was added`,
    addedText: 'Its recordings appear as they arrive.',
  },
  vonage: {
    region: 'Region',
    regions: { default: 'Worldwide', india: 'India', custom: 'Other addresses' },
    regionHint: {
      default: 'api.vonage.com, for Vonage Business Communications everywhere but India.',
      india: 'The service for India. It has company recordings only.',
      custom: 'For white-label services. Enter their addresses below.',
    },
    clientId: 'Application key',
    clientIdHint: 'Also called consumer key or client id.',
    clientSecret: 'Application secret',
    where: 'Where do I find these?',
    whereSteps: [
      'Sign in at apimanager.uc.vonage.com with a developer account, and create an application. Its quota is what Vonage allows each minute.',
      'Subscribe the application to CallRecording. Provisioning too, if you want the on-demand recordings of other users.',
      'Generate its Production Keys: the key and the secret go here. To sign in with the browser, choose the grant type Code and enter the callback address shown here.',
      'Use a Vonage user of the type Account Administrator, without single sign-on. Its name looks like name@vbc.prod; names that end in .api do not work.',
    ],
    grant: 'Sign in with',
    grants: { password: 'User and password', code: 'Browser', token: 'Access token' },
    username: 'User',
    usernameHint: 'The login name of the user. Without an @, @vbc.prod is added.',
    password: 'Password',
    passwordNote:
      'Vonage locks a user for about 30 minutes after a few wrong passwords, and every further try makes it longer. Tapeshelf tries this one once and never repeats it by itself.',
    redirectUri: 'Callback address',
    redirectHint:
      'Must be the callback URL of the application, to the letter. Tapeshelf listens there only while you sign in.',
    codeNote: 'Your browser opens Vonage’s own sign-in page. Tapeshelf never sees the password.',
    waiting: 'Waiting for the browser…',
    waitingText:
      'Sign in at the page that has opened in your browser. This dialog goes on by itself; Cancel gives up.',
    accessToken: 'Access token',
    accessTokenHint: 'As issued by Vonage, without the word Bearer.',
    expiresIn: 'Lasts for (seconds)',
    expiresInHint: 'The expires_in that came with it. Empty if you do not know.',
    expiresInWrong: 'A whole number of seconds.',
    tokenNote:
      'A token lasts 24 hours at most, and Tapeshelf cannot renew it: you paste a new one when it has expired.',
    serviceBase: 'API address',
    tokenUrl: 'Token address',
    authorizeUrl: 'Sign-in address',
    provisioningBase: 'Provisioning address',
    provisioningHint: 'Only needed to find the recordings of other users.',
    addressHint: 'Secrets are sent to these addresses and nowhere else.',
    requestsPerMin: 'Requests a minute',
    requestsHint:
      'The quota of the application; 10 unless you chose another one. Lists, sound and exports share it.',
    wholeNumber: (least: number, most: number) => `A whole number from ${least} to ${most}.`,
  },
  /** What an error means when it comes while an account is added or signed in to. */
  refused: {
    client: {
      title: 'Vonage refused the application key or its secret',
      next: 'Copy both again from the application’s Production Keys. A key of the sandbox does not work.',
    },
    password: {
      title: 'Vonage refused the user or the password',
      next: 'Check both before you try again: a few wrong ones lock the user. Users with single sign-on and names ending in .api cannot sign in this way.',
    },
    code: {
      title: 'Vonage refused the sign-in of the browser',
      next: 'Check that the callback address is the application’s own, to the letter, and sign in again.',
    },
    token: {
      title: 'Vonage refused the access token',
      next: 'It may have expired: a token lasts 24 hours at most. Paste a new one.',
    },
    permission: {
      title: 'This user may not read recordings',
      next: 'Use a user of the type Account Administrator, or ask one for the permission.',
    },
    region: {
      title: 'There is no such service for this account in this region',
      next: 'Choose the other region and try again: accounts in India work with India only. With other addresses, check them.',
    },
    vobiz: {
      token: {
        title: 'Vobiz refused the Auth ID or its token',
        next: 'Copy both again from the Vobiz console. A sub-account (SA_) has a token of its own, which is shown once, when it is made.',
      },
      permission: {
        title: 'This account may not read recordings',
        next: 'Vobiz knows the Auth ID and its token. Ask the owner of the main account (MA_) for the permission, or add that account.',
      },
      address: {
        title: 'Vobiz has no recordings at this address',
        next: 'Leave the address under Advanced empty for Vobiz’s own, or check it: it ends with its version, as in /api/v1.',
      },
    },
    again: 'Nothing was saved.',
  },
  facts: {
    label: (account: string) => `What is known about ${account}`,
    show: (account: string) => `Details of ${account}`,
    may: 'What it may do',
    checkAgain: 'Ask the provider again',
    yes: 'Yes',
    no: 'No',
    nothingKnown: 'Nobody has asked yet; the next sync does.',
    features: {
      recordings: 'List and play recordings',
      companyRecordings: 'Company recordings',
      onDemandRecordings: 'Its own on-demand recordings',
      otherUsersRecordings: 'On-demand recordings of other users',
      deletion: 'Delete recordings',
      emailExport: 'Export by e-mail',
      exportJobs: 'Export jobs',
      callRecords: 'Call records',
      balance: 'Balance',
      transcripts: 'Transcripts',
    },
    pace: 'Pace',
    paceFree: 'No limit known; as fast as the provider answers.',
    paceLimit: (perMin: number) => `At most ${count(perMin, 'request', 'requests')} a minute.`,
    paceWaiting: (waiting: number) => `${count(waiting, 'request waits', 'requests wait')}.`,
    paceNext: (length: string) => `The next one goes in ${length}.`,
    tokenLife: 'Sign-in',
    token: {
      renews: 'Renews itself.',
      renewsAt: (when: string) => `Renews itself; the present one ends ${within(when)}.`,
      endsAt: (when: string) => `Ends ${within(when)}, for good.`,
      endedAt: (when: string) => `Ended ${within(when)}.`,
      unknown: 'Nobody said when it ends; it does not renew itself.',
      soon: (label: string, length: string) =>
        `The sign-in of ${label} ends in about ${length} and does not renew itself.`,
      ended: (label: string) =>
        `The sign-in of ${label} has ended. Its list stays; syncs and downloads wait.`,
      putAside: (label: string) => `Not now: the sign-in of ${label}`,
      badge: { soon: 'Sign-in ends soon', ended: 'Sign-in has ended' },
    },
    quota: {
      label: 'Requests a minute',
      hint: 'The quota of your application. Lists, exports and audio share it.',
      save: 'Save',
      wrong: (most: number) => `A whole number from 1 to ${new Intl.NumberFormat('en').format(most)}.`,
    },
    balance: 'Balance',
    address: 'Address',
    region: 'Region',
    timeZone: 'Time zone',
    secret: 'Credentials',
    clientId: 'Application key',
    vendorTotal: 'At the provider',
    vendorTotalAt: (n: string) => `${n} when last read`,
  },
  keyring: {
    goesTo: {
      vobiz:
        'The token goes to this computer’s keyring and to Vobiz. Tapeshelf never writes it to its own files.',
      vbc: 'The tokens and the application secret go to this computer’s keyring, and to Vonage. The password is not kept at all.',
    },
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
    replaceTitle: 'Replace credentials',
    secretHint: 'Empty keeps the one there is.',
    subtitle: (label: string, authId: string) => `${label} · ${authId}`,
    why: 'The credentials of this account are not at hand. Its list and its saved files are as they were.',
    whyReplace:
      'This account is signed in. What you enter here takes the place of what is kept, once the provider accepts it.',
    submit: 'Check and sign in',
    replaceSubmit: 'Check and replace',
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
    add: 'Add account…',
    sandbox: 'made-up calls',
    secret: {
      keyring: 'Token in the keyring',
      session: 'Token for this session only',
      missing: 'Signed out',
    },
    recordings: (n: number) => count(n, 'recording', 'recordings'),
    synced: (when: string) => `synced ${within(when)}`,
    neverSynced: 'not synced yet',
    signIn: 'Sign in…',
    replace: 'Replace credentials…',
    remove: 'Remove…',
    signInTo: (label: string) => `Sign in to ${label}…`,
    replaceOf: (label: string) => `Replace credentials of ${label}…`,
    removeOne: (label: string) => `Remove ${label}…`,
  },
} as const;
