/** What many recordings amount to, in words: how many, how long, how large, at what price. Unknown parts are said. */
import { formatBytes, formatTotalLength } from '../lib/format';
import { t } from '../strings/en';
import { priceText } from './cells';

/** Totals as a search and a selection both have them. */
interface Totals {
  count: number;
  durationMs: number;
  knownBytes: number;
  unknownSizeCount: number;
  monthlyCost: number;
  unknownCostCount: number;
}

export interface Amount {
  count: string;
  length: string;
  size: string;
  sizeHint: string | undefined;
  /** Null when no price is known at all. */
  cost: string | null;
  costHint: string;
}

export function amountOf(totals: Totals): Amount {
  const { count, unknownSizeCount, unknownCostCount } = totals;
  const words = t.library.selection;
  const bytes = formatBytes(totals.knownBytes);
  const price = t.library.aMonth(priceText(totals.monthlyCost));
  return {
    count: t.common.recordings(count),
    length: formatTotalLength(totals.durationMs),
    size:
      unknownSizeCount === 0 ? bytes : totals.knownBytes === 0 ? words.sizeUnknown : words.sizePartly(bytes),
    sizeHint: unknownSizeCount === 0 ? undefined : words.sizePartlyHint(unknownSizeCount),
    cost: unknownCostCount === count ? null : unknownCostCount > 0 ? t.library.over(price) : price,
    costHint: t.library.aMonthHint(unknownCostCount),
  };
}
