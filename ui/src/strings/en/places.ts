/** Words of buckets: S3-compatible storage that downloads can be saved in. */
import { count } from './plural';

export const places = {
  title: 'Buckets',
  text: 'Amazon S3 or any storage that speaks its language. A download into a bucket gets the same checks as one into a folder, and counts as saved once the server has proven what it holds.',
  empty: 'No bucket yet.',
  add: 'Add bucket…',
  check: 'Check',
  edit: 'Change…',
  remove: 'Remove…',
  checkOne: (label: string) => `Check ${label}`,
  editOne: (label: string) => `Change ${label}…`,
  removeOne: (label: string) => `Remove ${label}…`,
  copies: (n: number) => count(n, 'copy', 'copies'),
  secret: {
    keyring: 'key in the keyring',
    session: 'key for this session only',
    missing: 'key missing',
  },
  enterKey: 'Enter key…',
  enterKeyOf: (label: string) => `Enter the key of ${label}…`,
  checked: 'Writing, reading and removing a tiny object went well.',
  removeText: (label: string, copies: number) =>
    `Tapeshelf forgets the key and the address of ${label}. ${
      copies === 0
        ? 'Nothing in the bucket is touched.'
        : `The ${count(copies, 'copy', 'copies')} in it stay there and stay known, but cannot be checked any more.`
    }`,
  removeSubmit: 'Remove bucket',
  removed: (label: string) => `${label} was removed`,
  form: {
    newTitle: 'New bucket',
    editTitle: (label: string) => `Change ${label}`,
    label: 'Name',
    labelPlaceholder: 'Archive in Frankfurt',
    kind: 'Where it is',
    kinds: { amazon: 'Amazon S3', other: 'Another server' },
    endpoint: 'Address of the server',
    endpointHint: 'Without the bucket, with https://.',
    region: 'Region',
    regionHint: { amazon: 'Like eu-central-1.', other: 'Only if the server has regions.' },
    bucket: 'Bucket',
    prefix: 'Prefix',
    prefixHint: 'What every key begins with, like a folder.',
    pathStyle: 'The bucket’s name is part of the path',
    pathStyleHint: 'https://host/bucket/key. Most servers other than Amazon’s want it so.',
    accessKeyId: 'Access key id',
    secret: 'Secret access key',
    secretHint: 'It goes to this computer’s keyring and signs requests here; it is never sent.',
    keepHint: 'Leave all of it empty to keep the key there is.',
    sessionToken: 'Session token',
    sessionTokenHint:
      'Only of a temporary key, which expires. Kept like the secret, and sent with each request.',
    submit: 'Check and save',
    submitHint: 'Writes a tiny object, reads it back and removes it, before anything is kept.',
  },
  choice: {
    where: 'Bucket',
    menu: 'Bucket…',
    label: 'Buckets',
    setUp: 'Set up a bucket…',
    keyMissing: (label: string) => `${label} (key missing)`,
    about: 'Each file is checked here first, then uploaded and proven there.',
  },
  copy: {
    title: 'Copy in a bucket',
    place: 'Bucket',
    key: 'Key',
    unknown: 'a bucket that was removed from the settings',
  },
} as const;
