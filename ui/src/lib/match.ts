/** How well a few typed letters fit a name; for lists that a person narrows by typing. */

/** Smaller is better; null when it does not fit. The start beats the start of a word, that any place, that scattered letters. */
export function rankMatch(typed: string, name: string): number | null {
  const wanted = typed.trim().toLowerCase();
  const text = name.toLowerCase();
  if (wanted === '') return 0;
  const at = text.indexOf(wanted);
  if (at === 0) return 0;
  if (text.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted))) return 1;
  if (at > 0) return 2;
  return isScattered(wanted.replace(/\s+/g, ''), text) ? 3 : null;
}

/** All letters occur, in this order. */
function isScattered(letters: string, text: string): boolean {
  let from = 0;
  for (const letter of letters) {
    const at = text.indexOf(letter, from);
    if (at === -1) return false;
    from = at + 1;
  }
  return true;
}
