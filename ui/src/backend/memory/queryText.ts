/** The search language of the made-up program, smaller than the real one: from text to parts, problems and a tree. */
import type { QueryPart, QueryProblem } from '../../ipc/query';

/** A part with what it says. */
export interface Piece extends QueryPart {
  /** The value of a token, the text of a word or phrase, without quotes. */
  value: string;
}

export type Tree =
  | { kind: 'all'; of: Tree[] }
  | { kind: 'any'; of: Tree[] }
  | { kind: 'not'; of: Tree }
  | { kind: 'piece'; piece: Piece };

export const TOKENS: Readonly<Record<string, string>> = {
  from: 'calling number or name',
  to: 'called number or name',
  number: 'either number',
  dur: 'length: >5m, 2m..10m',
  date: 'day or month: 2026-05, today',
  last: 'the last days: 7d',
  type: 'type of recording',
  format: 'file format',
  dir: 'inbound, outbound, internal',
  ext: 'extension',
  name: 'name of the caller',
  conf: 'conference',
  account: 'account',
  state: 'our copy: saved, failed, …',
  cost: 'price a month: >0.01',
  size: 'size: >5MB',
  tag: 'tag',
  note: 'words of the note',
  hold: 'what it is on hold for, or why',
  has: 'note, tag, star, hold',
  id: 'recording id',
  call: 'call id',
  age: 'age: >25d',
  hour: 'hour of the day: 9..17',
  weekday: 'mon, tue, …',
  country: 'country of either number: IN',
  fromcountry: 'country of the calling number: IN',
  tocountry: 'country of the called number: US',
  billed: 'length as billed: >5m',
  storage: 'days in storage: >25d',
  rate: 'price of storage: >0.001',
  added: 'day the provider stored it: 2026-05',
  ended: 'day it ended: 2026-05-01',
  seen: 'day it was first listed here: today',
  verified: 'day our copy was verified: 2026-05',
  rule: 'rule that recorded it: 17',
  file: 'file name',
  address: 'where the audio is',
};

const PIECE =
  /[()]|-?(?:[a-z]+:)?(?:"[^"]*"?|[^\s"()]+)(?:(?<=,)"[^"]*"?|(?<="),[^\s"()]*|(?<=,)[^\s"()]+)*/gi;

/** Pieces in order, as a person typed them. */
export function pieces(text: string): Piece[] {
  return [...text.matchAll(PIECE)].map((match) => {
    const [whole] = match;
    const place = { start: match.index, end: match.index + whole.length };
    if (whole === '(' || whole === ')')
      return { ...place, kind: 'parenthesis', name: null, negated: false, applies: true, value: whole };
    if (whole.toLowerCase() === 'or')
      return { ...place, kind: 'or', name: null, negated: false, applies: true, value: whole };
    const negated = whole.startsWith('-') && whole.length > 1;
    const plain = negated ? whole.slice(1) : whole;
    const colon = /^([a-z]+):/i.exec(plain);
    const name = colon?.[1]?.toLowerCase() ?? null;
    const value = plain.slice(colon?.[0].length ?? 0).replaceAll('"', '');
    const kind =
      name !== null
        ? 'token'
        : plain.startsWith('"')
          ? 'phrase'
          : /^[+\d().-]+$/.test(plain)
            ? 'number'
            : 'word';
    return { ...place, kind, name, negated, applies: true, value };
  });
}

/** Reads pieces as a tree; what cannot be read is reported, and the rest applies. */
export function treeOf(
  list: Piece[],
  check: (piece: Piece) => string | null,
): { tree: Tree; problems: QueryProblem[] } {
  const problems: QueryProblem[] = [];
  const complain = (piece: Piece, what: string) => {
    piece.applies = false;
    problems.push({ start: piece.start, end: piece.end, what });
  };
  let at = 0;
  const any = (depth: number): Tree => {
    const branches: Tree[][] = [[]];
    for (; at < list.length; at++) {
      const piece = list[at] as Piece;
      if (piece.kind === 'or') {
        if (branches.at(-1)?.length === 0) complain(piece, 'There is nothing before this “or”.');
        else branches.push([]);
      } else if (piece.value === '(' && piece.kind === 'parenthesis') {
        at += 1;
        branches.at(-1)?.push(any(depth + 1));
        if (list[at]?.value !== ')') complain(piece, 'This parenthesis is never closed.');
      } else if (piece.kind === 'parenthesis') {
        if (depth > 0) break;
        complain(piece, 'This parenthesis was never opened.');
      } else {
        const wrong = check(piece);
        if (wrong !== null) complain(piece, wrong);
        else {
          const leaf: Tree = { kind: 'piece', piece };
          branches.at(-1)?.push(piece.negated ? { kind: 'not', of: leaf } : leaf);
        }
      }
    }
    const filled = branches.filter((branch) => branch.length > 0).map((of): Tree => ({ kind: 'all', of }));
    return filled.length === 0 ? { kind: 'all', of: [] } : { kind: 'any', of: filled };
  };
  return { tree: any(0), problems };
}
