import { describe, expect, it } from 'vitest';
import type { IpcError, VendorReply } from '../ipc/error';
import { explain, isIpcError, problemOf, replyDetails, toIpcError } from './errors';

const reply: VendorReply = {
  status: 502,
  message: 'upstream <b>down</b>',
  correlationId: 'api-1',
  errorCode: null,
};

const ALL: IpcError[] = [
  { code: 'unauthenticated', reply },
  { code: 'lockedOut', waitMs: null, reply },
  { code: 'permissionDenied', reply },
  { code: 'notSubscribed', reply },
  { code: 'wrongAddress', reply },
  { code: 'notFound', reply },
  { code: 'rateLimited', retryAfterMs: null, reply },
  { code: 'busy', reply },
  { code: 'unreachable', obstacle: 'offline', what: 'dns' },
  { code: 'unreachable', obstacle: 'refused', what: 'port' },
  { code: 'unreachable', obstacle: 'timedOut', what: 'slow' },
  { code: 'unreachable', obstacle: 'tlsAuthority', what: 'self-signed' },
  { code: 'unreachable', obstacle: 'tlsName', what: 'somebody else' },
  { code: 'unreachable', obstacle: 'tlsOutdated', what: 'TLS 1.1' },
  { code: 'unreachable', obstacle: 'tlsRefused', what: 'alert 40' },
  { code: 'unreachable', obstacle: 'tlsCut', what: 'hung up' },
  { code: 'unreachable', obstacle: 'tlsPlain', what: 'HTTP' },
  { code: 'unreachable', obstacle: 'tls', what: 'revoked' },
  { code: 'unreachable', obstacle: 'clock', what: 'expired' },
  { code: 'unreachable', obstacle: 'proxy', what: '407' },
  { code: 'unreachable', obstacle: 'broken', what: 'reset' },
  { code: 'unreachable', obstacle: 'other', what: 'odd' },
  { code: 'rejected', reply },
  { code: 'vendorFailed', reply },
  { code: 'badReply', what: 'no objects', reply },
  { code: 'invalid', field: 'label', what: 'Too long.' },
  { code: 'keyringUnavailable', reason: 'locked', what: 'org.freedesktop.Secret' },
  { code: 'signInNeeded', accountId: 'a' },
  { code: 'noSound', what: 'no device' },
  { code: 'notAudio', what: 'It is an HTML page.' },
  { code: 'diskFull', folder: '/calls', freeBytes: null },
  { code: 'fileFailed', path: '/calls/x.part', what: 'Permission denied' },
  { code: 'indexFailed', what: 'malformed' },
  { code: 'stale', what: 'Snapshot 3 is not kept any more.' },
  { code: 'cancelled' },
  { code: 'internal', what: 'oops' },
];

describe('explain', () => {
  it.each(ALL)('$code says what happened, what was kept and what to do', (error) => {
    const explanation = explain(error);
    expect(explanation.code).toBe(error.code);
    for (const words of [explanation.title, explanation.kept, explanation.next]) {
      expect(words.trim()).not.toBe('');
      expect(words).not.toMatch(/undefined|null|\[object/);
    }
  });

  it('gives each code and each obstacle words of its own', () => {
    expect(new Set(ALL.map((error) => explain(error).title)).size).toBe(ALL.length);
    const obstacles = ALL.filter(({ code }) => code === 'unreachable');
    expect(new Set(obstacles.map((error) => explain(error).next)).size).toBe(obstacles.length);
  });

  it('keeps the vendor’s words and the correlation id for the details', () => {
    const values = explain({ code: 'vendorFailed', reply }).details.map(({ value }) => value);
    expect(values).toEqual(['502', 'upstream <b>down</b>', 'api-1']);
  });

  it('says how long to wait when the vendor does', () => {
    const explanation = explain({ code: 'rateLimited', retryAfterMs: 41_000, reply });
    expect(explanation.waitMs).toBe(41_000);
    expect(explanation.next).toBe('Try again in 45 s.');
    expect(explanation.turn).toBe('wait');
  });

  it('says how long a user is locked out when that is known', () => {
    const explanation = explain({ code: 'lockedOut', waitMs: 1_800_000, reply });
    expect(explanation.next).toMatch(/at least 30 min/);
    expect(explanation.turn).toBe('wait');
    expect(explanation.kept).toMatch(/does not try again/);
  });

  it('takes anything that was thrown', () => {
    expect(explain(new TypeError('x is not a function')).details[0]?.value).toBe('x is not a function');
    expect(toIpcError('text')).toEqual({ code: 'internal', what: 'text' });
    expect(isIpcError(null)).toBe(false);
    expect(isIpcError({ code: 3 })).toBe(false);
  });
});

it('blames the input that an error names, and no other', () => {
  const error: IpcError = { code: 'invalid', field: 'label', what: 'Too long.' };
  expect(problemOf(error, 'label')).toBe('Too long.');
  expect(problemOf(error, 'authId')).toBeNull();
  expect(problemOf({ code: 'cancelled' }, 'label')).toBeNull();
  expect(problemOf(null, 'label')).toBeNull();
});

it('shows only what a reply has', () => {
  expect(replyDetails({ status: null, message: null, correlationId: null, errorCode: null })).toEqual([]);
  expect(replyDetails(null)).toEqual([]);
});
