import { describe, expect, it } from 'vitest';
import { lineAt, readTranscript } from './transcript';

describe('a transcript', () => {
  it('tells who said what when', () => {
    expect(readTranscript('[0:00] 0: Hello.\n[0:12.5] 1: Of course: now.\n[1:02:33] 0: Goodbye.')).toEqual([
      { atMs: 0, speaker: '0', words: 'Hello.' },
      { atMs: 12_500, speaker: '1', words: 'Of course: now.' },
      { atMs: 3_753_000, speaker: '0', words: 'Goodbye.' },
    ]);
  });

  it('is read without brackets, and without times or names', () => {
    expect(readTranscript('00:07 Anna: Hi.\r\n\r\n00:09 Ben: Hi.')).toEqual([
      { atMs: 7_000, speaker: 'Anna', words: 'Hi.' },
      { atMs: 9_000, speaker: 'Ben', words: 'Hi.' },
    ]);
    expect(readTranscript('Anna: Hi.\nBen: Hi.').map(({ atMs, speaker }) => [atMs, speaker])).toEqual([
      [null, 'Anna'],
      [null, 'Ben'],
    ]);
    expect(readTranscript('Just words.')).toEqual([{ atMs: null, speaker: null, words: 'Just words.' }]);
    expect(readTranscript(' \n ')).toEqual([]);
  });

  it('takes no colon within the talk for a name', () => {
    const lines = readTranscript('One thing: the price.\nWe meet at 12:30 then.');
    expect(lines.map(({ speaker }) => speaker)).toEqual([null, null]);
    expect(lines.map(({ words }) => words)).toEqual(['One thing: the price.', 'We meet at 12:30 then.']);
  });

  it('knows which line is being said', () => {
    const lines = readTranscript('[0:01] One.\n[0:03] Two.\nNo time.\n[0:05] Three.');
    expect([0, 1_000, 2_999, 4_000, 5_000, 99_000].map((ms) => lineAt(lines, ms))).toEqual([
      -1, 0, 0, 1, 3, 3,
    ]);
    expect(lineAt(readTranscript('No times.'), 5_000)).toBe(-1);
  });
});
