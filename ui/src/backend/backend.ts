/**
 * Everything the window can ask of the program. `tauri.ts` is the real one, `memory.ts` the same interface with made-up
 * data for tests and for work in a browser. Nothing else in `ui/` knows Tauri.
 *
 * Every method rejects with an `IpcError` (never with a string or an `Error`).
 */
import type { AccountView, AddVobizAccount, SignIn } from '../ipc/accounts';
import type { AppInfo, SettingsView, StartupStage } from '../ipc/app';
import type { AppEvent } from '../ipc/events';
import type { ExportDraft, ExportRecord, ExportReview } from '../ipc/exports';
import type {
  DeleteOutcome,
  DeleteRequest,
  RecordingDetail,
  Row,
  SearchRequest,
  SearchResult,
  Selection,
  SelectionTotals,
  ViewCounts,
} from '../ipc/library';
import type { PeaksHeader } from '../ipc/player';
import type {
  ChosenFolder,
  NamePreview,
  NamePreviewRequest,
  StartTransfer,
  TransferItem,
  TransferJob,
} from '../ipc/transfers';

/** A decoded waveform: for each channel, `buckets` pairs of (minimum, maximum), -128 to 127. */
export interface Peaks {
  header: PeaksHeader;
  channels: Int8Array[];
}

export interface Backend {
  /** Facts about this run. */
  appInfo(): Promise<AppInfo>;
  /** Begins the stream of events: a snapshot first, then changes. Subscribing again replaces the earlier stream. */
  appSubscribe(onEvent: (event: AppEvent) => void): Promise<void>;
  /** Tells the log when the first frame and the first usable table were on screen. Called once each. */
  appMarkStartup(stage: StartupStage): Promise<void>;
  settingsGet(): Promise<SettingsView>;
  settingsSet(settings: SettingsView): Promise<void>;
  /** Shows the data folder in the file manager. */
  dataReveal(): Promise<void>;
  /** Native save dialog, then a copy of the index there. Null when the person cancelled, else the path. */
  dataBackUp(): Promise<string | null>;
  /** Drops the index of recordings and reads it anew from the vendors; copies on disk are kept and found again. */
  dataRebuild(): Promise<void>;

  accountsList(): Promise<AccountView[]>;
  /** Checks the credentials, then saves. `keyringUnavailable` offers `sessionOnly`. Starts the first sync. */
  accountsAddVobiz(account: AddVobizAccount): Promise<AccountView>;
  /** Starts the built-in server and adds its account (or returns the one there is). Starts the first sync. */
  accountsAddSandbox(): Promise<AccountView>;
  accountsSignIn(signIn: SignIn): Promise<AccountView>;
  accountsRemove(accountId: string): Promise<void>;

  /** Progress comes as events. */
  syncStart(accountId: string): Promise<void>;
  syncCancel(accountId: string): Promise<void>;

  librarySearch(request: SearchRequest): Promise<SearchResult>;
  /** At most 500 rows. Rejects with `stale` when the snapshot is no longer kept: search again. */
  libraryWindow(snapshot: number, offset: number, limit: number): Promise<Row[]>;
  libraryCounts(): Promise<ViewCounts>;
  libraryRecording(key: number): Promise<RecordingDetail>;
  /** Asks the provider for this one recording and stores the answer. */
  libraryRefreshRecording(key: number): Promise<RecordingDetail>;
  librarySelectionTotals(selection: Selection): Promise<SelectionTotals>;
  recordingsDelete(request: DeleteRequest): Promise<DeleteOutcome>;

  /** Native folder dialog; null when cancelled. */
  transfersChooseFolder(): Promise<ChosenFolder | null>;
  /** The folder used last, if it is still there. */
  transfersLastFolder(): Promise<ChosenFolder | null>;
  transfersPreviewNames(request: NamePreviewRequest): Promise<NamePreview>;
  transfersStart(request: StartTransfer): Promise<TransferJob>;
  /** Native save dialog for one recording, then a job of one; null when cancelled. */
  transfersSaveOne(key: number): Promise<TransferJob | null>;
  /** Newest first. */
  transfersList(): Promise<TransferJob[]>;
  transfersItems(jobId: string, offset: number, limit: number): Promise<TransferItem[]>;
  transfersPause(jobId: string): Promise<void>;
  transfersResume(jobId: string): Promise<void>;
  transfersCancel(jobId: string): Promise<void>;
  transfersRetryFailed(jobId: string): Promise<void>;
  /** Shows the job's folder in the file manager. */
  transfersReveal(jobId: string): Promise<void>;

  exportsReview(draft: ExportDraft): Promise<ExportReview>;
  exportsRequest(draft: ExportDraft): Promise<ExportRecord>;
  /** Newest first. */
  exportsList(): Promise<ExportRecord[]>;

  /** Loads and, if asked, plays as soon as it is ready. State comes as events. */
  playerLoad(key: number, play: boolean): Promise<void>;
  playerPlay(): Promise<void>;
  playerPause(): Promise<void>;
  playerSeek(positionMs: number): Promise<void>;
  playerSetVolume(volume: number): Promise<void>;
  playerClose(): Promise<void>;
  /** The waveform of what is loaded; null while it is still loading. */
  playerPeaks(key: number, buckets: number): Promise<Peaks | null>;
}
