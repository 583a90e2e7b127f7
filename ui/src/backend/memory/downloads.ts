/** Made-up downloads: bytes arrive by a timer, files get verified, some fail; jobs can be paused, resumed, cancelled. */
import type { PriorityName } from '../../ipc/saving';
import type {
  ChosenFolder,
  ItemOrderName,
  NamePreview,
  NamePreviewRequest,
  StartTransfer,
  TransferItem,
  TransferJob,
} from '../../ipc/transfers';
import { FIELDS, nameOf, problemOf } from './names';
import type { Places } from './places';
import { endItem, endLongAgo, isOpen, NO_OPTIONS, newItem, newJob, orderItem, recount } from './transferJob';
import { fail, keysOf, type World } from './world';

const TICK_MS = 100;
const BYTES_PER_TICK = 90_000;

interface Running {
  job: TransferJob;
  items: TransferItem[];
  timer: ReturnType<typeof setInterval> | null;
}

export class Downloads {
  #jobs: Running[] = [];
  #next = 1;

  constructor(
    readonly world: World,
    readonly rowsOf: (snapshot: number) => Uint32Array,
    readonly places: Places,
  ) {
    const { scenario } = world.options;
    if ((scenario === 'full' || scenario === 'extreme') && world.indexed > 100) this.#history();
  }

  folder(): ChosenFolder {
    const path = this.world.options.scenario === 'readonly' ? '/mnt/archive' : '/home/you/Recordings';
    return {
      token: 'folder-1',
      path,
      placeId: null,
      freeBytes: this.world.options.scenario === 'diskfull' ? 1_200_000 : 214_000_000_000,
    };
  }

  #name(key: number, template: string): string {
    const { row } = this.world.call(key);
    return nameOf(
      row,
      template,
      this.world.accounts.find(({ id }) => id === row.accountId)?.label ?? 'account',
    );
  }

  preview(request: NamePreviewRequest): NamePreview {
    const problem = problemOf(request.template);
    const keys = keysOf(request.selection, this.rowsOf).slice(0, 5);
    const names = problem === null ? keys.map((key) => this.#name(key, request.template)) : [];
    return { names, problem, fields: FIELDS };
  }

  start(request: StartTransfer): TransferJob {
    const problem = problemOf(request.template);
    if (problem !== null) fail({ code: 'invalid', field: 'template', what: problem.what });
    if (this.world.options.scenario === 'readonly') {
      fail({ code: 'fileFailed', path: '/mnt/archive', what: 'Read-only file system (os error 30)' });
    }
    const running = this.#create(request, Date.now());
    this.#go(running);
    return { ...running.job };
  }

  saveOne(key: number): TransferJob {
    return this.start({
      selection: { kind: 'keys', keys: [key] },
      folderToken: 'folder-1',
      template: this.world.settings.nameTemplate,
      options: NO_OPTIONS,
      priority: 'normal',
    });
  }

  #create(request: StartTransfer, createdAtMs: number): Running {
    const items = keysOf(request.selection, this.rowsOf).map((key, position) =>
      newItem(this.world.call(key).row, position, this.#name(key, request.template)),
    );
    const rank = this.#next++;
    const place = this.places.of(request.folderToken);
    const folder = place?.label ?? this.folder().path;
    const job = newJob(request, items, { id: `job-${rank}`, rank, folder, createdAtMs });
    job.placeId = place?.id ?? null;
    const running: Running = { items, timer: null, job };
    this.#jobs.unshift(running);
    return running;
  }

  #go(running: Running): void {
    const { scenario } = this.world.options;
    if (scenario === 'ratelimited') running.job.note = 'The provider asked to slow down; going on in 41 s.';
    running.job.state = 'running';
    running.timer ??= setInterval(() => this.#tick(running), TICK_MS);
    this.#tell(running);
  }

  #tick(running: Running): void {
    const { job, items } = running;
    const { scenario } = this.world.options;
    if (scenario === 'ratelimited') return;
    const parallel = this.world.settings.parallelDownloads;
    const active = items
      .filter((item) => item.state === 'queued' || item.state === 'receiving')
      .slice(0, parallel);
    for (const item of active) {
      const { row } = this.world.call(item.key);
      if (item.state === 'queued') item.tries += 1;
      item.state = 'receiving';
      this.world.change(item.key, { state: 'moving' });
      const size = item.totalBytes ?? (row.durationMs ?? 30_000) * 2;
      const step = Math.min(BYTES_PER_TICK, size - item.receivedBytes);
      item.receivedBytes += step;
      job.receivedBytes += step;
      if (scenario === 'diskfull' && job.receivedBytes > 400_000) {
        this.#stop(
          running,
          'paused',
          'Paused: the disk of /home/you/Recordings is full. Nothing that was saved is lost; make room, then resume.',
        );
        return;
      }
      if (item.receivedBytes >= size || row.gone || scenario === 'offline')
        endItem(this.world, job, item, row, size);
    }
    job.bytesPerS = Math.min(active.length, parallel) * BYTES_PER_TICK * (1000 / TICK_MS);
    job.pace = `${active.length} at once, because the settings allow ${parallel}.`;
    if (items.every((item) => !isOpen(item))) this.#stop(running, 'finished', null);
    else this.#tell(running);
    this.world.libraryChanged();
  }

  #stop(running: Running, state: TransferJob['state'], note: string | null): void {
    if (running.timer !== null) clearInterval(running.timer);
    running.timer = null;
    const { job, items } = running;
    job.state = state;
    job.note = note;
    job.bytesPerS = null;
    job.pace = null;
    if (state !== 'paused') job.queueRank = null;
    if (state === 'finished' || state === 'cancelled') job.endedAtMs = Date.now();
    for (const item of items) {
      if (!isOpen(item)) continue;
      if (item.state === 'receiving') this.world.change(item.key, { state: 'notSaved' });
      if (state === 'cancelled') item.state = 'cancelled';
      else if (item.state === 'receiving') item.state = 'queued';
    }
    this.#tell(running);
    this.world.libraryChanged();
  }

  #tell(running: Running): void {
    const { job, items } = running;
    recount(job, items);
    this.world.emit({ type: 'transfer', job: { ...job } });
  }

  #find(jobId: string): Running {
    return (
      this.#jobs.find(({ job }) => job.id === jobId) ??
      fail({ code: 'stale', what: 'This job is not in the history.' })
    );
  }

  list(): TransferJob[] {
    return this.#jobs.map(({ job }) => ({ ...job }));
  }

  items(jobId: string): readonly TransferItem[] {
    return this.#find(jobId).items;
  }

  /** Does something with single files, as a person asked. */
  order(jobId: string, positions: number[], order: ItemOrderName): void {
    const running = this.#find(jobId);
    for (const position of positions) {
      const item = running.items.find((other) => other.position === position);
      if (item !== undefined) orderItem(running.job, running.items, item, order);
    }
    if (order === 'retry') {
      running.job.queueRank ??= this.#next++;
      this.#go(running);
    } else this.#tell(running);
  }

  /** Before another job, or to the end. */
  move(jobId: string, beforeJobId: string | null): void {
    const ranked = this.#jobs
      .filter(({ job }) => job.queueRank !== null && job.id !== jobId)
      .sort((a, b) => (a.job.queueRank ?? 0) - (b.job.queueRank ?? 0));
    const at = ranked.findIndex(({ job }) => job.id === beforeJobId);
    ranked.splice(at === -1 ? ranked.length : at, 0, this.#find(jobId));
    for (const [rank, running] of ranked.entries()) running.job.queueRank = rank;
  }

  setPriority(jobId: string, priority: PriorityName): void {
    const running = this.#find(jobId);
    running.job.priority = priority;
    this.#tell(running);
  }

  pause(jobId: string): void {
    this.#stop(this.#find(jobId), 'paused', null);
  }

  resume(jobId: string): void {
    this.#go(this.#find(jobId));
  }

  cancel(jobId: string): void {
    this.#stop(this.#find(jobId), 'cancelled', null);
  }

  retryFailed(jobId: string): void {
    const running = this.#find(jobId);
    for (const item of running.items) {
      if (item.state === 'failed')
        Object.assign(item, { state: 'queued', receivedBytes: 0, note: null, reply: null });
    }
    running.job.failed = 0;
    running.job.endedAtMs = null;
    this.#go(running);
  }

  /** Two earlier jobs, one of them with failures, so that the history is not empty. */
  #history(): void {
    for (const [first, length, hours] of [
      [300, 40, 26],
      [60, 12, 3],
    ] as const) {
      const keys = Array.from({ length }, (_, index) => first + index);
      const createdAtMs = this.world.shelf.nowMs - hours * 3_600_000;
      const running = this.#create(
        {
          selection: { kind: 'keys', keys },
          folderToken: 'folder-1',
          template: this.world.settings.nameTemplate,
          options: NO_OPTIONS,
          priority: 'normal',
        },
        createdAtMs,
      );
      endLongAgo(this.world, running.job, running.items, createdAtMs + 48_000);
    }
  }
}
