/** Numbers that look random and are not: a hash of (seed, row, what for). Any row can be made at any time, alone. */

export function hash(seed: number, row: number, purpose: number): number {
  let h =
    Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^
    Math.imul(row + 1, 0xc2b2ae35) ^
    Math.imul(purpose + 1, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

/** Between 0 and 1. */
export function fraction(seed: number, row: number, purpose: number): number {
  return hash(seed, row, purpose) / 0x1_0000_0000;
}

/** One of the choices. */
export function pick<T>(choices: readonly [T, ...T[]], seed: number, row: number, purpose: number): T {
  return choices[hash(seed, row, purpose) % choices.length] ?? choices[0];
}

/** A UUID made from the hash. */
export function uuid(seed: number, row: number, purpose: number): string {
  const hex = [0, 1, 2, 3]
    .map((part) =>
      hash(seed, row, purpose * 8 + part)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Hexadecimal digits. */
export function hex(seed: number, row: number, purpose: number, length: number): string {
  let text = '';
  for (let part = 0; text.length < length; part++)
    text += hash(seed, row, purpose * 16 + part)
      .toString(16)
      .padStart(8, '0');
  return text.slice(0, length);
}
