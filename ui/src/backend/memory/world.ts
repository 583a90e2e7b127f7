/** What all parts of the made-up program share: options, clock, accounts, changes to rows, and the stream of events. */
import type { AccountView } from '../../ipc/accounts';
import type { SettingsView } from '../../ipc/app';
import type { IpcError } from '../../ipc/error';
import type { AppEvent } from '../../ipc/events';
import type { Row, Selection } from '../../ipc/library';
import { type Call, type Facts, factsOf, LONG_NAME, makeCall, type Shelf } from './calls';
import type { Options } from './options';
import { hash } from './random';

export const MAIN_ACCOUNT = 'acc-front-desk';
export const SANDBOX_ACCOUNT = 'acc-sandbox';
export const VONAGE_ACCOUNT = 'acc-london';

const hasVonage = ({ scenario }: Options) => scenario === 'vonage' || scenario === 'tokenended';

export class World {
  readonly shelf: Shelf;
  readonly changes = new Map<number, Partial<Row>>();
  readonly deleted = new Set<number>();
  /** Copies that are in a bucket, by the key of their recording. */
  readonly inBucket = new Map<number, string>();
  accounts: AccountView[] = [];
  /** How many rows the index holds; a first sync raises it. */
  indexed: number;
  settings: SettingsView;
  /** Nobody knows about the keyring before it was first needed. */
  keyringFailed = false;
  #onEvent: (event: AppEvent) => void = () => {};
  #libraryNotice: ReturnType<typeof setTimeout> | null = null;

  constructor(readonly options: Options) {
    this.shelf = {
      seed: options.seed,
      rows: options.rows,
      isExtreme: options.scenario === 'extreme',
      nowMs: Date.now(),
      midnightMs: new Date(Date.now()).setHours(0, 0, 0, 0),
      accountOf: (key) => {
        if (hasVonage(options) && hash(options.seed, key, 41) % 3 === 0) return VONAGE_ACCOUNT;
        return this.accounts.length > 1 && hash(options.seed, key, 40) % 5 === 0
          ? SANDBOX_ACCOUNT
          : (this.accounts[0]?.id ?? SANDBOX_ACCOUNT);
      },
    };
    this.settings = {
      theme: 'system',
      timeZone: '',
      density: 'comfortable',
      nameTemplate: '{date}_{time}_{from}_{to}_{id}',
      parallelDownloads: 4,
      volume: 0.8,
      columns: [],
      detailsOpen: true,
      detailsPx: 320,
      sidebarOpen: true,
      sort: [],
      maskNumbers: false,
      proxy: 'system',
      proxyUrl: '',
      caFile: options.scenario === 'lostcafile' ? '/media/stick/company.pem' : '',
      syncEveryMin: 15,
    };
    this.indexed = options.scenario === 'noaccount' ? 0 : options.rows;
    if (options.scenario !== 'noaccount') {
      this.accounts = [
        this.account(MAIN_ACCOUNT, options.scenario === 'extreme' ? LONG_NAME : 'Front desk', false),
        this.account(SANDBOX_ACCOUNT, 'Sandbox', true),
      ];
      if (hasVonage(options)) this.accounts.splice(1, 0, this.vonageAccount(VONAGE_ACCOUNT, 'London office'));
    }
  }

  account(id: string, label: string, isSandbox: boolean): AccountView {
    const { scenario, rows } = this.options;
    const missing = scenario === 'signin' && !isSandbox;
    const isAlone = !this.accounts.some((other) => other.id !== id) && scenario === 'noaccount';
    const recordings = isAlone ? rows : Math.round(rows * (isSandbox ? 0.2 : 0.8));
    return {
      id,
      vendor: 'vobiz',
      label,
      authId: isSandbox ? 'MA_SANDBOX1' : 'MA_7Q2K9XTD',
      baseUrl: isSandbox ? 'http://127.0.0.1:46311/api/v1' : 'https://api.vobiz.ai/api/v1',
      isSandbox,
      secret: missing ? 'missing' : scenario === 'nokeyring' ? 'session' : 'keyring',
      recordings,
      syncedAtMs: this.shelf.nowMs - 130_000,
      vendorTotal: recordings,
      timeZone: 'Asia/Kolkata',
      capabilities: [
        { feature: 'recordings', available: true, reason: null },
        { feature: 'deletion', available: true, reason: null },
        { feature: 'emailExport', available: true, reason: null },
        { feature: 'balance', available: true, reason: null },
        scenario === 'nopermission'
          ? {
              feature: 'callRecords',
              available: false,
              reason: 'Vobiz answered that this key may not read call records.',
            }
          : { feature: 'callRecords', available: true, reason: null },
      ],
      balance: { available: 1240.5, currency: 'INR' },
      vbc: null,
      token: null,
    };
  }

  vonageAccount(id: string, label: string): AccountView {
    const recordings = Math.round(this.options.rows / 3);
    return {
      ...this.account(id, label, false),
      vendor: 'vbc',
      authId: 'integration@vbc.prod',
      baseUrl: 'https://api.vonage.com/t/vbc.prod/call_recording',
      recordings,
      vendorTotal: recordings,
      timeZone: null,
      balance: null,
      capabilities: [
        { feature: 'companyRecordings', available: true, reason: null },
        { feature: 'onDemandRecordings', available: true, reason: null },
        {
          feature: 'otherUsersRecordings',
          available: false,
          reason: 'The application is not subscribed to Provisioning, so the users are not known.',
        },
        { feature: 'deletion', available: true, reason: null },
        { feature: 'exportJobs', available: true, reason: null },
        { feature: 'transcripts', available: true, reason: null },
      ],
      vbc: {
        region: 'default',
        serviceBase: 'https://api.vonage.com/t/vbc.prod/call_recording',
        provisioningBase: 'https://api.vonage.com/t/vbc.prod/provisioning',
        tokenUrl: 'https://api.vonage.com/token',
        authorizeUrl: 'https://api.vonage.com/authorize',
        clientId: 'q8Xk2vT0fYc7',
        requestsPerMin: 10,
      },
      token:
        this.options.scenario === 'tokenended'
          ? { endsAtMs: this.shelf.nowMs - 600_000, renewsItself: false }
          : { endsAtMs: this.shelf.nowMs + 19 * 3_600_000, renewsItself: true },
    };
  }

  /** Rejects where the secret would be written, when there is no keyring and nobody agreed to do without. */
  needKeyring(sessionOnly: boolean): void {
    if (this.options.scenario !== 'nokeyring' || sessionOnly) return;
    this.keyringFailed = true;
    fail({
      code: 'keyringUnavailable',
      reason: 'none',
      what: 'No secret service answers on the session bus.',
    });
  }

  call(key: number): Call {
    const call = makeCall(this.shelf, key);
    const change = this.changes.get(key);
    return change === undefined ? call : { ...call, row: { ...call.row, ...change } };
  }

  /** The same row without its texts. */
  facts(key: number): Facts {
    const facts = factsOf(this.shelf, key);
    const change = this.changes.get(key);
    return change === undefined ? facts : { ...facts, ...change };
  }

  /** Changes some fields of a row; what was changed before stays. */
  change(key: number, change: Partial<Row>): void {
    this.changes.set(key, { ...this.changes.get(key), ...change });
  }

  subscribe(onEvent: (event: AppEvent) => void): void {
    this.#onEvent = onEvent;
  }

  emit(event: AppEvent): void {
    this.#onEvent(event);
  }

  /** Tells at most ten times a second that rows changed. */
  libraryChanged(): void {
    this.#libraryNotice ??= setTimeout(() => {
      this.#libraryNotice = null;
      this.emit({ type: 'libraryChanged' });
    }, 100);
  }

  /** Answers after the latency, as the real program does: never in the same turn. */
  async reply<T>(make: () => T | Promise<T>): Promise<T> {
    await new Promise((resolve) => setTimeout(resolve, this.options.latencyMs));
    return make();
  }
}

/** Rejects as a command does. */
export function fail(error: IpcError): never {
  throw error;
}

export const NO_REPLY = { status: null, message: null, correlationId: null, errorCode: null };

/** The keys of a selection, given the rows of a snapshot. */
export function keysOf(selection: Selection, rowsOf: (snapshot: number) => Uint32Array): number[] {
  if (selection.kind === 'keys') return selection.keys;
  const except = new Set(selection.except);
  return Array.from(rowsOf(selection.snapshot)).filter((key) => !except.has(key));
}
