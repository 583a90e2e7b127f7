/** Made-up checks of copies and adoptions of files: both take a moment, can be stopped, and find a few troubles. */
import type {
  AdoptedFile,
  AdoptReport,
  AdoptRequest,
  CheckedCopy,
  CheckReport,
  CheckScope,
  ChosenSource,
} from '../../ipc/copies';
import { hash } from './random';
import { fail, keysOf, type World } from './world';

const TICK_MS = 60;
const COPIES_A_TICK = 40;

export class Copies {
  #check: { report: CheckReport; keys: number[]; timer: ReturnType<typeof setInterval> } | null = null;
  #adopt: { report: AdoptReport; files: AdoptedFile[]; timer: ReturnType<typeof setInterval> } | null = null;

  constructor(
    readonly world: World,
    readonly rowsOf: (snapshot: number) => Uint32Array,
  ) {}

  check(scope: CheckScope): CheckReport {
    const all =
      scope.scope === 'all'
        ? Array.from({ length: this.world.indexed }, (_, at) => at + 1)
        : keysOf(scope.selection, this.rowsOf);
    const keys = all.filter((key) => {
      const { state } = this.world.facts(key);
      return state === 'verified' || state === 'remarked';
    });
    const report: CheckReport = {
      beganAtMs: Date.now(),
      endedAtMs: null,
      cancelled: false,
      total: keys.length,
      ok: 0,
      changed: 0,
      missing: 0,
      cannotCheck: 0,
      readBytes: 0,
      totalBytes: keys.reduce((sum, key) => sum + (this.world.facts(key).sizeBytes ?? 0), 0),
      troubles: [],
    };
    this.cancelCheck();
    this.#check = { report, keys, timer: setInterval(() => this.#checkMore(), TICK_MS) };
    return structuredClone(report);
  }

  #checkMore(): void {
    if (this.#check === null) return;
    const { report, keys, timer } = this.#check;
    const done = report.ok + report.changed + report.missing + report.cannotCheck;
    for (const key of keys.slice(done, done + COPIES_A_TICK)) {
      const { row } = this.world.call(key);
      report.readBytes += row.sizeBytes ?? 0;
      const trouble = troubleOf(hash(this.world.options.seed, key, 60) % 180);
      if (trouble === null) report.ok += 1;
      else {
        report[trouble.result] += 1;
        report.troubles.push({
          ...trouble,
          key,
          path: `/home/you/Recordings/${row.recordingId}.${row.format}`,
        });
      }
    }
    if (report.ok + report.changed + report.missing + report.cannotCheck >= keys.length) {
      clearInterval(timer);
      report.endedAtMs = Date.now();
    }
    this.world.emit({ type: 'copiesCheck', report: structuredClone(report) });
  }

  checkReport(): CheckReport | null {
    return this.#check === null ? null : structuredClone(this.#check.report);
  }

  cancelCheck(): void {
    if (this.#check === null || this.#check.report.endedAtMs !== null) return;
    clearInterval(this.#check.timer);
    this.#check.report.cancelled = true;
    this.#check.report.endedAtMs = Date.now();
  }

  /** Their recordings have no other copy in this world. */
  forgetMissing(): number {
    if (this.#check === null) return 0;
    const { report } = this.#check;
    const forgotten = report.troubles.filter(({ result }) => result === 'missing');
    for (const { key } of forgotten) this.world.change(key, { state: 'notSaved' });
    report.troubles = report.troubles.filter(({ result }) => result !== 'missing');
    report.total -= report.missing;
    report.missing = 0;
    this.world.emit({ type: 'copiesCheck', report: structuredClone(report) });
    this.world.libraryChanged();
    return forgotten.length;
  }

  source(isArchive: boolean): ChosenSource {
    return {
      token: isArchive ? 'source-zip' : 'source-folder',
      path: isArchive ? '/home/you/Downloads/vobiz-export.zip' : '/home/you/Old recordings',
      isArchive,
    };
  }

  adopt(request: AdoptRequest): AdoptReport {
    const isArchive = request.sourceToken === 'source-zip';
    if (isArchive && request.folderToken === null)
      fail({ code: 'invalid', field: 'folderToken', what: 'Choose a folder for what is in the archive.' });
    const { path } = this.source(isArchive);
    const files = Array.from({ length: 24 }, (_, at) => this.#fileOf(at, path, isArchive));
    const report: AdoptReport = {
      source: path,
      beganAtMs: Date.now(),
      endedAtMs: null,
      cancelled: false,
      total: files.length,
      lookedAt: 0,
      adopted: 0,
      foundAgain: 0,
      alreadyKnown: 0,
      ambiguous: 0,
      noMatch: 0,
      refused: 0,
      files: [],
    };
    this.cancelAdopt();
    this.#adopt = { report, files, timer: setInterval(() => this.#adoptMore(), TICK_MS) };
    return structuredClone(report);
  }

  #fileOf(at: number, source: string, isArchive: boolean): AdoptedFile {
    const key = at + 14;
    const { row } = this.world.call(key);
    const path = `${source}${isArchive ? ' › ' : '/'}${row.recordingId}.${row.format}`;
    const what = 'The recording’s id is in the name, and length and size agree.';
    if (at % 9 === 4)
      return { path, key: null, outcome: 'ambiguous', what: 'Two calls have this length and day.' };
    if (at % 11 === 7)
      return { path, key: null, outcome: 'refused', what: 'The file ends in the middle of the sound.' };
    if (row.state === 'verified') return { path, key, outcome: 'alreadyKnown', what };
    return { path, key, outcome: 'adopted', what };
  }

  #adoptMore(): void {
    if (this.#adopt === null) return;
    const { report, files, timer } = this.#adopt;
    for (const file of files.slice(report.lookedAt, report.lookedAt + 2)) {
      report.lookedAt += 1;
      report[file.outcome] += 1;
      report.files.push(file);
      if (file.outcome === 'adopted' && file.key !== null) this.world.change(file.key, { state: 'verified' });
    }
    this.world.libraryChanged();
    if (report.lookedAt >= files.length) {
      clearInterval(timer);
      report.endedAtMs = Date.now();
    }
    this.world.emit({ type: 'adoption', report: structuredClone(report) });
  }

  adoptReport(): AdoptReport | null {
    return this.#adopt === null ? null : structuredClone(this.#adopt.report);
  }

  cancelAdopt(): void {
    if (this.#adopt === null || this.#adopt.report.endedAtMs !== null) return;
    clearInterval(this.#adopt.timer);
    this.#adopt.report.cancelled = true;
    this.#adopt.report.endedAtMs = Date.now();
  }
}

function troubleOf(
  n: number,
): (Pick<CheckedCopy, 'what'> & { result: 'changed' | 'missing' | 'cannotCheck' }) | null {
  switch (n) {
    case 1:
      return { result: 'changed', what: 'The file has other bytes than when it was verified.' };
    case 2:
      return { result: 'missing', what: 'There is no file of that name any more.' };
    case 3:
      return { result: 'cannotCheck', what: 'The disk could not read it (os error 5).' };
    default:
      return null;
  }
}
