/** What is typed about a bucket, until the program takes it. Pure. */
import type { PlaceView, SavePlace } from '../ipc/places';

export type BucketKind = 'amazon' | 'other';

export interface BucketDraft {
  label: string;
  kind: BucketKind;
  endpoint: string;
  region: string;
  bucket: string;
  prefix: string;
  pathStyle: boolean;
  accessKeyId: string;
  secret: string;
  /** Of a temporary key; empty for one that lasts. */
  sessionToken: string;
}

/** Starts empty, or with what is known of a bucket; a secret never comes back. */
export function newBucketDraft(place: PlaceView | null): BucketDraft {
  return {
    label: place?.label ?? '',
    kind: place !== null && place.endpoint !== '' ? 'other' : 'amazon',
    endpoint: place?.endpoint ?? '',
    region: place?.region ?? '',
    bucket: place?.bucket ?? '',
    prefix: place?.prefix ?? '',
    // Other servers rarely have a name of their own for each bucket.
    pathStyle: place === null || place.endpoint === '' ? true : place.pathStyle,
    accessKeyId: '',
    secret: '',
    sessionToken: '',
  };
}

/** True when nothing that is needed is empty. All parts of a key may be, where one is kept. */
export function isBucketComplete(draft: BucketDraft, keepsKey: boolean): boolean {
  const filled = (text: string) => text.trim() !== '';
  const address = draft.kind === 'amazon' ? filled(draft.region) : filled(draft.endpoint);
  const [id, secret] = [filled(draft.accessKeyId), draft.secret !== ''];
  const isTyped = id || secret || draft.sessionToken !== '';
  const key = keepsKey && !isTyped ? true : id && secret;
  return filled(draft.label) && filled(draft.bucket) && address && key;
}

/** As the program takes it. Amazon's own buckets have no address of their own and their name in the host. */
export function placeOf(draft: BucketDraft, id: string | null, sessionOnly: boolean): SavePlace {
  const isOther = draft.kind === 'other';
  return {
    id,
    label: draft.label.trim(),
    endpoint: isOther ? draft.endpoint.trim() : '',
    region: draft.region.trim(),
    bucket: draft.bucket.trim(),
    prefix: draft.prefix.trim(),
    pathStyle: isOther && draft.pathStyle,
    accessKeyId: draft.accessKeyId.trim(),
    secret: draft.secret.trim(),
    sessionToken: draft.sessionToken.trim(),
    sessionOnly,
  };
}
