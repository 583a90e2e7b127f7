import { describe, expect, it } from 'vitest';
import type { IpcError, VendorReply } from '../ipc/error';
import { explain, isIpcError, problemOf, replyDetails, toIpcError } from './errors';

const reply: VendorReply = { status: 502, message: 'upstream <b>down</b>', correlationId: 'api-1' };

const ALL: IpcError[] = [
  { code: 'unauthenticated', reply },
  { code: 'permissionDenied', reply },
  { code: 'notFound', reply },
  { code: 'rateLimited', retryAfterMs: null, reply },
  { code: 'busy', reply },
  { code: 'unreachable', what: 'dns' },
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

  it('gives each code words of its own', () => {
    expect(new Set(ALL.map((error) => explain(error).title)).size).toBe(ALL.length);
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
  expect(replyDetails({ status: null, message: null, correlationId: null })).toEqual([]);
  expect(replyDetails(null)).toEqual([]);
});
