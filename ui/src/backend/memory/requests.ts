/** Made-up e-mail exports: the rules of the vendor, the review, the history. */
import type {
  ExportDraft,
  ExportOutcome,
  ExportProblemView,
  ExportRecord,
  ExportReview,
} from '../../ipc/exports';
import { uuid } from './random';
import { fail, type World } from './world';

const MAX_RANGE_DAYS = 366;
const MAX_FILTERED_DAYS = 30;
const DAY_MS = 86_400_000;

function filtersOf(draft: ExportDraft): Record<string, string> {
  const all = {
    from_number: draft.fromNumber,
    to_number: draft.toNumber,
    call_uuid: draft.callUuid,
    conference_name: draft.conferenceName,
    recording_format: draft.recordingFormat,
    recording_id: draft.recordingId,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value.trim() !== ''));
}

const civil = (text: string) => Date.parse(`${text.replace(' ', 'T')}Z`);

function daysOf({ period }: ExportDraft, nowMs: number): number | null {
  if (period.kind === 'exactAge') return 1;
  if (period.kind === 'ageRange') {
    const first = period.youngestDays + (period.youngestInclusive ? 0 : 1);
    const last = period.oldestDays - (period.oldestInclusive ? 0 : 1);
    return last >= first ? last - first : null;
  }
  const to = period.to === '' ? nowMs : civil(period.to);
  const from = period.from === '' ? nowMs - 7 * DAY_MS : civil(period.from);
  return to > from ? Math.ceil((to - from) / DAY_MS) : null;
}

function problemsOf(draft: ExportDraft, nowMs: number): ExportProblemView[] {
  const problems: ExportProblemView[] = [];
  const add = (field: string, what: string) => problems.push({ field, what });
  if (draft.recipients.length === 0) add('recipients', 'Add at least one e-mail address for the link.');
  for (const address of draft.recipients) {
    if (!/^[^\s@,;<>]+@[^\s@.,;<>][^\s@,;<>]*\.[^\s@.,;<>]+$/.test(address)) {
      add('recipients', `“${address}” is not an e-mail address.`);
    }
  }
  const days = daysOf(draft, nowMs);
  if (days === null) add('period', 'The end lies before the start.');
  else if (draft.period.kind === 'dates' && days > MAX_RANGE_DAYS) {
    add('period', `${days} days: Vobiz exports at most ${MAX_RANGE_DAYS} days at a time.`);
  } else if (draft.period.kind === 'ageRange' && days > MAX_FILTERED_DAYS) {
    add('period', `${days} days of age: Vobiz takes an age range of at most ${MAX_FILTERED_DAYS} days.`);
  }
  if (days !== null && days > MAX_FILTERED_DAYS && Object.keys(filtersOf(draft)).length > 0) {
    add(
      'filters',
      `Filters work only for ${MAX_FILTERED_DAYS} days or less; this period has ${days}. Shorten it or drop the filters.`,
    );
  }
  return problems;
}

function bodyOf(draft: ExportDraft): Record<string, unknown> {
  const { period } = draft;
  const body: Record<string, unknown> = {};
  if (period.kind === 'dates') {
    if (period.from !== '') body.from = period.from;
    if (period.to !== '') body.to = period.to;
  } else if (period.kind === 'exactAge') {
    body.recording_storage_duration = String(period.days);
  } else {
    body[`recording_storage_duration__${period.youngestInclusive ? 'gte' : 'gt'}`] = String(
      period.youngestDays,
    );
    body[`recording_storage_duration__${period.oldestInclusive ? 'lte' : 'lt'}`] = String(period.oldestDays);
  }
  return { ...body, ...filtersOf(draft), recipient: { customer_account: draft.recipients } };
}

export class Requests {
  #records: ExportRecord[] = [];

  constructor(readonly world: World) {
    const account = world.accounts[0];
    if (world.options.scenario === 'full' && account !== undefined) {
      for (const [hours, outcome] of [
        [170, 'accepted'],
        [50, 'busy'],
        [26, 'accepted'],
      ] as const) {
        const body = {
          from: '2026-11-01 00:00:00',
          to: '2026-11-07 23:59:59',
          recipient: { customer_account: ['records@example.com'] },
        };
        this.#add(
          account.id,
          JSON.stringify(body, null, 2),
          body.recipient.customer_account,
          outcome,
          world.shelf.nowMs - hours * 3_600_000,
        );
      }
    }
  }

  #add(
    accountId: string,
    bodyJson: string,
    recipients: string[],
    outcome: ExportOutcome,
    requestedAtMs: number,
  ): ExportRecord {
    const id = this.#records.length + 1;
    const replies = {
      sent: { status: null, message: null },
      unanswered: { status: null, message: null },
      accepted: { status: 202, message: 'Your request has been accepted. We will mail you the link.' },
      busy: { status: 403, message: 'An export request is already in progress.' },
      refused: { status: 400, message: 'invalid date range' },
    } as const;
    const record: ExportRecord = {
      id,
      accountId,
      accountLabel: this.world.accounts.find((account) => account.id === accountId)?.label ?? accountId,
      requestedAtMs,
      bodyJson,
      recipients,
      outcome,
      reply: {
        errorCode: null,
        ...replies[outcome],
        correlationId: outcome === 'unanswered' ? null : uuid(this.world.options.seed, id, 70),
      },
    };
    this.#records.unshift(record);
    return record;
  }

  review(draft: ExportDraft): ExportReview {
    const days = daysOf(draft, this.world.shelf.nowMs) ?? 0;
    const account = this.world.accounts.find(({ id }) => id === draft.accountId);
    const bodyJson = JSON.stringify(bodyOf(draft), null, 2);
    let matchingCount = 0;
    let matchingDurationMs = 0;
    const oldest = this.world.shelf.nowMs - days * DAY_MS;
    for (let key = 1; key <= this.world.indexed; key++) {
      const { row } = this.world.call(key);
      if (row.atMs !== null && row.atMs < oldest) break;
      if (row.accountId !== draft.accountId) continue;
      matchingCount += 1;
      matchingDurationMs += row.durationMs ?? 0;
    }
    return {
      problems: problemsOf(draft, this.world.shelf.nowMs),
      bodyJson,
      curl: `curl -X POST '${account?.baseUrl ?? ''}/Account/${account?.authId ?? ''}/export/recording/' \\\n  -H "X-Auth-ID: $VOBIZ_AUTH_ID" \\\n  -H "X-Auth-Token: $VOBIZ_AUTH_TOKEN" \\\n  -H 'Content-Type: application/json' \\\n  -d '${bodyJson.replaceAll("'", "'\\''")}'`,
      matchingCount,
      matchingDurationMs,
    };
  }

  request(draft: ExportDraft): ExportRecord {
    const [problem] = problemsOf(draft, this.world.shelf.nowMs);
    if (problem !== undefined) fail({ code: 'invalid', field: problem.field, what: problem.what });
    const { scenario } = this.world.options;
    const outcome = scenario === 'busy' ? 'busy' : scenario === 'offline' ? 'unanswered' : 'accepted';
    const record = this.#add(
      draft.accountId,
      JSON.stringify(bodyOf(draft), null, 2),
      draft.recipients,
      outcome,
      Date.now(),
    );
    this.world.emit({ type: 'exportsChanged' });
    return record;
  }

  list(): ExportRecord[] {
    return [...this.#records];
  }
}
