/** What a made-up download would need, its settings, and searches in jobs and their files. */
import type { PlanRequest, TransferPlan, TransferSettings } from '../../ipc/saving';
import type {
  FoundItems,
  FoundJobs,
  ItemSearch,
  JobSearch,
  PaceView,
  TransferItem,
} from '../../ipc/transfers';
import type { Catalogue } from './catalogue';
import type { Downloads } from './downloads';
import { NO_OPTIONS } from './transferJob';
import { keysOf, type World } from './world';

const GUESSED_BYTES = 400_000;

export class Saving {
  settings: TransferSettings = {
    bytesPerS: null,
    quietHours: null,
    keepAwake: true,
    presets: [
      { label: 'By day', template: '{date}/{time}_{from}_{to}_{id}' },
      { label: 'By account', template: '{account}/{date}_{time}_{id}' },
    ],
    options: { ...NO_OPTIONS, checksums: true, callTime: true },
  };

  constructor(
    readonly world: World,
    readonly downloads: Downloads,
    readonly catalogue: Catalogue,
  ) {}

  plan({ selection, folderToken }: PlanRequest): TransferPlan {
    const rows = keysOf(selection, this.catalogue.rowsOf).map((key) => this.world.facts(key));
    const there = rows.filter(({ state }) => state === 'verified' || state === 'remarked').length;
    const missing = rows.filter(({ state }) => state !== 'verified' && state !== 'remarked');
    const knownBytes = missing.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
    const unknownSize = missing.filter(({ sizeBytes }) => sizeBytes === null).length;
    const estimatedBytes = knownBytes + unknownSize * GUESSED_BYTES;
    return {
      files: rows.length,
      alreadyThere: there,
      knownBytes,
      estimatedBytes,
      unknownSize,
      freeBytes: folderToken === null ? null : this.downloads.folder().freeBytes,
      largestFileBytes: null,
      warning: null,
    };
  }

  findItems({ jobId, text, states, offset, limit }: ItemSearch): FoundItems {
    const items = this.downloads
      .items(jobId)
      .filter((item) => (states.length === 0 || states.includes(item.state)) && holds(item, text));
    return { total: items.length, items: items.slice(offset, offset + limit).map((item) => ({ ...item })) };
  }

  find({ text, states, offset, limit }: JobSearch): FoundJobs {
    const jobs = this.downloads
      .list()
      .filter(
        (job) =>
          (states.length === 0 || states.includes(job.state)) &&
          ([job.label, job.folder, job.note].some((part) => contains(part, text)) ||
            this.downloads.items(job.id).some((item) => holds(item, text))),
      );
    return { total: jobs.length, jobs: jobs.slice(offset, offset + limit) };
  }

  pace(): PaceView {
    const running = this.downloads.list().filter(({ state }) => state === 'running');
    const bytesPerS = running.reduce((sum, job) => sum + (job.bytesPerS ?? 0), 0);
    const moving = running.reduce((sum, job) => sum + job.moving, 0);
    const atOnce = this.world.settings.parallelDownloads;
    const sentence =
      moving === 0
        ? 'Nothing moves: Vobiz asked for a pause.'
        : `${moving} files at once; Vobiz answers quickly, so more are tried soon.`;
    return {
      sentence: running.length === 0 ? null : sentence,
      bytesPerS,
      keepsAwake: running.length > 0 && this.settings.keepAwake,
      accounts: this.world.accounts
        .slice(0, 1)
        .map(({ id }) => ({ accountId: id, moving, atOnce, sentence: 'No limit has been met.' })),
    };
  }
}

const contains = (part: string | null, text: string) =>
  part?.toLowerCase().includes(text.toLowerCase()) ?? false;

const holds = (item: TransferItem, text: string) =>
  text === '' ||
  [item.name, item.note, item.recordingId, item.from, item.to].some((part) => contains(part, text));
