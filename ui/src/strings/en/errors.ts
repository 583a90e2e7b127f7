/** What each error code says to a person: what happened, what was kept, what to do. */
export const errors = {
  nothingChanged: 'Nothing was changed.',
  nothingLost: 'Everything in the list and every saved file is as it was.',
  receivedKept: 'What was already received is kept.',

  unauthenticated: {
    title: 'The provider refused the credentials',
    next: 'Check the credentials, or make new ones in the provider’s console, then sign in again.',
  },
  lockedOut: {
    title: 'The provider has locked this user for a while',
    what: 'After a few wrong passwords a user is locked for about 30 minutes, and every further try makes it longer.',
    kept: 'Tapeshelf does not try again by itself.',
    next: 'Wait at least half an hour without signing in anywhere, or have an administrator reset the password.',
    nextAt: (length: string) =>
      `Wait at least ${length} without signing in anywhere, or have an administrator reset the password.`,
  },
  wrongAddress: {
    title: 'There is no such service at this address',
    next: 'Check the address and the region of the account, then try again.',
  },
  notSubscribed: {
    title: 'The application is not subscribed to this API',
    next: 'At apimanager.uc.vonage.com, subscribe the application to CallRecording (and to Provisioning for the recordings of other users), then try again.',
  },
  permissionDenied: {
    title: 'This account may not do that',
    next: 'Ask the owner of the account for the permission, or use another account.',
  },
  notFound: {
    title: 'The provider does not have this recording any more',
    kept: 'Its entry stays in the list, and so does a saved file.',
    next: 'Refresh the list to see what is there now.',
  },
  rateLimited: {
    title: 'The provider asks for a pause',
    next: 'Wait a moment, then try again.',
    nextIn: (length: string) => `Try again in ${length}.`,
  },
  busy: {
    title: 'An earlier request of this kind is still running at the provider',
    next: 'Wait until it has ended, then try again.',
  },
  /** By what stood in the way. */
  unreachable: {
    offline: {
      title: 'No network, or no such address',
      next: 'Connect to a network and check the address, then try again.',
    },
    refused: {
      title: 'No answer from the provider',
      next: 'Check the address, then try again.',
    },
    timedOut: {
      title: 'The provider did not answer in time',
      next: 'Try again in a few minutes. On a slow network, ask for fewer recordings a request.',
    },
    tlsAuthority: {
      title: 'Nobody trusted here vouches for the other side, so nothing was sent',
      next: 'If your company inspects connections, add its certificate in Settings › Network. Otherwise use another network.',
    },
    tlsName: {
      title: 'Somebody else answered in the provider’s place, so nothing was sent',
      next: 'Check the address. On a hotel’s or a guest network, sign in to it in a browser first, or use another network.',
    },
    tlsOutdated: {
      title: 'Only outdated encryption was offered, so nothing was sent',
      next: 'Something old stands in between, often a proxy or a filter: ask whoever runs your network to bring it up to date (TLS 1.2 or newer), or use another network.',
    },
    tlsRefused: {
      title: 'The other side refused a secure connection',
      next: 'Check the address. If it is right, ask whoever runs your network, and then the provider, whether this computer is let in.',
    },
    tlsCut: {
      title: 'The connection was cut before it was secure',
      next: 'Try again. If it goes on, a firewall may cut it: ask whoever runs your network to let Tapeshelf through, or use another network.',
    },
    tlsPlain: {
      title: 'There is no encryption at this address, so nothing was sent',
      next: 'Check the address and its port. If they are right, a sign-in page of the network may be in the way: open any page in a browser first.',
    },
    tls: {
      title: 'The connection is not safe, so nothing was sent',
      next: 'Use another network. A server that signs its own certificate has to be added in Settings › Network. If it goes on, tell the provider’s support.',
    },
    clock: {
      title: 'A certificate does not fit the time of this computer',
      next: 'Set date and time right (best by itself, from the network), then try again.',
    },
    proxy: {
      title: 'The proxy refused the connection',
      next: 'Check the proxy in Settings › Network, then try again.',
    },
    broken: {
      title: 'The connection broke',
      next: 'Try again.',
    },
    other: {
      title: 'The provider could not be reached',
      next: 'Check the network connection and the address, then try again.',
    },
  },
  rejected: {
    title: 'The provider said no',
    next: 'Its own words are below; change the request accordingly.',
  },
  vendorFailed: {
    title: 'The provider has a fault of its own',
    next: 'Try again in a few minutes. If it goes on, give the correlation id to the provider’s support.',
  },
  badReply: {
    title: 'The reply was not what the provider’s API promises',
    next: 'Check that the address is the API’s own. If it is, give the details to the provider’s support.',
  },
  invalid: {
    title: 'Something is not right yet',
    kept: 'Nothing was sent or changed.',
    next: 'Correct it and try again.',
  },
  keyring: {
    title: {
      none: 'This computer has no keyring',
      locked: 'The keyring is locked',
      denied: 'The keyring denied access',
      timedOut: 'The keyring did not answer',
    },
    kept: 'Nothing secret was written anywhere.',
    next: {
      none: 'Keep the token for this session only, or set up a keyring and try again.',
      locked: 'Unlock it and try again, or keep the token for this session only.',
      denied: 'Allow Tapeshelf in the keyring and try again, or keep the token for this session only.',
      timedOut:
        'Look for a window that asks for the keyring’s password, or keep the token for this session only.',
    },
  },
  signInNeeded: {
    title: 'This account has to sign in again',
    kept: 'Its list and its saved files are as they were.',
    next: 'Sign in again to go on.',
  },
  noSound: {
    title: 'No sound output',
    kept: 'Everything but sound works.',
    next: 'Connect speakers or headphones, then play again.',
  },
  notAudio: {
    title: 'What came is not the recording',
    kept: 'Nothing was saved under its name.',
    next: 'Try again later; if it goes on, ask the provider’s support about this recording.',
  },
  diskFull: {
    title: 'The disk is full',
    kept: 'Finished files are whole and stay; nothing half-written has a final name.',
    next: (folder: string) => `Free some space for ${folder}, then go on.`,
    free: 'Free',
  },
  fileFailed: {
    title: 'A folder or file could not be used',
    kept: 'Finished files are whole and stay.',
    next: 'Check that the folder is there and may be written to, or choose another one.',
  },
  indexFailed: {
    title: 'The list on this computer failed',
    kept: 'Saved files are not touched.',
    next: 'Restart Tapeshelf. If it happens again, rebuild the list in Settings › Data.',
  },
  stale: {
    title: 'This is out of date',
    next: 'Refresh and try again.',
  },
  cancelled: {
    title: 'Stopped',
    next: 'Start it again whenever you like.',
  },
  internal: {
    title: 'A fault in Tapeshelf',
    next: 'Try again. The log has the details; its place is in Settings › About.',
  },
} as const;
