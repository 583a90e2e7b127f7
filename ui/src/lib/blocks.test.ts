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
    const edge = 3 * BLOCK_ROWS;
    blocks.want(edge - 10, edge + 10);
    // Both blocks in one request, and not again while they are on the way.
    blocks.want(edge - 10, edge + 10);
    expect(fetch.mock.calls).toEqual([[2 * BLOCK_ROWS, 2 * BLOCK_ROWS]]);
    await settle();
    expect(blocks.rowAt(edge + 1)).toBe(`row ${edge + 1}`);
    expect(onrows).toHaveBeenCalledOnce();
    blocks.want(edge, edge + 20, edge + BLOCK_ROWS);
    expect(fetch).toHaveBeenCalledOnce();
  });

  it('are there before somebody who scrolls arrives at them, either way', () => {
    const { fetch } = source(10_000);
    const { blocks } = blocksOf(fetch);
    const asked = () =>
      fetch.mock.calls.splice(0).map(([offset, limit]) => [offset / BLOCK_ROWS, limit / BLOCK_ROWS]);
    // A jump asks for what is in view and for nothing else.
    blocks.want(50 * BLOCK_ROWS + 10, 50 * BLOCK_ROWS + 40, 10_000);
    expect(asked()).toEqual([[50, 1]]);
    blocks.want(50 * BLOCK_ROWS + 13, 50 * BLOCK_ROWS + 43, 10_000);
    expect(asked()).toEqual([[51, 1]]);
    blocks.want(50 * BLOCK_ROWS + 7, 50 * BLOCK_ROWS + 37, 10_000);
    expect(asked()).toEqual([[49, 1]]);
    // Nothing comes after the last row.
    blocks.want(9_950, 9_980, 10_000);
    blocks.want(9_969, 9_999, 10_000);
    expect(
      asked()
        .flat()
        .every((block) => block <= 10_000 / BLOCK_ROWS),
    ).toBe(true);
  });

  it('in view are the last to be forgotten', async () => {
    const { fetch, settle } = source(1_000_000);
    const { blocks } = blocksOf(fetch);
    blocks.want(0, 0);
    await settle();
    for (let block = 2; block < 400; block++) {
      blocks.want(block * BLOCK_ROWS, block * BLOCK_ROWS);
      blocks.want(0, 0);
      await settle();
    }
    expect(blocks.rowAt(0)).toBe('row 0');
    expect(blocks.rowAt(2 * BLOCK_ROWS)).toBeUndefined();
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
    await expect.poll(() => onerror).toHaveBeenCalledWith('no');
    blocks.want(0, 0);
    await settle();
    expect(blocks.rowAt(0)).toBe('row 0');
  });

  it('stay bounded in number', async () => {
    const { fetch, settle } = source(1_000_000);
    const { blocks } = blocksOf(fetch);
    for (let block = 0; block < 200; block++) {
      blocks.want(block * BLOCK_ROWS, block * BLOCK_ROWS);
      await settle();
    }
    expect(blocks.rowAt(0)).toBeUndefined();
    expect(blocks.rowAt(199 * BLOCK_ROWS)).toBe(`row ${199 * BLOCK_ROWS}`);
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
