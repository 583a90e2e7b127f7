/** Made-up export jobs of Vonage: they move on with each question, get ready, and their archives go away again. */
import type {
  ArchiveProgress,
  ExportJobDraft,
  ExportJobReview,
  ExportJobView,
  SavedArchive,
} from '../../ipc/exportJobs';
import { hex } from './random';
import { fail, NO_REPLY, type World } from './world';

const HOUR_MS = 3_600_000;
const ARCHIVE_BYTES = 48_000_000;

function bodyOf(draft: ExportJobDraft): Record<string, string | number> {
  const stamp = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, '+0000');
  const texts = {
    call_direction: draft.direction.toUpperCase(),
    caller_id: draft.callerId.trim(),
    dnis: draft.dnis.trim(),
    cnam: draft.cnam.trim(),
    extension: draft.extension.trim(),
    call_id: draft.callId.trim(),
  };
  const body: Record<string, string | number> = {};
  if (draft.fromMs !== null) body['start:gte'] = stamp(draft.fromMs);
  if (draft.toMs !== null) body['start:lte'] = stamp(draft.toMs);
  if (draft.minDurationMs !== null) body['duration:gte'] = draft.minDurationMs;
  if (draft.maxDurationMs !== null) body['duration:lte'] = draft.maxDurationMs;
  for (const [name, value] of Object.entries(texts)) if (value !== '') body[name] = value;
  return body;
}

function problemsOf(draft: ExportJobDraft): string[] {
  const problems: string[] = [];
  if (draft.fromMs === null || draft.toMs === null)
    problems.push('Both ends of the period are needed: without them Vonage would pack everything.');
  else if (draft.toMs <= draft.fromMs) problems.push('The period ends before it begins.');
  if (
    draft.minDurationMs !== null &&
    draft.maxDurationMs !== null &&
    draft.maxDurationMs < draft.minDurationMs
  )
    problems.push('The longest length is shorter than the shortest.');
  return problems;
}

export class Jobs {
  #jobs: ExportJobView[] = [];
  #cancelled = new Set<string>();
  #next = 7301;

  constructor(readonly world: World) {
    const account = world.accounts.find(({ vendor }) => vendor === 'vbc');
    if (account === undefined) return;
    const { nowMs } = world.shelf;
    this.#jobs = [
      { ...this.#job(account.id, 'company', null), filesCompleted: 310, filesTotal: 1240 },
      {
        ...this.#job(account.id, 'users/self', '{}'),
        status: 'complete',
        statusWord: 'complete',
        filesCompleted: 86,
        filesTotal: 86,
        validUntilMs: nowMs + 30 * HOUR_MS,
        requestedAtMs: nowMs - 2 * HOUR_MS,
      },
      {
        ...this.#job(account.id, 'company', null),
        status: 'expired',
        statusWord: 'complete',
        validUntilMs: nowMs - 50 * HOUR_MS,
      },
      { ...this.#job(account.id, 'company', null), status: 'failed', statusWord: 'FAILED_NO_RECORDINGS' },
    ];
  }

  #job(accountId: string, list: string, bodyJson: string | null): ExportJobView {
    return {
      accountId,
      jobId: String(this.#next++),
      list,
      status: 'running',
      statusWord: 'running',
      filesCompleted: null,
      filesTotal: null,
      validUntilMs: null,
      requestedAtMs: null,
      bodyJson,
      checkedAtMs: Date.now(),
      archivePath: null,
    };
  }

  #path(draft: ExportJobDraft): string {
    const account = this.world.accounts.find(({ id }) => id === draft.accountId);
    const list = draft.list === 'company' ? 'company_call_recordings' : `${draft.list}/call_recordings`;
    return `${account?.baseUrl ?? ''}/api/accounts/self/${list}/export`;
  }

  review(draft: ExportJobDraft): ExportJobReview {
    let matchingCount = 0;
    let matchingDurationMs = 0;
    for (let key = 1; key <= this.world.indexed; key++) {
      const { row } = this.world.call(key);
      if (row.atMs === null || row.accountId !== draft.accountId) continue;
      if (row.atMs < (draft.fromMs ?? 0) || row.atMs > (draft.toMs ?? Number.MAX_SAFE_INTEGER)) continue;
      matchingCount += 1;
      matchingDurationMs += row.durationMs ?? 0;
    }
    const bodyJson = JSON.stringify(bodyOf(draft), null, 2);
    const url = this.#path(draft);
    return {
      problems: problemsOf(draft),
      url,
      bodyJson,
      curl: `curl -X POST '${url}' \\\n  -H "Authorization: Bearer $VBC_ACCESS_TOKEN" \\\n  -H 'Content-Type: application/json' \\\n  -d '${bodyJson}'`,
      matchingCount,
      matchingDurationMs,
    };
  }

  create(draft: ExportJobDraft): ExportJobView[] {
    const [problem] = problemsOf(draft);
    if (problem !== undefined) fail({ code: 'invalid', field: 'period', what: problem });
    if (this.world.options.scenario === 'offline')
      fail({ code: 'unreachable', obstacle: 'offline', what: 'No answer from api.vonage.com.' });
    const job = {
      ...this.#job(draft.accountId, draft.list, JSON.stringify(bodyOf(draft))),
      requestedAtMs: Date.now(),
      filesCompleted: 0,
      filesTotal: Math.max(1, this.review(draft).matchingCount),
    };
    this.#jobs.unshift(job);
    return this.known(draft.accountId);
  }

  known(accountId: string): ExportJobView[] {
    return this.#jobs.filter((job) => job.accountId === accountId).map((job) => ({ ...job }));
  }

  cancel(jobId: string): void {
    this.#cancelled.add(jobId);
  }

  /** Each question finds the running jobs a third further on. */
  list(accountId: string): ExportJobView[] {
    if (this.world.options.scenario === 'offline')
      fail({ code: 'unreachable', obstacle: 'offline', what: 'No answer from api.vonage.com.' });
    this.#jobs = this.#jobs.map((job) => (job.accountId === accountId ? this.#moved(job) : job));
    return this.known(accountId);
  }

  #moved(job: ExportJobView): ExportJobView {
    const asked = { ...job, checkedAtMs: Date.now() };
    if (job.status !== 'running' || job.filesTotal === null) return asked;
    const filesCompleted = Math.min(
      job.filesTotal,
      (job.filesCompleted ?? 0) + Math.ceil(job.filesTotal / 3),
    );
    if (filesCompleted < job.filesTotal) return { ...asked, filesCompleted };
    return {
      ...asked,
      filesCompleted,
      status: 'complete',
      statusWord: 'complete',
      validUntilMs: Date.now() + 48 * HOUR_MS,
    };
  }

  async download(
    accountId: string,
    jobId: string,
    onProgress: (progress: ArchiveProgress) => void,
  ): Promise<SavedArchive> {
    const job = this.#jobs.find((known) => known.accountId === accountId && known.jobId === jobId);
    if (job === undefined || job.status === 'expired')
      fail({ code: 'notFound', reply: { ...NO_REPLY, status: 410 } });
    for (let share = 1; share <= 5; share++) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      if (this.#cancelled.delete(jobId)) fail({ code: 'cancelled' });
      onProgress({ receivedBytes: (ARCHIVE_BYTES * share) / 5, totalBytes: ARCHIVE_BYTES });
    }
    const path = `/home/you/Recordings/vonage-job-${jobId}.zip`;
    this.#jobs = this.#jobs.map((known) => (known === job ? { ...job, archivePath: path } : known));
    return {
      path,
      sizeBytes: ARCHIVE_BYTES,
      sha256: hex(this.world.options.seed, Number(jobId), 51, 64),
      files: job.filesTotal ?? 0,
    };
  }
}
