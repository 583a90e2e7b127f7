/** Numbers with their noun, in English. */
const grouped = new Intl.NumberFormat('en');

/** `1 recording`, `12,480 recordings`. */
export function count(n: number, one: string, many: string): string {
  return `${grouped.format(n)} ${n === 1 ? one : many}`;
}
