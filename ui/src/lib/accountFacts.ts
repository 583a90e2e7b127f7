/** How the facts of an account read: the provider's name, the pace of its requests, how long a sign-in holds. */
import type { AccountView, BalanceView, FeatureName, PaceView } from '../ipc/accounts';
import type { SyncProgress } from '../ipc/events';
import { t } from '../strings/en';
import { formatEstimate } from './format';
import { tokenTrouble } from './tokenLife';

/** The provider as a person knows it; a code nobody knows stays as it is. */
export function vendorName(vendor: string): string {
  const names: Readonly<Record<string, string>> = t.accounts.vendors;
  return names[vendor] ?? vendor;
}

/** One or more sentences that say how fast requests go and why. */
export function describePace(pace: PaceView): string {
  const words = t.accounts.facts;
  const sentences = [pace.limitPerMin === null ? words.paceFree : words.paceLimit(pace.limitPerMin)];
  if (pace.waiting > 0) sentences.push(words.paceWaiting(pace.waiting));
  if (pace.nextInMs !== null && pace.nextInMs > 0)
    sentences.push(words.paceNext(formatEstimate(pace.nextInMs)));
  if (pace.why !== null) sentences.push(pace.why);
  return sentences.join(' ');
}

/** The least time that so many requests take under a quota. */
export function leastTimeMs(requests: number, perMinute: number): number {
  return Math.ceil(requests / perMinute) * 60_000;
}

/**
 * Whether an account may do something: yes, no with the reason, or null when nobody has asked. What nobody has asked is
 * offered, because only the provider knows.
 */
export function capabilityOf(account: AccountView, feature: FeatureName): boolean | null {
  return account.capabilities.find((known) => known.feature === feature)?.available ?? null;
}

/**
 * Whether nobody speaks for the account at the provider any more, or not for long: its secret is missing, its sign-in ends,
 * or the last sync was refused. Otherwise its credentials can only be replaced.
 */
export function needsSignIn(
  { secret, token }: Pick<AccountView, 'secret' | 'token'>,
  lastSync: SyncProgress | undefined,
  nowMs: number,
): boolean {
  if (secret === 'missing' || tokenTrouble(token, nowMs) !== null) return true;
  if (lastSync?.state !== 'failed') return false;
  return lastSync.error.code === 'signInNeeded' || lastSync.error.code === 'unauthenticated';
}

/** Whether the provider can export for this account, in its own way. */
export function mayExport(account: AccountView): boolean {
  return capabilityOf(account, account.vendor === 'vbc' ? 'exportJobs' : 'emailExport') !== false;
}

/** Whether the provider may have records of this account's calls. Vonage keeps none that go with a recording. */
export function mayHaveCallRecords(account: AccountView): boolean {
  return account.vendor === 'vobiz' && capabilityOf(account, 'callRecords') !== false;
}

/** `1,240.50 INR`: the code stays as the vendor gives it, because what it means there is the vendor's affair. */
export function formatMoney({ available, currency }: BalanceView): string {
  return `${money.format(available)} ${currency}`.trim();
}

const money = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
