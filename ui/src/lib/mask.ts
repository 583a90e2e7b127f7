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

/** Digits in quotes or in a SIP address; ids, instants and lengths stay as they are. */
const RAW_NUMBER = /(?<=")\+?\d{6,15}(?=")|(?<=\b(?:sips?|tel):\+?)\d{6,15}/g;

/** Numbers in a vendor's JSON. */
export function maskJson(json: string): string {
  return json.replace(RAW_NUMBER, maskNumber);
}
