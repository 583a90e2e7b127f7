/** Writing a list: what is asked for, how a stop and a failure differ, and in which order ticked rows go. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { backend } from '../backend';
import type { MetadataReport } from '../ipc/metadata';
import { library } from './library.svelte';
import { ListExport, writing } from './listExport.svelte';
import { toasts } from './toasts.svelte';

const REPORT: MetadataReport = {
  path: '/home/you/list.csv',
  rows: 3,
  missingRows: 0,
  shortenedCells: 0,
  sizeBytes: 120,
  sha256: 'a'.repeat(64),
};

beforeEach(async () => {
  await library.search();
});

afterEach(() => vi.restoreAllMocks());

it('asks for what was chosen, and keeps the report', async () => {
  const write = vi.spyOn(backend, 'metadataExport').mockImplementation(async (_request, onProgress) => {
    onProgress({ rows: 2, totalRows: 3, bytes: 80 });
    return REPORT;
  });
  const list = new ListExport({ kind: 'snapshot', snapshot: 1, except: [] }, 3);
  Object.assign(list, { format: 'parquet', columns: 'all', masked: true, raw: true });
  await list.start();
  expect(write.mock.calls[0]?.[0]).toEqual({
    selection: { kind: 'snapshot', snapshot: 1, except: [] },
    columns: null,
    format: 'parquet',
    masked: true,
    raw: true,
  });
  expect(list.progress).toEqual({ rows: 2, totalRows: 3, bytes: 80 });
  expect(list.report).toEqual(REPORT);
  expect(list.busy).toBe(false);
  // The next list starts with the same format, but never masks or reveals by itself.
  const next = new ListExport({ kind: 'keys', keys: [1] }, 1);
  expect([next.format, next.columns, next.raw, next.masked]).toEqual(['parquet', 'all', true, false]);
});

it('names the columns on screen, and the rows as they stand there', async () => {
  const write = vi.spyOn(backend, 'metadataExport').mockResolvedValue(null);
  vi.spyOn(backend, 'libraryPositions').mockResolvedValue([40, null, 3, 7]);
  const list = new ListExport({ kind: 'keys', keys: [41, 99, 4, 8] }, 4);
  list.columns = 'shown';
  await list.start();
  const request = write.mock.calls[0]?.[0];
  expect(request?.selection).toEqual({ kind: 'keys', keys: [4, 8, 41, 99] });
  expect(request?.columns).toEqual(['when', 'from', 'to', 'duration', 'kind', 'state']);
  // The dialog for the file was cancelled: nothing happened.
  expect([list.report, list.problem, list.stopped, list.busy]).toEqual([null, null, false, false]);
});

it('tells a stop from a failure', async () => {
  const write = vi.spyOn(backend, 'metadataExport').mockRejectedValueOnce({ code: 'cancelled' });
  const list = new ListExport({ kind: 'keys', keys: [1] }, 1);
  await list.start();
  expect([list.stopped, list.problem]).toEqual([true, null]);
  write.mockRejectedValueOnce({ code: 'diskFull', folder: '/home/you', freeBytes: 0 });
  await list.start();
  expect([list.stopped, list.problem?.code]).toEqual([false, 'diskFull']);
});

it('goes on when nobody looks, and tells what came of it', async () => {
  let end: (report: MetadataReport) => void = () => undefined;
  vi.spyOn(backend, 'metadataExport').mockImplementation((_request, onProgress) => {
    onProgress({ rows: 1, totalRows: 3, bytes: 40 });
    return new Promise((resolve) => {
      end = resolve;
    });
  });
  const show = vi.spyOn(toasts, 'show');
  const list = new ListExport({ kind: 'snapshot', snapshot: 1, except: [] }, 3);
  const written = list.start();
  await expect.poll(() => list.progress?.rows).toBe(1);
  list.leave();
  expect(writing.current).toBe(list);
  end(REPORT);
  await written;
  expect(writing.current).toBe(null);
  expect(show).toHaveBeenCalledWith(expect.objectContaining({ tone: 'good', text: REPORT.path }));
});

it('says nothing besides the dialog while somebody looks', async () => {
  vi.spyOn(backend, 'metadataExport').mockResolvedValue(REPORT);
  const show = vi.spyOn(toasts, 'show');
  const list = new ListExport({ kind: 'keys', keys: [1] }, 1);
  const written = list.start();
  list.leave();
  list.seen();
  await written;
  // Left when all was over: there is nothing to tell.
  list.leave();
  expect(show).not.toHaveBeenCalled();
});
