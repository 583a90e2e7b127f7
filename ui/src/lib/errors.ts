/**
 * Turns an error of the backend into what a person reads: what happened, what was kept, what to do, and the vendor's
 * own words for the details. Decides by `code` alone, never by text.
 */
import type { IpcError, ObstacleName, VendorReply } from '../ipc/error';
import { t } from '../strings/en';
import { formatBytes, formatEstimate } from './format';

const words = t.errors;

/** One line of the details: a name and a text from elsewhere (untrusted). */
export interface Detail {
  label: string;
  value: string;
}

/** An error, explained. */
export interface Explanation {
  code: IpcError['code'];
  /** What happened. */
  title: string;
  /** The reason in a sentence, when the error carries one that is worth reading at once. */
  what: string | null;
  /** What was kept. */
  kept: string;
  /** What to do. */
  next: string;
  /** How long to wait before trying again makes sense, if the vendor said so. */
  waitMs: number | null;
  /** Whose turn it is: correct the input, wait, or look into the log. */
  turn: 'fix' | 'wait' | 'ours';
  details: Detail[];
}

/** True when it is one of the backend's own errors. */
export function isIpcError(error: unknown): error is IpcError {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
}

/** Anything that was thrown, as an error of the backend. */
export function toIpcError(error: unknown): IpcError {
  if (isIpcError(error)) return error;
  return { code: 'internal', what: error instanceof Error ? error.message : String(error) };
}

/** The rule that an input breaks, when the error is about that input. */
export function problemOf(error: IpcError | null, field: string): string | null {
  return error?.code === 'invalid' && error.field === field ? error.what : null;
}

/** The details of a vendor's reply: only what it has. */
export function replyDetails(reply: VendorReply | null): Detail[] {
  if (reply === null) return [];
  const details: Detail[] = [];
  if (reply.status !== null) details.push({ label: t.common.status, value: String(reply.status) });
  if (reply.errorCode) details.push({ label: t.common.errorCode, value: reply.errorCode });
  if (reply.message) details.push({ label: t.common.vendorMessage, value: reply.message });
  if (reply.correlationId) details.push({ label: t.common.correlationId, value: reply.correlationId });
  return details;
}

/** Explains an error. */
export function explain(error: unknown): Explanation {
  const known = toIpcError(error);
  return { ...base(known), code: known.code };
}

/** Most obstacles pass by themselves; these want somebody to set something right. */
const TURNS: Record<ObstacleName, Explanation['turn']> = {
  offline: 'wait',
  refused: 'wait',
  timedOut: 'wait',
  broken: 'wait',
  other: 'wait',
  tlsAuthority: 'fix',
  tlsName: 'fix',
  tlsOutdated: 'fix',
  tlsRefused: 'fix',
  tlsCut: 'fix',
  tlsPlain: 'fix',
  tls: 'fix',
  clock: 'fix',
  proxy: 'fix',
};

type Base = Omit<Explanation, 'code'>;

function make(turn: Base['turn'], title: string, next: string, more: Partial<Base> = {}): Base {
  return { turn, title, next, what: null, kept: words.nothingChanged, waitMs: null, details: [], ...more };
}

function base(error: IpcError): Base {
  switch (error.code) {
    case 'unauthenticated':
    case 'permissionDenied':
    case 'rejected':
      return make('fix', words[error.code].title, words[error.code].next, {
        what: error.code === 'rejected' ? error.reply.message : null,
        details: replyDetails(error.reply),
      });
    case 'notFound':
      return make('fix', words.notFound.title, words.notFound.next, {
        kept: words.notFound.kept,
        details: replyDetails(error.reply),
      });
    case 'wrongAddress':
      return make('fix', words.wrongAddress.title, words.wrongAddress.next, {
        details: replyDetails(error.reply),
      });
    case 'notSubscribed':
      return make('fix', words.notSubscribed.title, words.notSubscribed.next, {
        details: replyDetails(error.reply),
      });
    case 'lockedOut': {
      const { waitMs } = error;
      const next = waitMs === null ? words.lockedOut.next : words.lockedOut.nextAt(formatEstimate(waitMs));
      return make('wait', words.lockedOut.title, next, {
        what: words.lockedOut.what,
        kept: words.lockedOut.kept,
        waitMs,
        details: replyDetails(error.reply),
      });
    }
    case 'busy':
      return make('wait', words.busy.title, words.busy.next, { details: replyDetails(error.reply) });
    case 'rateLimited': {
      const waitMs = error.retryAfterMs;
      return make(
        'wait',
        words.rateLimited.title,
        waitMs === null ? words.rateLimited.next : words.rateLimited.nextIn(formatEstimate(waitMs)),
        { waitMs, kept: words.receivedKept, details: replyDetails(error.reply) },
      );
    }
    case 'unreachable': {
      const { title, next } = words.unreachable[error.obstacle];
      return make(TURNS[error.obstacle], title, next, { what: error.what, kept: words.nothingLost });
    }
    case 'vendorFailed':
      return make('wait', words.vendorFailed.title, words.vendorFailed.next, {
        kept: words.nothingLost,
        details: replyDetails(error.reply),
      });
    case 'badReply':
      return make('ours', words.badReply.title, words.badReply.next, {
        what: error.what,
        kept: words.nothingLost,
        details: replyDetails(error.reply),
      });
    case 'invalid':
      return make('fix', words.invalid.title, words.invalid.next, {
        what: error.what,
        kept: words.invalid.kept,
      });
    case 'keyringUnavailable':
      return make('fix', words.keyring.title[error.reason], words.keyring.next[error.reason], {
        kept: words.keyring.kept,
        details: cause(error.what),
      });
    case 'signInNeeded':
      return make('fix', words.signInNeeded.title, words.signInNeeded.next, {
        kept: words.signInNeeded.kept,
      });
    default:
      return local(error);
  }
}

/** Errors of this computer. */
function local(error: Extract<IpcError, { code: LocalCode }>): Base {
  switch (error.code) {
    case 'noSound':
      return make('fix', words.noSound.title, words.noSound.next, {
        kept: words.noSound.kept,
        details: cause(error.what),
      });
    case 'notAudio':
      return make('wait', words.notAudio.title, words.notAudio.next, {
        what: error.what,
        kept: words.notAudio.kept,
      });
    case 'diskFull':
      return make('fix', words.diskFull.title, words.diskFull.next(error.folder), {
        kept: words.diskFull.kept,
        details:
          error.freeBytes === null
            ? []
            : [{ label: words.diskFull.free, value: formatBytes(error.freeBytes) }],
      });
    case 'fileFailed':
      return make('fix', words.fileFailed.title, words.fileFailed.next, {
        what: error.what,
        kept: words.fileFailed.kept,
        details: [{ label: t.common.path, value: error.path }],
      });
    case 'indexFailed':
      return make('ours', words.indexFailed.title, words.indexFailed.next, {
        kept: words.indexFailed.kept,
        details: cause(error.what),
      });
    case 'stale':
      return make('fix', words.stale.title, words.stale.next, { what: error.what });
    case 'cancelled':
      return make('fix', words.cancelled.title, words.cancelled.next, { kept: words.receivedKept });
    case 'internal':
      return make('ours', words.internal.title, words.internal.next, {
        kept: words.nothingLost,
        details: cause(error.what),
      });
  }
}

type LocalCode =
  | 'noSound'
  | 'notAudio'
  | 'diskFull'
  | 'fileFailed'
  | 'indexFailed'
  | 'stale'
  | 'cancelled'
  | 'internal';

function cause(what: string): Detail[] {
  return [{ label: t.common.cause, value: what }];
}
