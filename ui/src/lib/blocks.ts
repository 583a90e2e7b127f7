/**
 * Rows of one snapshot, in blocks of 200 that are fetched when they come into view. Holds a bounded number of blocks, so
 * that scrolling through a million rows needs the memory of a few thousand.
 */

export const BLOCK_ROWS = 200;
const MOST_BLOCKS = 40;

export class RowBlocks<Row> {
  #blocks = new Map<number, Row[]>();
  #asked = new Set<number>();
  /** Rows asked for under an earlier generation are dropped when they arrive. */
  #generation = 0;

  /**
   * @param fetch reads rows from a position on
   * @param onrows called when rows arrived
   * @param onerror called when they could not be read; the block may be asked for again
   */
  constructor(
    readonly fetch: (offset: number, limit: number) => Promise<Row[]>,
    readonly onrows: () => void,
    readonly onerror: (error: unknown) => void,
  ) {}

  rowAt(index: number): Row | undefined {
    return this.#blocks.get(Math.floor(index / BLOCK_ROWS))?.[index % BLOCK_ROWS];
  }

  /** Fetches what is missing between two positions, nearest block first. */
  want(first: number, last: number): void {
    for (let block = Math.floor(first / BLOCK_ROWS); block <= Math.floor(last / BLOCK_ROWS); block++) {
      if (!this.#blocks.has(block)) void this.#load(block);
    }
  }

  /** Reads these blocks again while the old rows stay visible, and forgets all others. */
  renew(first: number, last: number): void {
    this.#generation += 1;
    this.#asked.clear();
    const [from, to] = [Math.floor(first / BLOCK_ROWS), Math.floor(last / BLOCK_ROWS)];
    for (const block of this.#blocks.keys()) if (block < from || block > to) this.#blocks.delete(block);
    for (let block = from; block <= to; block++) void this.#load(block);
  }

  /** Rows between two positions, both included, fetched if need be. */
  async between(first: number, last: number): Promise<Row[]> {
    const rows: Row[] = [];
    for (let offset = first; offset <= last; offset += BLOCK_ROWS) {
      rows.push(...(await this.fetch(offset, Math.min(BLOCK_ROWS, last - offset + 1))));
    }
    return rows;
  }

  async #load(block: number): Promise<void> {
    if (this.#asked.has(block)) return;
    this.#asked.add(block);
    const generation = this.#generation;
    try {
      const rows = await this.fetch(block * BLOCK_ROWS, BLOCK_ROWS);
      if (generation !== this.#generation) return;
      // Re-inserting makes it the youngest; the oldest go first.
      this.#blocks.delete(block);
      this.#blocks.set(block, rows);
      for (const old of [...this.#blocks.keys()].slice(0, -MOST_BLOCKS)) this.#blocks.delete(old);
      this.onrows();
    } catch (error) {
      if (generation === this.#generation) this.onerror(error);
    } finally {
      if (generation === this.#generation) this.#asked.delete(block);
    }
  }
}
