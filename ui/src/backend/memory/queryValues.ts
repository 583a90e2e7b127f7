/** The values behind the tokens of a query: lengths, sizes, ages, dates and ranges of them. */
import { civilDate, civilTime } from '../../lib/format';

/** What "today" is. */
export interface Clock {
  nowMs: number;
  timeZone: string;
}

export interface Range {
  from: number;
  to: number;
}

export const DAY_MS = 86_400_000;

export function seconds(text: string): number | null {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  if (/^\d+ms$/.test(text)) return Number(text.slice(0, -2)) / 1000;
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  return parts === null || text === ''
    ? null
    : Number(parts[1] ?? 0) * 3600 + Number(parts[2] ?? 0) * 60 + Number(parts[3] ?? 0);
}

export function bytes(text: string): number | null {
  const parts = /^(\d+(?:\.\d+)?)(b|kb|mb|gb)?$/.exec(text);
  const unit = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9 }[parts?.[2] ?? 'b'] ?? 1;
  return parts === null ? null : Number(parts[1]) * unit;
}

export const days = (text: string) => (/^\d+d?$/.test(text) ? Number(text.replace('d', '')) : null);
export const plain = (text: string) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : null);

/** `>5`, `<=5`, `2..10`, `5`; each end by `read`. */
export function range(value: string, read: (text: string) => number | null): Range | null {
  const [, sign = '', rest = ''] = /^(>=|<=|>|<)?(.*)$/.exec(value.toLowerCase()) ?? [];
  if (sign === '' && rest.includes('..')) {
    const [low = '', high = ''] = rest.split('..');
    const from = low === '' ? Number.NEGATIVE_INFINITY : read(low);
    const to = high === '' ? Number.POSITIVE_INFINITY : read(high);
    return from === null || to === null || low + high === '' ? null : { from, to };
  }
  const at = read(rest);
  if (at === null) return null;
  const step = 1e-9 + Math.abs(at) * 1e-12;
  if (sign === '>') return { from: at + step, to: Number.POSITIVE_INFINITY };
  if (sign === '>=') return { from: at, to: Number.POSITIVE_INFINITY };
  if (sign === '<') return { from: Number.NEGATIVE_INFINITY, to: at - step };
  if (sign === '<=') return { from: Number.NEGATIVE_INFINITY, to: at };
  return { from: at, to: at };
}

export const within = (found: Range, value: number | null) =>
  value !== null && value >= found.from && value <= found.to;

/** Days as text, `2026-05-31`, compare as text does. */
export function dateTest(value: string, { nowMs, timeZone }: Clock): ((day: string) => boolean) | null {
  const word = (text: string): string | null => {
    if (text === 'today') return civilDate(civilTime(nowMs, timeZone));
    if (text === 'yesterday') return civilDate(civilTime(nowMs - DAY_MS, timeZone));
    return /^\d{4}(-\d\d(-\d\d)?)?$/.test(text) ? text : null;
  };
  const [, sign = '', rest = ''] = /^(>=|<=|>|<)?(.*)$/.exec(value.toLowerCase()) ?? [];
  const [low = '', high] = rest.split('..');
  const first = word(low);
  if (high !== undefined) {
    const last = high === '' ? '9999' : word(high);
    if (last === null || (low !== '' && first === null)) return null;
    return (day) => day >= (first ?? '') && day.slice(0, last.length) <= last;
  }
  if (first === null) return null;
  if (sign === '>') return (day) => day.slice(0, first.length) > first;
  if (sign === '>=') return (day) => day >= first;
  if (sign === '<') return (day) => day < first;
  if (sign === '<=') return (day) => day.slice(0, first.length) <= first;
  return (day) => day.startsWith(first);
}
