/** Everything about one made-up recording: its details, the record of its call, what was said in it. */
import type { CallRecordView, TranscriptView } from '../../ipc/calls';
import type { RecordingDetail, SavedCopy } from '../../ipc/library';
import { formatClock } from '../../lib/format';
import type { Catalogue } from './catalogue';
import { hash, hex } from './random';
import { fail, type World } from './world';

/** Other recordings of the number that the details name. */
const NEIGHBOURS = 20;

const SAID = [
  'Hello, I am calling about my order.',
  'Of course. May I have the number?',
  'It is four, seven, one, one. I was promised it for Tuesday, and nobody has told me anything since.',
  'Thank you. It leaves the harbour tomorrow.',
  'And who do I call when it does not?',
  'This line, or +44 20 7946 0018 after six.',
  'That is all I wanted to know. Goodbye.',
] as const;

export class Recordings {
  constructor(
    readonly world: World,
    readonly catalogue: Catalogue,
  ) {}

  /** Calls of conferences have no record, as with the real vendors. */
  callRecord(key: number): CallRecordView | null {
    const { row } = this.world.call(key);
    if (row.conferenceName !== null || row.atMs === null) return null;
    const ringMs = 4_000 + (key % 9) * 1_000;
    return {
      direction: row.direction,
      callerName: row.callerName,
      startedAtMs: row.atMs - ringMs,
      answeredAtMs: row.atMs,
      endedAtMs: row.endedAtMs,
      durationS: row.durationMs === null ? null : Math.round((row.durationMs + ringMs) / 1000),
      billedS: row.billedS,
      hangupCause: 'NORMAL_CLEARING',
      hangupSource: key % 2 === 0 ? 'callee' : 'caller',
      cost: row.billedS === null ? null : (row.billedS / 60) * 0.006,
      currency: 'USD',
      rawJson: JSON.stringify({ call_uuid: row.callUuid, hangup_cause: 'NORMAL_CLEARING' }, null, 2),
    };
  }

  /** Most have one where the account has any; nobody transcribes what is over in seconds. */
  transcript(key: number): TranscriptView | null {
    const { row } = this.world.call(key);
    const account = this.world.accounts.find(({ id }) => id === row.accountId);
    const has = account?.capabilities.some(
      ({ feature, available }) => feature === 'transcripts' && available,
    );
    const durationMs = row.durationMs ?? 0;
    if (!has || durationMs < 15_000 || hash(this.world.options.seed, key, 70) % 5 === 0) return null;
    const lines = SAID.map((words, turn) => {
      const at = formatClock((durationMs / SAID.length) * turn);
      return `[${at}] ${(turn % 2) + 1}: ${words}`;
    });
    return { text: lines.join('\n'), language: 'en-US' };
  }

  detail(key: number): RecordingDetail {
    const { world } = this;
    if (key > world.indexed || world.deleted.has(key))
      fail({ code: 'stale', what: 'This recording is not in the index.' });
    const { row, fromRaw, toRaw, callUuid, channels } = world.call(key);
    const saved = row.state === 'verified' || row.state === 'remarked';
    const number = row.from.replace(/\D/g, '');
    const query = number === '' ? null : `number:+${number}`;
    const sameNumber = query === null ? [] : this.catalogue.others(key, query);
    const neighbours = [key - 1, key + 1].filter((other) => other >= 1 && other <= world.indexed);
    const bytes = row.sizeBytes ?? 0;
    const placeId = world.inBucket.get(key) ?? null;
    const copyIn = (folder: string): SavedCopy => ({
      path: `${folder}/${number}_${row.recordingId}.${row.format}`,
      placeId,
      sizeBytes: bytes,
      sha256: hex(world.options.seed, key, 50, 64),
      verifiedAtMs: world.shelf.nowMs - 3_600_000,
      evidence: `${row.format} · 8 kHz · ${channels === 2 ? 'stereo' : 'mono'}`,
      remarks: row.state === 'remarked' ? ['The file is 3 s shorter than the provider says.'] : [],
      checkedAtMs: null,
      checkResult: null,
    });
    return {
      row,
      accountLabel: world.accounts.find((account) => account.id === row.accountId)?.label ?? row.accountId,
      callUuid,
      fromRaw,
      toRaw,
      addedAtMs: row.addedAtMs,
      endedAtMs: row.endedAtMs,
      billedS: row.billedS,
      storageDays: row.storageDays,
      monthlyCost: row.monthlyCost,
      firstSeenMs: row.firstSeenMs,
      sameNumber: sameNumber.slice(0, NEIGHBOURS),
      sameNumberCount: sameNumber.length,
      sameNumberQuery: query,
      goneAtMs: row.gone ? world.shelf.nowMs - 3 * 86_400_000 : null,
      hold:
        row.hold === null
          ? null
          : {
              name: row.hold,
              reason: this.catalogue.reasonOf(key) ?? 'Asked for by the lawyers.',
              who: 'you',
              sinceMs: world.shelf.nowMs - 86_400_000,
            },
      sameCall: neighbours
        .map((other) => world.call(other))
        .filter((other) => other.callUuid === callUuid)
        .map((other) => other.row),
      copy: saved ? copyIn(placeId === null ? '/home/you/Recordings' : 'calls') : null,
      // Some were saved on another disk as well, which has lost a few of them since.
      otherCopies:
        saved && key % 4 === 1
          ? [
              {
                ...copyIn('/media/archive/calls'),
                placeId: null,
                checkedAtMs: key % 8 === 1 ? world.shelf.nowMs - 7_200_000 : null,
                checkResult: key % 8 === 1 ? 'missing' : null,
              },
            ]
          : [],
      lastFailure: row.state === 'failed' ? 'The reply was a web page, not audio.' : null,
      rawJson: JSON.stringify(
        {
          recording_id: row.recordingId,
          call_uuid: callUuid,
          recording_url: row.mediaUrl,
          from_number: fromRaw,
          to_number: toRaw,
          recording_type: row.kind,
          recording_format: row.format,
          recording_duration_ms: row.durationMs === null ? null : `${row.durationMs}.00000`,
          conference_name: row.conferenceName,
        },
        null,
        2,
      ),
    };
  }
}
