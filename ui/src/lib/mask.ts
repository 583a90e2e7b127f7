/** Hiding the middle digits of phone numbers, so that a screen can be shown to others. Pure. */

const HIDDEN = '•';
/** From here on a run of digits can be somebody's number; extensions and short codes are shorter. */
const SHORTEST = 6;
/** Digits with what people and formatters put between them, perhaps after a plus. */
const NUMBER = /\+?\d(?:[\s().-]{0,2}\d){5,}/g;

/** `+91 98765 43210` → `+91 98••• ••210`: the beginning and the last digits tell calls apart without telling whom. */
function maskNumber(number: string): string {
  const digits = number.replace(/\D/g, '').length;
  if (digits < SHORTEST) return number;
  const [before, after] = digits >= 9 ? [4, 3] : [2, 2];
  let nth = 0;
  return number.replace(/\d/g, (digit) => {
    nth += 1;
    return nth <= before || nth > digits - after ? digit : HIDDEN;
  });
}

/** Every number in a text: also within a SIP address. */
export function maskText(text: string): string {
  return text.replace(NUMBER, maskNumber);
}

/** The digits of a number, or of the user part of an address. */
function digitsOf(number: string | null): string {
  const user = /^sips?:([^@;]*)/i.exec(number ?? '')?.[1];
  return (user ?? number ?? '').replace(/\D/g, '');
}

/** The middle of certain numbers, wherever and however they are written in a text: in a file's name, in an address. */
export function maskKnown(text: string, numbers: readonly (string | null)[]): string {
  let masked = text;
  for (const digits of numbers.map(digitsOf)) {
    if (digits.length < SHORTEST) continue;
    masked = masked.replace(new RegExp([...digits].join('[\\s().-]{0,2}'), 'g'), maskNumber);
  }
  return masked;
}

/** Tokens of a search whose values are nobody's number: days, lengths, ids. */
const OTHER_TOKEN =
  '(?<![\\w"])(?:id|call|date|dur|duration|length|size|cost|hour|age|last' +
  '|added|stored|ended|seen|firstseen|verified|billed|storage|storagedays|rate|storagerate|rules?)' +
  ':(?:"[^"]*"?|[^\\s()"]*)';
const IN_QUERY = new RegExp(`${OTHER_TOKEN}|${NUMBER.source}`, 'gi');

/** Every number in a search. The text keeps its length, so that places in it stay what they are. */
export function maskQuery(text: string): string {
  return text.replace(IN_QUERY, (part) => (/^[a-z]/i.test(part) ? part : maskNumber(part)));
}

/** Digits in quotes or in a SIP address; ids, instants and lengths stay as they are. */
const RAW_NUMBER = /(?<=")\+?\d{6,15}(?=")|(?<=\b(?:sips?|tel):\+?)\d{6,15}/g;

/** Numbers in a vendor's JSON, and certain numbers wherever they stand in it. */
export function maskJson(json: string, known: readonly (string | null)[] = []): string {
  return maskKnown(json.replace(RAW_NUMBER, maskNumber), known);
}
