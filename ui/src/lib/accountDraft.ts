/**
 * What a person has typed so far in *Add account*, and whether it is enough to ask the provider. The rules themselves are
 * the program's; here stands only what keeps a button from being pressed too early.
 */

import type { AddVbcAccount, VbcGrant, VbcProfile } from '../ipc/accounts';

/** A provider, as the wire names it. */
export type VendorCode = 'vobiz' | 'vbc';

/** The most recordings a request may ask for. */
export const MOST_PAGE = 100;
/** The highest quota Vonage offers an application is not documented; this is above all that are known. */
export const MOST_REQUESTS = 6000;

export interface VobizDraft {
  label: string;
  authId: string;
  authToken: string;
  baseUrl: string;
  pageSize: string;
}

/** One sign-in to Vonage. All kinds keep their text while another one is looked at. */
export interface VonageGrant {
  kind: 'password' | 'code' | 'token';
  username: string;
  password: string;
  redirectUri: string;
  accessToken: string;
  /** Seconds, as text; empty when not known. */
  expiresInS: string;
}

export interface VonageDraft {
  label: string;
  region: 'default' | 'india' | 'custom';
  serviceBase: string;
  tokenUrl: string;
  authorizeUrl: string;
  provisioningBase: string;
  clientId: string;
  clientSecret: string;
  grant: VonageGrant;
  pageSize: string;
  requestsPerMin: string;
}

/** The addresses of a region of one's own, in the order in which they are asked for. */
export const ADDRESSES = ['serviceBase', 'tokenUrl', 'authorizeUrl', 'provisioningBase'] as const;

/** The inputs of each form, by the names under which the program blames them. */
export const FIELDS: Record<VendorCode, readonly string[]> = {
  vobiz: ['authId', 'authToken', 'label', 'baseUrl', 'pageSize'],
  vbc: [
    'label',
    'region',
    ...ADDRESSES,
    'clientId',
    'clientSecret',
    'username',
    'password',
    'redirectUri',
    'accessToken',
    'expiresInS',
    'pageSize',
    'requestsPerMin',
  ],
};

export function newVobizDraft(): VobizDraft {
  return { label: '', authId: '', authToken: '', baseUrl: '', pageSize: '100' };
}

export function newGrant(): VonageGrant {
  // Vonage's own pages suggest http://localhost; a port spares the rights that port 80 needs.
  return {
    kind: 'password',
    username: '',
    password: '',
    redirectUri: 'http://localhost:53682/callback',
    accessToken: '',
    expiresInS: '',
  };
}

export function newVonageDraft(): VonageDraft {
  return {
    label: '',
    region: 'default',
    serviceBase: '',
    tokenUrl: '',
    authorizeUrl: '',
    provisioningBase: '',
    clientId: '',
    clientSecret: '',
    grant: newGrant(),
    pageSize: '100',
    requestsPerMin: '10',
  };
}

/** The longest life of a token that makes sense to type: a year, in seconds. */
export const MOST_EXPIRES_S = 31_536_000;

/** A whole number from 1 to `most`, or null. */
export function wholeNumber(text: string, most: number): number | null {
  if (!/^\d{1,9}$/.test(text.trim())) return null;
  const value = Number(text);
  return value >= 1 && value <= most ? value : null;
}

/** A pasted token needs no application: nothing is asked from the token address. */
export function needsKeys(draft: VonageDraft): boolean {
  return draft.grant.kind !== 'token';
}

/** An unknown life of a token is fine, an unreadable one is not. */
export function isExpiryReadable(grant: VonageGrant): boolean {
  return grant.expiresInS.trim() === '' || wholeNumber(grant.expiresInS, MOST_EXPIRES_S) !== null;
}

/** True when all that the sign-in itself needs is there. */
export function isGrantComplete(grant: VonageGrant): boolean {
  switch (grant.kind) {
    case 'password':
      return grant.username.trim() !== '' && grant.password !== '';
    case 'code':
      return grant.redirectUri.trim() !== '';
    case 'token':
      return grant.accessToken.trim() !== '' && isExpiryReadable(grant);
  }
}

export function isVobizComplete(draft: VobizDraft): boolean {
  return draft.authId.trim() !== '' && draft.authToken.trim() !== '';
}

export function isVonageComplete(draft: VonageDraft): boolean {
  const keys = !needsKeys(draft) || (draft.clientId.trim() !== '' && draft.clientSecret.trim() !== '');
  const { grant } = draft;
  const addresses =
    draft.region !== 'custom' ||
    (draft.serviceBase.trim() !== '' &&
      (grant.kind === 'token' || draft.tokenUrl.trim() !== '') &&
      (grant.kind !== 'code' || draft.authorizeUrl.trim() !== ''));
  const numbers =
    wholeNumber(draft.pageSize, MOST_PAGE) !== null &&
    wholeNumber(draft.requestsPerMin, MOST_REQUESTS) !== null;
  return keys && addresses && numbers && isGrantComplete(grant);
}

/** The profile of an account as the program takes it. The addresses count for a region of one's own alone. */
export function profileOf(draft: VonageDraft): VbcProfile {
  const own = (text: string) => (draft.region === 'custom' ? text.trim() : '');
  return {
    region: draft.region,
    serviceBase: own(draft.serviceBase),
    provisioningBase: own(draft.provisioningBase),
    tokenUrl: own(draft.tokenUrl),
    authorizeUrl: own(draft.authorizeUrl),
    clientId: needsKeys(draft) ? draft.clientId.trim() : '',
    requestsPerMin: Number(draft.requestsPerMin),
  };
}

/** The chosen sign-in alone, as the program takes it. A password is sent as it is: spaces may belong to it. */
export function grantOf(grant: VonageGrant): VbcGrant {
  switch (grant.kind) {
    case 'password':
      return { kind: 'password', username: grant.username.trim(), password: grant.password };
    case 'code':
      return { kind: 'code', redirectUri: grant.redirectUri.trim() };
    case 'token':
      return {
        kind: 'token',
        accessToken: grant.accessToken.trim(),
        expiresInS: wholeNumber(grant.expiresInS, MOST_EXPIRES_S),
      };
  }
}

/** Everything that was typed, as the program takes it. */
export function requestOf(draft: VonageDraft, sessionOnly: boolean): AddVbcAccount {
  return {
    label: draft.label.trim(),
    profile: profileOf(draft),
    clientSecret: needsKeys(draft) ? draft.clientSecret.trim() : '',
    grant: grantOf(draft.grant),
    pageSize: Number(draft.pageSize),
    sessionOnly,
  };
}

/** Forgets what is secret once it is not needed any more. */
export function forgetSecrets(grant: VonageGrant): void {
  grant.password = '';
  grant.accessToken = '';
}
