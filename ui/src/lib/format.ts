/**
 * How lengths, sizes, counts and instants read. Pure functions; the time zone and the present instant are passed in, so
 * that the same call reads the same in a test. Everything unknown is an en dash, never a zero.
 */

import { t } from '../strings/en';
import { aheadOfUtc } from './zone';

/** What stands where a value is not known. */
export const UNKNOWN = '–';

const counts = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `12,480`. */
export function formatCount(count: number): string {
  return counts.format(count);
}

/** `12:08` or `1:02:33`; rounds to the nearest second. */
export function formatClock(durationMs: number | null): string {
  if (durationMs === null) return UNKNOWN;
  const { hours, minutes, seconds } = split(durationMs);
  const ss = seconds.toString().padStart(2, '0');
  return hours > 0 ? `${hours}:${minutes.toString().padStart(2, '0')}:${ss}` : `${minutes}:${ss}`;
}

/** `12 min 8 s`, `3 h 20 min`: for sentences and for screen readers. Seconds are left out from one hour on. */
export function formatLength(durationMs: number | null): string {
  if (durationMs === null) return UNKNOWN;
  const { hours, minutes, seconds } = split(durationMs);
  if (hours > 0) return minutes > 0 ? `${formatCount(hours)} h ${minutes} min` : `${formatCount(hours)} h`;
  if (minutes > 0) return seconds > 0 ? `${minutes} min ${seconds} s` : `${minutes} min`;
  return `${seconds} s`;
}

/** `41 min`: a total of many calls, where seconds say nothing. */
export function formatTotalLength(durationMs: number): string {
  if (durationMs < 60_000) return formatLength(durationMs);
  return formatLength(Math.round(durationMs / 60_000) * 60_000);
}

/** `18 MB` in decimal units, as file managers and vendors count. Three significant figures at most. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return UNKNOWN;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
  let value = bytes;
  let unit = 0;
  // 999.5 would round to 1000 of the smaller unit, so it already belongs to the next one.
  while (unit < units.length - 1 && value >= 999.5) {
    value /= 1000;
    unit += 1;
  }
  const decimals = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  const text = value.toFixed(decimals).replace(/\.?0+$/, decimals === 0 ? '$&' : '');
  return `${text} ${units[unit] ?? 'TB'}`;
}

/** `1.2 MB/s`. */
export function formatRate(bytesPerS: number | null): string {
  return bytesPerS === null ? UNKNOWN : `${formatBytes(bytesPerS)}/s`;
}

/** How long the rest takes at this rate, in milliseconds; null when nobody can know. */
export function timeLeftMs(remainingBytes: number, bytesPerS: number | null): number | null {
  if (bytesPerS === null || bytesPerS <= 0 || remainingBytes < 0) return null;
  return (remainingBytes / bytesPerS) * 1000;
}

/** A length rounded the way an estimate deserves: `5 s` steps below a minute, then whole minutes, then hours. */
export function formatEstimate(durationMs: number): string {
  if (durationMs < 60_000) return formatLength(Math.max(5_000, Math.ceil(durationMs / 5_000) * 5_000));
  return formatLength(Math.ceil(durationMs / 60_000) * 60_000);
}

/** Where and when a person reads: an IANA zone (empty means this computer's) and the present instant. */
export interface Reading {
  timeZone: string;
  nowMs: number;
}

/** The pieces of an instant in a zone. */
export interface CivilTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

/** `Today 14:02`, `Yesterday 09:30`, `Tue 14:02` (last six days), `12 Mar 14:02` (this year), `12 Mar 2025 14:02`. */
export function formatWhen(atMs: number | null, reading: Reading): string {
  if (atMs === null) return UNKNOWN;
  const at = civilTime(atMs, reading.timeZone);
  const now = civilTime(reading.nowMs, reading.timeZone);
  const time = `${pad(at.hour)}:${pad(at.minute)}`;
  const days = dayNumber(now) - dayNumber(at);
  if (days === 0) return `${t.dates.today} ${time}`;
  if (days === 1) return `${t.dates.yesterday} ${time}`;
  if (days > 1 && days < 7) return `${t.dates.weekdays[weekday(at)] ?? ''} ${time}`;
  const date = `${at.day} ${t.dates.months[at.month - 1] ?? ''}`;
  return at.year === now.year ? `${date} ${time}` : `${date} ${at.year} ${time}`;
}

/** `2026-11-22 14:02:33 GMT+5:30`: the exact instant, for tooltips. */
export function formatExact(atMs: number | null, timeZone: string): string {
  if (atMs === null) return UNKNOWN;
  return `${civilText(civilTime(atMs, timeZone))} ${aheadOfUtc(atMs, timeZone).name}`;
}

/** `YYYY-MM-DD HH:MM:SS`. */
export function civilText(time: CivilTime): string {
  return `${civilDate(time)} ${pad(time.hour)}:${pad(time.minute)}:${pad(time.second)}`;
}

/** `YYYY-MM-DD`. */
export function civilDate(time: CivilTime): string {
  return `${time.year.toString().padStart(4, '0')}-${pad(time.month)}-${pad(time.day)}`;
}

/** The same civil time some days earlier. */
export function daysBefore(time: CivilTime, days: number): CivilTime {
  const date = new Date(Date.UTC(time.year, time.month - 1, time.day - days));
  return { ...time, year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** What clocks in that zone show at that instant. */
export function civilTime(atMs: number, timeZone: string): CivilTime {
  const clock = new Date(atMs + aheadOfUtc(atMs, timeZone).aheadMs);
  return {
    year: clock.getUTCFullYear(),
    month: clock.getUTCMonth() + 1,
    day: clock.getUTCDate(),
    hour: clock.getUTCHours(),
    minute: clock.getUTCMinutes(),
    second: clock.getUTCSeconds(),
  };
}

function split(durationMs: number) {
  const total = Math.round(durationMs / 1000);
  return { hours: Math.floor(total / 3600), minutes: Math.floor((total % 3600) / 60), seconds: total % 60 };
}

function dayNumber(time: CivilTime): number {
  return Math.floor(Date.UTC(time.year, time.month - 1, time.day) / 86_400_000);
}

function weekday(time: CivilTime): number {
  return new Date(Date.UTC(time.year, time.month - 1, time.day)).getUTCDay();
}

function pad(value: number): string {
  return value.toString().padStart(2, '0');
}
