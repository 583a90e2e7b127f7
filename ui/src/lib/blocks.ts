/**
 * Rows of one snapshot, in blocks that are fetched when they come into view. Holds a bounded number of blocks, so that
 * scrolling through a million rows needs the memory of a few thousand.
 */

/** Not much more than a view: after a jump nothing is waited for that nobody sees. */
export const BLOCK_ROWS = 64;
const MOST_BLOCKS = 160;
/** Rows that one request asks for at most. */
const MOST_ASKED = 256;
/** Rows beyond the view that are asked for while somebody scrolls towards them. */
const AHEAD_ROWS = 64;

const blockOf = (index: number) => Math.floor(index / BLOCK_ROWS);

export class RowBlocks<Row> {
  #blocks = new Map<number, Row[]>();
  #asked = new Set<number>();
  /** Rows asked for under an earlier generation are dropped when they arrive. */
  #generation = 0;
  /** What was in view the last time. */
  #before: { first: number; last: number } | null = null;

  /**
   * @param fetch reads rows from a position on
   * @param onrows called when rows arrived
   * @param onerror called when they could not be read; they may be asked for again
   */
  constructor(
    readonly fetch: (offset: number, limit: number) => Promise<Row[]>,
    readonly onrows: () => void,
    readonly onerror: (error: unknown) => void,
  ) {}

  rowAt(index: number): Row | undefined {
    return this.#blocks.get(blockOf(index))?.[index % BLOCK_ROWS];
  }

  /**
   * Fetches what is missing between two positions, as few requests as possible; and, when the view moved there from near by,
   * what comes next in that direction among `rowCount` rows.
   */
  want(first: number, last: number, rowCount = last + 1): void {
    const before = this.#before;
    this.#before = { first, last };
    // In view, so the last to be forgotten.
    for (let block = blockOf(first); block <= blockOf(last); block++) {
      const rows = this.#blocks.get(block);
      if (rows) this.#keep(block, rows);
    }
    this.#fetchMissing(first, last);
    if (before === null || first > before.last || last < before.first) return;
    if (last > before.last) this.#fetchMissing(last, Math.min(last + AHEAD_ROWS, rowCount - 1));
    else if (first < before.first) this.#fetchMissing(Math.max(0, first - AHEAD_ROWS), first);
  }

  /** Reads what is in view again while the old rows stay visible, and forgets all others. */
  renew(first: number, last: number): void {
    this.#generation += 1;
    this.#asked.clear();
    const [from, to] = [blockOf(first), blockOf(last)];
    for (const block of this.#blocks.keys()) if (block < from || block > to) this.#blocks.delete(block);
    this.#load(from, to);
  }

  /** Rows between two positions, both included, fetched if need be. */
  async between(first: number, last: number): Promise<Row[]> {
    const rows: Row[] = [];
    for (let offset = first; offset <= last; offset += MOST_ASKED) {
      rows.push(...(await this.fetch(offset, Math.min(MOST_ASKED, last - offset + 1))));
    }
    return rows;
  }

  #fetchMissing(first: number, last: number): void {
    const isMissing = (block: number) => !this.#blocks.has(block) && !this.#asked.has(block);
    for (let block = blockOf(first); block <= blockOf(last); block++) {
      if (!isMissing(block)) continue;
      const from = block;
      while (block < blockOf(last) && isMissing(block + 1)) block += 1;
      this.#load(from, block);
    }
  }

  /** Reads all blocks from one to another, both included. */
  #load(from: number, to: number): void {
    const most = MOST_ASKED / BLOCK_ROWS;
    for (let block = from; block <= to; block += most) {
      void this.#ask(block, Math.min(block + most - 1, to));
    }
  }

  async #ask(from: number, to: number): Promise<void> {
    for (let block = from; block <= to; block++) this.#asked.add(block);
    const generation = this.#generation;
    try {
      const rows = await this.fetch(from * BLOCK_ROWS, (to - from + 1) * BLOCK_ROWS);
      if (generation !== this.#generation) return;
      for (let block = from; block <= to; block++) {
        const start = (block - from) * BLOCK_ROWS;
        this.#keep(block, rows.slice(start, start + BLOCK_ROWS));
      }
      this.onrows();
    } catch (error) {
      if (generation === this.#generation) this.onerror(error);
    } finally {
      if (generation === this.#generation)
        for (let block = from; block <= to; block++) this.#asked.delete(block);
    }
  }

  /** Makes it the youngest; the oldest go first. */
  #keep(block: number, rows: Row[]): void {
    this.#blocks.delete(block);
    this.#blocks.set(block, rows);
    for (const oldest of this.#blocks.keys()) {
      if (this.#blocks.size <= MOST_BLOCKS) break;
      this.#blocks.delete(oldest);
    }
  }
}
