import { describe, expect, it } from 'vitest';
import type { IpcError, VendorReply } from '../ipc/error';
import type { VonageGrant } from './accountDraft';
import { explain } from './errors';
import { explainSignIn } from './signInErrors';

const reply: VendorReply = { status: 401, message: 'no', correlationId: null, errorCode: null };
const refused: IpcError = { code: 'unauthenticated', reply };

describe('a refused sign-in to Vonage', () => {
  it('is about what was signed in with', () => {
    const titles = (['password', 'code', 'token'] satisfies VonageGrant['kind'][]).map(
      (grant) => explainSignIn(refused, { vendor: 'vbc', grant }).title,
    );
    expect(new Set(titles).size).toBe(3);
  });

  it('is about the application when the vendor says so', () => {
    const error: IpcError = { code: 'unauthenticated', reply: { ...reply, errorCode: 'invalid_client' } };
    expect(explainSignIn(error, { vendor: 'vbc', grant: 'password' }).title).toMatch(/application/);
  });

  it('says that the region may be wrong when the service is not there', () => {
    expect(explainSignIn({ code: 'notFound', reply }, { vendor: 'vbc', grant: 'token' }).next).toMatch(
      /region/,
    );
  });

  it('keeps what the vendor said, and leaves all else as it is', () => {
    expect(
      explainSignIn(refused, { vendor: 'vbc', grant: 'code' }).details.map(({ value }) => value),
    ).toEqual(['401', 'no']);
    const locked: IpcError = { code: 'lockedOut', waitMs: null, reply };
    expect(explainSignIn(locked, { vendor: 'vbc', grant: 'password' })).toEqual(explain(locked));
  });
});

describe('a refused sign-in to Vobiz', () => {
  const attempt = { vendor: 'vobiz' } as const;

  it('has words of its own for the token, the right to read and the address', () => {
    const errors: IpcError[] = [
      refused,
      { code: 'permissionDenied', reply },
      { code: 'wrongAddress', reply },
    ];
    const explained = errors.map((error) => explainSignIn(error, attempt));
    expect(new Set(explained.map(({ title }) => title)).size).toBe(3);
    expect(new Set(explained.map(({ next }) => next)).size).toBe(3);
    for (const [at, { title }] of explained.entries()) expect(title).not.toBe(explain(errors[at]).title);
    expect(explainSignIn({ code: 'notFound', reply }, attempt).title).toBe(explained[2]?.title);
  });

  it('leaves all else as it is', () => {
    const offline: IpcError = { code: 'unreachable', obstacle: 'offline', what: 'No answer.' };
    expect(explainSignIn(offline, attempt)).toEqual(explain(offline));
  });
});
