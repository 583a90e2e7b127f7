import { describe, expect, it } from 'vitest';
import type { TransferJob } from '../ipc/transfers';
import { describeJob, folderName, jobTimeLeftMs, progressOf } from './jobs';

const job: TransferJob = {
  id: 'j',
  state: 'running',
  folder: '/home/you/Calls',
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
  });
});

it('names a folder on every system', () => {
  expect(folderName('/home/you/Calls/')).toBe('Calls');
  expect(folderName('C:\\Users\\you\\Calls')).toBe('Calls');
  expect(folderName('/')).toBe('/');
});
