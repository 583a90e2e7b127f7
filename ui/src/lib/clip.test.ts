import { describe, expect, it } from 'vitest';
import { clipText } from './clip';

const head = ['From', 'Conference'];

describe('rows for the clipboard', () => {
  it('are lines of tabs that no value can break', () => {
    expect(clipText('text', head, [['+1 415-555-0100', 'a\tb\nc']], [])).toBe(
      'From\tConference\n+1 415-555-0100\ta b c',
    );
  });

  it('are CSV with quotes where they are needed and no formula', () => {
    const rows = [
      ['+1 415-555-0100', '=cmd()'],
      ['-1', 'a "b", c'],
      ['@x', '+SUM(A1)'],
    ];
    expect(clipText('csv', head, rows, [])).toBe(
      'From,Conference\r\n+1 415-555-0100,\'=cmd()\r\n-1,"a ""b"", c"\r\n\'@x,\'+SUM(A1)\r\n',
    );
  });

  it('are everything known as JSON', () => {
    expect(JSON.parse(clipText('json', head, [], [{ key: 1, from: null }]))).toEqual([
      { key: 1, from: null },
    ]);
  });
});
