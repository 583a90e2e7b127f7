/** Which stretches of a query are drawn as chips and which are underlined, also while the answer to the last key is out. Pure. */

/** A part as the program read it: positions in UTF-16 units. */
export interface Part {
  start: number;
  end: number;
  kind: string;
  negated: boolean;
  applies: boolean;
}

export interface Span {
  start: number;
  end: number;
}

export interface Segment {
  text: string;
  start: number;
  /** A chip, a bare operator, or plain text. */
  look: 'chip' | 'operator' | 'plain';
  negated: boolean;
  wrong: boolean;
}

function sharedLength(a: string, b: string, most: number, from: 'start' | 'end'): number {
  let length = 0;
  const at = (text: string) => (from === 'start' ? text[length] : text[text.length - 1 - length]);
  while (length < most && at(a) === at(b)) length += 1;
  return length;
}

/**
 * Spans of an older text as they lie in a newer one: what is before the edit stays, what is behind it moves along, and what
 * the edit touched is left out until it was read again. So chips do not flicker while somebody types.
 */
export function carriedOver<S extends Span>(spans: readonly S[], before: string, now: string): S[] {
  if (before === now) return [...spans];
  const shorter = Math.min(before.length, now.length);
  const head = sharedLength(before, now, shorter, 'start');
  const tail = sharedLength(before, now, shorter - head, 'end');
  const shift = now.length - before.length;
  const carried: S[] = [];
  for (const span of spans) {
    // What is typed at the very edge of a part, without a space between, belongs to it.
    const [start, end] = [span.start + shift, span.end + shift];
    if (span.end < head || (span.end === head && /\s/.test(now[head] ?? ' '))) carried.push(span);
    else if (span.start >= before.length - tail && /[\s(]/.test(now[start - 1] ?? ' '))
      carried.push({ ...span, start, end });
  }
  return carried;
}

/** The whole text, cut where the look changes. */
export function segmentsOf(text: string, parts: readonly Part[], problems: readonly Span[]): Segment[] {
  const segments: Segment[] = [];
  const plain = (start: number, end: number) => {
    if (end > start)
      segments.push({ text: text.slice(start, end), start, look: 'plain', negated: false, wrong: false });
  };
  let at = 0;
  for (const part of [...parts].sort((a, b) => a.start - b.start)) {
    if (part.start < at || part.end > text.length) continue;
    plain(at, part.start);
    const touches = problems.some((span) => span.start < part.end && span.end > part.start);
    segments.push({
      text: text.slice(part.start, part.end),
      start: part.start,
      look:
        part.kind === 'token' || part.kind === 'phrase'
          ? 'chip'
          : part.kind === 'or' || part.kind === 'parenthesis'
            ? 'operator'
            : 'plain',
      negated: part.negated,
      wrong: !part.applies || touches,
    });
    at = part.end;
  }
  plain(at, text.length);
  return segments;
}
