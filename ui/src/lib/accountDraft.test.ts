import { describe, expect, it } from 'vitest';
import {
  isVobizComplete,
  isVonageComplete,
  newVobizDraft,
  newVonageDraft,
  requestOf,
  type VonageDraft,
  wholeNumber,
} from './accountDraft';

const vonage = (change: Partial<VonageDraft>, grant: Partial<VonageDraft['grant']> = {}): VonageDraft => {
  const fresh = newVonageDraft();
  return {
    ...fresh,
    clientId: 'key',
    clientSecret: 'secret',
    ...change,
    grant: { ...fresh.grant, username: 'ana', password: ' pass ', ...grant },
  };
};

describe('enough to ask the provider', () => {
  it('needs an id and a token at Vobiz', () => {
    expect(isVobizComplete(newVobizDraft())).toBe(false);
    expect(isVobizComplete({ ...newVobizDraft(), authId: 'MA_1', authToken: ' ' })).toBe(false);
    expect(isVobizComplete({ ...newVobizDraft(), authId: 'MA_1', authToken: 'x' })).toBe(true);
  });

  it.each<[string, boolean, VonageDraft]>([
    ['user and password', true, vonage({})],
    ['a password missing', false, vonage({}, { password: '' })],
    ['an application key missing', false, vonage({ clientId: ' ' })],
    ['the browser', true, vonage({}, { kind: 'code' })],
    ['the browser without a callback', false, vonage({}, { kind: 'code', redirectUri: '' })],
    [
      'a token needs no application',
      true,
      vonage({ clientId: '', clientSecret: '' }, { kind: 'token', accessToken: 'x' }),
    ],
    ['a token with an odd life', false, vonage({}, { kind: 'token', accessToken: 'x', expiresInS: '1 day' })],
    ['addresses of its own, missing', false, vonage({ region: 'custom' })],
    [
      'addresses of its own',
      true,
      vonage({ region: 'custom', serviceBase: 'https://a', tokenUrl: 'https://b' }),
    ],
    ['a quota of nothing', false, vonage({ requestsPerMin: '0' })],
    ['a page beyond the API', false, vonage({ pageSize: '101' })],
  ])('Vonage: %s → %s', (_, complete, draft) => {
    expect(isVonageComplete(draft)).toBe(complete);
  });

  it('reads whole numbers only', () => {
    expect(wholeNumber(' 10 ', 100)).toBe(10);
    for (const text of ['', '0', '-1', '1.5', '1e2', '101', 'ten']) expect(wholeNumber(text, 100)).toBeNull();
  });
});

describe('what is sent', () => {
  it('is the chosen sign-in alone, with a password as it was typed', () => {
    const draft = vonage({ label: ' Office ' }, { accessToken: 'left over' });
    const request = requestOf(draft, false);
    expect(request).toMatchObject({ label: 'Office', clientSecret: 'secret', pageSize: 100 });
    expect(request.grant).toEqual({ kind: 'password', username: 'ana', password: ' pass ' });
    expect(JSON.stringify(request)).not.toContain('left over');
  });

  it('holds no application with a token, and no addresses of a region that has its own', () => {
    const draft = vonage({ serviceBase: 'https://elsewhere' }, { kind: 'token', accessToken: ' x ' });
    const request = requestOf(draft, true);
    expect(request.profile).toMatchObject({ region: 'default', serviceBase: '', clientId: '' });
    expect(request.clientSecret).toBe('');
    expect(request.grant).toEqual({ kind: 'token', accessToken: 'x', expiresInS: null });
  });
});
