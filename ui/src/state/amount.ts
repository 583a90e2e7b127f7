/** What many recordings amount to, in words: how many, how long, how large, at what price. Unknown parts are said. */
import { formatBytes, formatTotalLength } from '../lib/format';
import { t } from '../strings/en';
import { priceText } from './cells';

/** Totals as a search and a selection both have them. */
interface Totals {
  count: number;
  durationMs: number;
  unknownDurationCount: number;
  knownBytes: number;
  unknownSizeCount: number;
  monthlyCost: number;
  unknownCostCount: number;
}

export interface Amount {
  count: string;
  length: string;
  lengthHint: string | undefined;
  size: string;
  sizeHint: string | undefined;
  cost: string;
  costHint: string;
}

export function amountOf(totals: Totals): Amount {
  const { count, unknownDurationCount, unknownSizeCount, unknownCostCount } = totals;
  const words = t.library.selection;
  const bytes = formatBytes(totals.knownBytes);
  const price = priceText(totals.monthlyCost);
  return {
    count: t.common.recordings(count),
    length:
      unknownDurationCount === 0
        ? formatTotalLength(totals.durationMs)
        : unknownDurationCount === count
          ? words.lengthUnknown
          : t.library.over(formatTotalLength(totals.durationMs)),
    lengthHint: unknownDurationCount === 0 ? undefined : words.lengthPartlyHint(unknownDurationCount),
    size:
      unknownSizeCount === 0 ? bytes : totals.knownBytes === 0 ? words.sizeUnknown : words.sizePartly(bytes),
    sizeHint: unknownSizeCount === 0 ? undefined : words.sizePartlyHint(unknownSizeCount),
    cost:
      unknownCostCount === count && count > 0
        ? words.costUnknown
        : t.library.aMonth(unknownCostCount === 0 ? price : t.library.over(price)),
    costHint: t.library.aMonthHint(unknownCostCount),
  };
}
