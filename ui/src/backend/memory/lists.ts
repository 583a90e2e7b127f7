/** Writing lists into files, as the made-up program does it: it has no disk, so it counts rows and forgets them. */
import type { MetadataFormat, MetadataProgress, MetadataReport, MetadataRequest } from '../../ipc/metadata';
import { fail, keysOf, type World } from './world';

const EXTENSIONS: Readonly<Record<MetadataFormat, string>> = {
  csv: 'csv',
  xlsx: 'xlsx',
  jsonLines: 'jsonl',
  parquet: 'parquet',
};
const CELL_BYTES = 14;
const RAW_BYTES = 700;
const ALL_COLUMNS = 48;
const TICKS = 20;

export class Lists {
  #stop: (() => void) | null = null;

  constructor(
    readonly world: World,
    readonly rowsOf: (snapshot: number) => Uint32Array,
  ) {}

  async write(
    request: MetadataRequest,
    onProgress: (progress: MetadataProgress) => void,
  ): Promise<MetadataReport> {
    const totalRows = await this.world.reply(() => {
      if (request.columns?.length === 0)
        fail({ code: 'invalid', field: 'columns', what: 'Choose at least one column.' });
      if (this.#stop !== null) {
        const what = 'Another list is being written. Wait for it, or cancel it.';
        fail({ code: 'invalid', field: null, what });
      }
      return keysOf(request.selection, this.rowsOf).length;
    });
    const rowBytes = (request.columns?.length ?? ALL_COLUMNS) * CELL_BYTES + (request.raw ? RAW_BYTES : 0);
    const folder = '/home/you/Documents';
    if (this.world.options.scenario === 'diskfull') fail({ code: 'diskFull', folder, freeBytes: 1_200_000 });
    if (this.world.options.scenario === 'readonly')
      fail({ code: 'fileFailed', path: folder, what: 'Permission denied (os error 13)' });
    await this.#count(totalRows, (rows) => onProgress({ rows, totalRows, bytes: rows * rowBytes }));
    const day = new Date(this.world.shelf.nowMs).toISOString().slice(0, 10);
    return {
      path: `${folder}/recordings-${day}.${EXTENSIONS[request.format]}`,
      rows: totalRows,
      missingRows: 0,
      shortenedCells: 0,
      sizeBytes: totalRows * rowBytes,
      sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    };
  }

  /** A few steps a second, so that somebody can see it and stop it. */
  #count(totalRows: number, tell: (rows: number) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      let tick = 0;
      const end = (settle: () => void) => {
        clearInterval(timer);
        this.#stop = null;
        settle();
      };
      const timer = setInterval(() => {
        tick += 1;
        tell(Math.round((totalRows * tick) / TICKS));
        if (tick === TICKS) end(resolve);
      }, this.world.options.latencyMs / 2);
      this.#stop = () => end(() => reject({ code: 'cancelled' }));
    });
  }

  cancel(): void {
    this.#stop?.();
  }
}
