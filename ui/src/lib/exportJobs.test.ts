import { describe, expect, it } from 'vitest';
import type { ExportJobView } from '../ipc/exportJobs';
import { FIRST_POLL_MS, jobProgress, LONGEST_POLL_MS, nextPollMs, phaseOf } from './exportJobs';

const job: ExportJobView = {
  accountId: 'a',
  jobId: '1',
  list: 'company',
  status: 'running',
  statusWord: 'running',
  filesCompleted: 10,
  filesTotal: 40,
  validUntilMs: null,
  requestedAtMs: 0,
  bodyJson: null,
  checkedAtMs: 0,
  archivePath: null,
};

describe('asking again', () => {
  it('is not needed when no job is open', () => {
    expect(nextPollMs([], [], null)).toBeNull();
    expect(
      nextPollMs(
        [
          { ...job, status: 'complete' },
          { ...job, status: 'failed' },
        ],
        [],
        5_000,
      ),
    ).toBeNull();
  });

  it('is soon at first, and ever later while nothing moves', () => {
    expect(nextPollMs([job], [], null)).toBe(FIRST_POLL_MS);
    let waitMs: number | null = null;
    const waits: (number | null)[] = [];
    for (let asked = 0; asked < 6; asked++) {
      waitMs = nextPollMs([job], [job], waitMs);
      waits.push(waitMs);
    }
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, LONGEST_POLL_MS, LONGEST_POLL_MS]);
  });

  it('is soon again when a job has moved', () => {
    expect(nextPollMs([{ ...job, filesCompleted: 11 }], [job], 40_000)).toBe(FIRST_POLL_MS);
    expect(nextPollMs([{ ...job, status: 'other' }], [job], 40_000)).toBe(FIRST_POLL_MS);
  });
});

it('an archive is gone at its time, whether or not anybody asked', () => {
  const ready: ExportJobView = { ...job, status: 'complete', validUntilMs: 1_000 };
  expect(phaseOf(ready, 999)).toBe('complete');
  expect(phaseOf(ready, 1_000)).toBe('expired');
  expect(phaseOf({ ...ready, validUntilMs: null }, 5_000)).toBe('complete');
});

it('knows how far a job is only when Vonage says', () => {
  expect(jobProgress(job)).toBe(0.25);
  expect(jobProgress({ ...job, filesTotal: null })).toBeNull();
  expect(jobProgress({ ...job, filesTotal: 0 })).toBeNull();
  expect(jobProgress({ ...job, status: 'complete', filesTotal: null })).toBe(1);
});
