/** How long a sign-in holds, and when a person should know that it will not hold for long. Pure. */
import type { TokenView } from '../ipc/accounts';
import { t } from '../strings/en';
import { formatEstimate } from './format';

/** A sign-in that ends for good within this time is worth a word. */
const SOON_MS = 2 * 3_600_000;

/** Null when there is nothing to do: it renews itself, nobody knows its end, or the end is far. */
export function tokenTrouble(token: TokenView | null, nowMs: number): 'soon' | 'ended' | null {
  if (token === null || token.renewsItself || token.endsAtMs === null) return null;
  if (token.endsAtMs <= nowMs) return 'ended';
  return token.endsAtMs - nowMs <= SOON_MS ? 'soon' : null;
}

/** One sentence about it; `when` says an instant as a person reads it. */
export function describeToken(token: TokenView, nowMs: number, when: (atMs: number) => string): string {
  const words = t.accounts.facts.token;
  const { endsAtMs, renewsItself } = token;
  if (endsAtMs === null) return renewsItself ? words.renews : words.unknown;
  if (renewsItself) return endsAtMs > nowMs ? words.renewsAt(when(endsAtMs)) : words.renews;
  return endsAtMs > nowMs ? words.endsAt(when(endsAtMs)) : words.endedAt(when(endsAtMs));
}

/** The warning of an account whose sign-in ends, or has ended. */
export function tokenWarning(label: string, token: TokenView | null, nowMs: number): string | null {
  const words = t.accounts.facts.token;
  const trouble = tokenTrouble(token, nowMs);
  if (trouble === null || token?.endsAtMs == null) return null;
  return trouble === 'ended' ? words.ended(label) : words.soon(label, formatEstimate(token.endsAtMs - nowMs));
}
