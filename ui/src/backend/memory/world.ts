/** What all parts of the made-up program share: options, clock, accounts, changes to rows, and the stream of events. */
import type { AccountView } from '../../ipc/accounts';
import type { SettingsView } from '../../ipc/app';
import type { IpcError } from '../../ipc/error';
import type { AppEvent } from '../../ipc/events';
import type { Row, Selection } from '../../ipc/library';
import { type Call, type Facts, factsOf, makeCall, type Shelf } from './calls';
import type { Options } from './options';
import { hash } from './random';

export const MAIN_ACCOUNT = 'acc-front-desk';
export const SANDBOX_ACCOUNT = 'acc-sandbox';

export class World {
  readonly shelf: Shelf;
  readonly changes = new Map<number, Partial<Row>>();
  readonly deleted = new Set<number>();
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
      nowMs: Date.now(),
      accountOf: (key) =>
        this.accounts.length > 1 && hash(options.seed, key, 40) % 5 === 0
          ? SANDBOX_ACCOUNT
          : (this.accounts[0]?.id ?? SANDBOX_ACCOUNT),
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
      sidebarOpen: true,
    };
    this.indexed = options.scenario === 'noaccount' ? 0 : options.rows;
    if (options.scenario !== 'noaccount') {
      this.accounts = [
        this.account(MAIN_ACCOUNT, 'Front desk', false),
        this.account(SANDBOX_ACCOUNT, 'Sandbox', true),
      ];
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
    };
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
  async reply<T>(make: () => T): Promise<T> {
    await new Promise((resolve) => setTimeout(resolve, this.options.latencyMs));
    return make();
  }
}

/** Rejects as a command does. */
export function fail(error: IpcError): never {
  throw error;
}

export const NO_REPLY = { status: null, message: null, correlationId: null };

/** The keys of a selection, given the rows of a snapshot. */
export function keysOf(selection: Selection, rowsOf: (snapshot: number) => Uint32Array): number[] {
  if (selection.kind === 'keys') return selection.keys;
  const except = new Set(selection.except);
  return Array.from(rowsOf(selection.snapshot)).filter((key) => !except.has(key));
}
