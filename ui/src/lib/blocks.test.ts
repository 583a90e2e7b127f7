import { describe, expect, it, vi } from 'vitest';
import { BLOCK_ROWS, RowBlocks } from './blocks';

/** A source of rows whose answers come when the test says so. */
function source(rowCount: number) {
  const waiting: { offset: number; answer: () => void; refuse: (error: unknown) => void }[] = [];
  const fetch = vi.fn(
    (offset: number, limit: number) =>
      new Promise<string[]>((resolve, reject) => {
        const length = Math.max(0, Math.min(limit, rowCount - offset));
        const rows = Array.from({ length }, (_, index) => `row ${offset + index}`);
        waiting.push({ offset, answer: () => resolve(rows), refuse: reject });
      }),
  );
  const settle = async () => {
    for (const { answer } of waiting.splice(0)) answer();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { fetch, settle, waiting };
}

function blocksOf(fetch: (offset: number, limit: number) => Promise<string[]>) {
  const onrows = vi.fn();
  const onerror = vi.fn();
  return { blocks: new RowBlocks<string>(fetch, onrows, onerror), onrows, onerror };
}

describe('blocks of rows', () => {
  it('are fetched once, when wanted', async () => {
    const { fetch, settle } = source(1000);
    const { blocks, onrows } = blocksOf(fetch);
    expect(blocks.rowAt(0)).toBeUndefined();
    blocks.want(190, 210);
    blocks.want(195, 215);
    expect(fetch.mock.calls.map(([offset]) => offset)).toEqual([0, BLOCK_ROWS]);
    await settle();
    expect(blocks.rowAt(201)).toBe('row 201');
    expect(onrows).toHaveBeenCalledTimes(2);
    blocks.want(0, 300);
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it('drop an answer that a renewal has overtaken', async () => {
    const { fetch, waiting, settle } = source(1000);
    const { blocks, onrows } = blocksOf(fetch);
    blocks.want(0, 10);
    const [old] = waiting.splice(0);
    blocks.renew(0, 10);
    old?.answer();
    await Promise.resolve();
    await Promise.resolve();
    expect(onrows).not.toHaveBeenCalled();
    await settle();
    expect(onrows).toHaveBeenCalledOnce();
    expect(blocks.rowAt(3)).toBe('row 3');
  });

  it('can be asked for again after a failure', async () => {
    const { fetch, waiting, settle } = source(1000);
    const { blocks, onerror } = blocksOf(fetch);
    blocks.want(0, 0);
    waiting.splice(0)[0]?.refuse('no');
    await vi.waitFor(() => expect(onerror).toHaveBeenCalledWith('no'));
    blocks.want(0, 0);
    await settle();
    expect(blocks.rowAt(0)).toBe('row 0');
  });

  it('stay bounded in number', async () => {
    const { fetch, settle } = source(1_000_000);
    const { blocks } = blocksOf(fetch);
    for (let block = 0; block < 60; block++) {
      blocks.want(block * BLOCK_ROWS, block * BLOCK_ROWS);
      await settle();
    }
    expect(blocks.rowAt(0)).toBeUndefined();
    expect(blocks.rowAt(59 * BLOCK_ROWS)).toBe(`row ${59 * BLOCK_ROWS}`);
  });

  it('give all rows of a range, whatever is loaded', async () => {
    const blocks = blocksOf(async (offset, limit) =>
      Array.from({ length: limit }, (_, at) => `row ${offset + at}`),
    ).blocks;
    const rows = await blocks.between(150, 620);
    expect(rows).toHaveLength(471);
    expect([rows[0], rows.at(-1)]).toEqual(['row 150', 'row 620']);
  });
});
