import { describe, expect, it } from 'vitest';
import type { PlaceView } from '../ipc/places';
import { type BucketDraft, isBucketComplete, newBucketDraft, placeOf } from './bucketDraft';

const KNOWN: PlaceView = {
  id: 'p1',
  label: 'Archive',
  address: 's3://calls/2026 at s3.example.com',
  endpoint: 'https://s3.example.com',
  region: '',
  bucket: 'calls',
  prefix: '2026',
  pathStyle: false,
  secret: 'keyring',
  copies: 3,
};

const amazon: BucketDraft = {
  ...newBucketDraft(null),
  label: ' Archive ',
  region: 'eu-central-1',
  bucket: 'calls',
  accessKeyId: 'AKIAEXAMPLE',
  secret: 's3cret',
};

describe('a bucket', () => {
  it('of Amazon needs a region, one elsewhere an address', () => {
    expect(isBucketComplete(amazon, false)).toBe(true);
    expect(isBucketComplete({ ...amazon, region: ' ' }, false)).toBe(false);
    expect(isBucketComplete({ ...amazon, kind: 'other' }, false)).toBe(false);
    expect(
      isBucketComplete({ ...amazon, kind: 'other', region: '', endpoint: 'https://s3.example.com' }, false),
    ).toBe(true);
    for (const missing of ['label', 'bucket', 'accessKeyId', 'secret'] as const)
      expect(isBucketComplete({ ...amazon, [missing]: '' }, false)).toBe(false);
  });

  it('that has a key keeps it unless both parts of another are typed', () => {
    const draft = newBucketDraft(KNOWN);
    expect(draft).toMatchObject({
      kind: 'other',
      bucket: 'calls',
      pathStyle: false,
      accessKeyId: '',
      secret: '',
    });
    expect(isBucketComplete(draft, true)).toBe(true);
    expect(isBucketComplete({ ...draft, accessKeyId: 'AKIAEXAMPLE' }, true)).toBe(false);
    expect(isBucketComplete({ ...draft, accessKeyId: 'AKIAEXAMPLE', secret: 's' }, true)).toBe(true);
    // A token belongs to one key, so it never comes alone.
    expect(isBucketComplete({ ...draft, sessionToken: 't' }, true)).toBe(false);
    expect(isBucketComplete(draft, false)).toBe(false);
  });

  it('goes to the program without what belongs to the other kind', () => {
    const typed = { ...amazon, endpoint: 'https://left.example.com', pathStyle: true };
    expect(placeOf(typed, null, false)).toEqual({
      id: null,
      label: 'Archive',
      endpoint: '',
      region: 'eu-central-1',
      bucket: 'calls',
      prefix: '',
      pathStyle: false,
      accessKeyId: 'AKIAEXAMPLE',
      secret: 's3cret',
      sessionToken: '',
      sessionOnly: false,
    });
    expect(placeOf({ ...typed, kind: 'other', sessionToken: ' t/k== ' }, 'p1', true)).toMatchObject({
      id: 'p1',
      endpoint: 'https://left.example.com',
      pathStyle: true,
      sessionToken: 't/k==',
      sessionOnly: true,
    });
  });
});
