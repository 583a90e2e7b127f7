/**
 * What an error means while an account is added or signed in to: the same code says more there than elsewhere, because it
 * is known what was asked and with which credentials.
 */
import type { IpcError } from '../ipc/error';
import { t } from '../strings/en';
import type { VendorCode, VonageGrant } from './accountDraft';
import { type Explanation, explain } from './errors';

/** What a sign-in was tried with. */
export type Attempt = { vendor: 'vobiz' } | { vendor: 'vbc'; grant: VonageGrant['kind'] };

export function attemptOf(vendor: VendorCode, grant: VonageGrant['kind']): Attempt {
  return vendor === 'vobiz' ? { vendor } : { vendor, grant };
}

/** The error in the words of that attempt. */
export function explainSignIn(error: IpcError, attempt: Attempt): Explanation {
  const general = explain(error);
  const special = wordsOf(error, attempt);
  return special === null ? general : { ...general, ...special, kept: t.accounts.refused.again };
}

function wordsOf(error: IpcError, attempt: Attempt): { title: string; next: string } | null {
  const words = t.accounts.refused;
  if (attempt.vendor === 'vobiz') return wordsOfVobiz(error);
  switch (error.code) {
    case 'unauthenticated':
      // OAuth (RFC 6749, 5.2): `invalid_client` is about the application, not about who signs in.
      return error.reply.errorCode === 'invalid_client' ? words.client : words[attempt.grant];
    case 'permissionDenied':
      return words.permission;
    // There is no recording to be missed yet: what is missing is the service.
    case 'wrongAddress':
    case 'notFound':
      return words.region;
    default:
      return null;
  }
}

function wordsOfVobiz(error: IpcError): { title: string; next: string } | null {
  const words = t.accounts.refused.vobiz;
  switch (error.code) {
    case 'unauthenticated':
      return words.token;
    case 'permissionDenied':
      return words.permission;
    // There is no recording to be missed yet: what is missing is the API.
    case 'wrongAddress':
    case 'notFound':
      return words.address;
    default:
      return null;
  }
}
