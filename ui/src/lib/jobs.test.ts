import { describe, expect, it } from 'vitest';
import type { TransferJob } from '../ipc/transfers';
import { describeJob, folderName, jobTimeLeftMs, ordersOf, progressOf } from './jobs';

const job: TransferJob = {
  id: 'j',
  state: 'running',
  folder: '/home/you/Calls',
  placeId: null,
  createdAtMs: 0,
  endedAtMs: null,
  total: 10,
  saved: 3,
  remarked: 0,
  skipped: 1,
  failed: 1,
  receivedBytes: 4_000_000,
  expectedBytes: 10_000_000,
  bytesPerS: 1_000_000,
  note: null,
  label: '',
  ruleId: null,
  priority: 'normal',
  queueRank: 1,
  template: '{id}',
  options: {
    timeZone: '',
    callTime: false,
    csv: false,
    json: false,
    checksums: false,
    bag: false,
    rawJson: false,
  },
  moving: 1,
  queued: 5,
  held: 0,
  waiting: 0,
  cancelled: 0,
  nextTryAtMs: null,
  leftMs: null,
  pace: null,
};

describe('progress', () => {
  it('goes by bytes where they are known, else by files', () => {
    expect(progressOf(job)).toBeCloseTo(0.4);
    expect(progressOf({ ...job, expectedBytes: null })).toBeCloseTo(0.5);
    expect(progressOf({ ...job, receivedBytes: 20_000_000 })).toBe(1);
    expect(progressOf({ ...job, state: 'finished', failed: 6 })).toBe(1);
  });

  it('knows a time left only while bytes move', () => {
    expect(jobTimeLeftMs(job)).toBe(6000);
    expect(jobTimeLeftMs({ ...job, state: 'paused' })).toBeNull();
    expect(jobTimeLeftMs({ ...job, expectedBytes: null })).toBeNull();
    expect(jobTimeLeftMs({ ...job, bytesPerS: null })).toBeNull();
  });
});

describe('the line under the bar', () => {
  it('says what is known while it runs', () => {
    expect(describeJob(job)).toEqual([
      '5 of 10',
      '3 verified',
      '1 there already',
      '4 MB of about 10 MB',
      '1 MB/s',
      'about 10 s left',
    ]);
  });

  it('promises nothing when the size is unknown, and nothing after the end', () => {
    expect(describeJob({ ...job, expectedBytes: null })).toContain('4 MB so far');
    expect(describeJob({ ...job, state: 'finished' })).toEqual(['3 verified', '1 there already', '4 MB']);
    expect(describeJob({ ...job, state: 'finished', cancelled: 2 })).toContain('2 left out');
  });
});

it('names a folder on every system', () => {
  expect(folderName('/home/you/Calls/')).toBe('Calls');
  expect(folderName('C:\\Users\\you\\Calls')).toBe('Calls');
  expect(folderName('/')).toBe('/');
});

describe('what can be done with one file', () => {
  it('follows its state, and nothing can be done with one that is saved', () => {
    expect(ordersOf('queued')).toContain('first');
    expect(ordersOf('held')).toContain('resume');
    expect(ordersOf('waiting')).toContain('resume');
    expect(ordersOf('receiving')).toContain('pause');
    expect(ordersOf('failed')).toEqual(['retry']);
    for (const state of ['verified', 'remarked', 'skipped'] as const) expect(ordersOf(state)).toEqual([]);
  });
});

it('believes the program’s own estimate before the rate', () => {
  expect(jobTimeLeftMs({ ...job, leftMs: 12_000 })).toBe(12_000);
});
