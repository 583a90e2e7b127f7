/** What a download has to fetch, as far as anybody can tell. Pure. */
import type { TransferPlan } from '../ipc/saving';
import { t } from '../strings/en';
import { formatBytes } from './format';

/** In bytes, estimated where the provider does not say; null when nothing lets it be estimated. */
export function neededBytes(plan: TransferPlan): number | null {
  return plan.estimatedBytes ?? (plan.unknownSize === 0 ? plan.knownBytes : null);
}

/** In words: an estimate says that it is one. */
export function neededText(plan: TransferPlan): string {
  const words = t.transfers.download;
  if (plan.unknownSize === 0) return words.sizeKnown(formatBytes(plan.knownBytes));
  const bytes = neededBytes(plan);
  return bytes === null ? words.sizeUnknown : words.sizeEstimated(formatBytes(bytes));
}
