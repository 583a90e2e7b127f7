/** Words that every area uses: buttons, states, parts of messages. */
import { count } from './plural';

export const common = {
  cancel: 'Cancel',
  close: 'Close',
  back: 'Back',
  next: 'Next',
  done: 'Done',
  retry: 'Try again',
  copy: 'Copy',
  copied: 'Copied',
  details: 'Details',
  dismiss: 'Dismiss',
  loading: 'Loading…',
  showMore: 'Show more',
  nothingFound: 'Nothing found',
  optional: 'optional',
  sandbox: 'sandbox',
  recordings: (n: number) => count(n, 'recording', 'recordings'),
  files: (n: number) => count(n, 'file', 'files'),
  days: (n: number) => count(n, 'day', 'days'),
  status: 'Status',
  vendorMessage: 'The provider’s words',
  correlationId: 'Correlation id',
  errorCode: 'Error code',
  path: 'Path',
  cause: 'Cause',
} as const;
