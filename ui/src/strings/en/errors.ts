/** What each error code says to a person: what happened, what was kept, what to do. */
export const errors = {
  nothingChanged: 'Nothing was changed.',
  nothingLost: 'Everything in the list and every saved file is as it was.',
  receivedKept: 'What was already received is kept.',

  unauthenticated: {
    title: 'The provider refused the credentials',
    next: 'Check the auth id and the token, or make a new token in the provider’s console, then sign in again.',
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
  unreachable: {
    title: 'No answer from the provider',
    next: 'Check the network connection and the address, then try again.',
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
    kept: 'The token was not written anywhere.',
    next: {
      none: 'Keep the token for this session only, or set up a keyring and try again.',
      locked: 'Unlock it and try again, or keep the token for this session only.',
      denied: 'Allow Tapeshelf in the keyring and try again, or keep the token for this session only.',
      timedOut:
        'Look for a window that asks for the keyring’s password, or keep the token for this session only.',
    },
  },
  signInNeeded: {
    title: 'This account needs its token again',
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
