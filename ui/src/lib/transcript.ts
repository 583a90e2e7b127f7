/**
 * Reading a transcript. What vendors send is not documented, so the program hands over its lines as text; each may begin
 * with the instant it was said at and with who said it: `[0:12] 1: Of course.` Pure.
 */

/** One turn of the talk. */
export interface TranscriptLine {
  /** Since the beginning of the recording; null where the vendor tells no times. */
  atMs: number | null;
  /** As the vendor names them; null where it does not. */
  speaker: string | null;
  words: string;
}

/** `[0:12]`, `[1:02:33.500]`, `00:12`: hours perhaps, fractions perhaps, brackets perhaps. */
const STAMP = /^\[?(?:(\d{1,2}):)?(\d{1,2}):([0-5]\d)(?:[.,](\d{1,3}))?\]?\s+(?=\S)/;
/** A name is short and no sentence. */
const SPEAKER = /^([^:.!?]{1,40}):\s+(?=\S)/;

/** The lines of a transcript, in order. Empty lines are left out. */
export function readTranscript(text: string): TranscriptLine[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const stamp = STAMP.exec(line);
      return { atMs: stamp === null ? null : instant(stamp), rest: line.slice(stamp?.[0].length ?? 0) };
    });
  // A colon in one line of many is punctuation; who speaks is told of every turn or of none.
  const named = lines.length > 0 && lines.every(({ rest }) => SPEAKER.test(rest));
  return lines.map(({ atMs, rest }) => {
    const speaker = named ? SPEAKER.exec(rest) : null;
    return {
      atMs,
      speaker: speaker?.[1]?.trim() ?? null,
      words: rest.slice(speaker?.[0].length ?? 0),
    };
  });
}

/** Which line is being said at this instant; -1 before the first, and where there are no times. */
export function lineAt(lines: readonly TranscriptLine[], positionMs: number): number {
  return lines.findLastIndex(({ atMs }) => atMs !== null && atMs <= positionMs);
}

function instant([, hours = '0', minutes = '0', seconds = '0', fraction = '0']: RegExpExecArray): number {
  const wholeS = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return wholeS * 1_000 + Number(fraction.padEnd(3, '0'));
}
