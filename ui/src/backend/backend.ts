/**
 * Everything the window can ask of the program. `tauri.ts` is the real one, `memory.ts` the same interface with made-up
 * data for tests and for work in a browser. Nothing else in `ui/` knows Tauri.
 *
 * Every method rejects with an `IpcError` (never with a string or an `Error`).
 */
import type {
  AccountView,
  AddVbcAccount,
  AddVobizAccount,
  PaceView,
  SignIn,
  SignInVbc,
  UserView,
} from '../ipc/accounts';
import type { Annotated, AnnotateRequest } from '../ipc/annotations';
import type { AppInfo, AuthorityFile, SettingsView, StartupStage } from '../ipc/app';
import type { AutoSaveRule, RuleTally, SaveRule } from '../ipc/autosave';
import type { CallRecordView, TranscriptView } from '../ipc/calls';
import type { Completeness, CompletenessRequest } from '../ipc/completeness';
import type { AdoptReport, AdoptRequest, CheckReport, CheckScope, ChosenSource } from '../ipc/copies';
import type { AppEvent } from '../ipc/events';
import type {
  ArchiveProgress,
  ExportJobDraft,
  ExportJobReview,
  ExportJobView,
  SavedArchive,
} from '../ipc/exportJobs';
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
import type { MetadataProgress, MetadataReport, MetadataRequest } from '../ipc/metadata';
import type { PlaceReport, PlaceView, SavedPlace, SavePlace } from '../ipc/places';
import type { PeaksHeader } from '../ipc/player';
import type { QueryCompletion, QueryForm, QueryReading, SeenValue } from '../ipc/query';
import type { PlanRequest, PriorityName, TransferPlan, TransferSettings } from '../ipc/saving';
import type {
  ChosenFolder,
  FoundItems,
  FoundJobs,
  ItemOrderName,
  ItemSearch,
  JobSearch,
  NamePreview,
  NamePreviewRequest,
  StartTransfer,
  TransferItem,
  TransferJob,
  PaceView as TransferPace,
} from '../ipc/transfers';
import type { ImportedViews, SavedView, SavedViewCount, SavedViewDraft } from '../ipc/views';

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
  appMarkStartup(stage: StartupStage, atMs: number): Promise<void>;
  settingsGet(): Promise<SettingsView>;
  settingsSet(settings: SettingsView): Promise<void>;
  /**
   * Native dialog for a file of certificates, which is looked at and not set. Null when cancelled; rejects with `invalid`
   * and a sentence when the file is something else.
   */
  settingsChooseCaFile(): Promise<AuthorityFile | null>;
  /** The file that is set, as it is now; null when there is none. Rejects as the choice does. */
  settingsCaFile(): Promise<AuthorityFile | null>;
  /** Shows the data folder in the file manager. */
  dataReveal(): Promise<void>;
  /** Native save dialog, then a copy of the index there. Null when the person cancelled, else the path. */
  dataBackUp(): Promise<string | null>;
  /** Drops the index of recordings and reads it anew from the vendors; copies on disk are kept and found again. */
  dataRebuild(): Promise<void>;

  accountsList(): Promise<AccountView[]>;
  /** Checks the credentials, then saves. `keyringUnavailable` offers `sessionOnly`. Starts the first sync. */
  accountsAddVobiz(account: AddVobizAccount): Promise<AccountView>;
  /**
   * As `accountsAddVobiz`. With the grant `code` the system's browser opens, and this waits for it until it comes back or
   * `accountsCancelSignIn` is called, which rejects with `cancelled`.
   */
  accountsAddVbc(account: AddVbcAccount): Promise<AccountView>;
  /** Starts the built-in server and adds its accounts (or returns those there are). Starts the first sync. */
  accountsAddSandbox(): Promise<AccountView[]>;
  accountsSignIn(signIn: SignIn): Promise<AccountView>;
  accountsSignInVbc(signIn: SignInVbc): Promise<AccountView>;
  accountsCancelSignIn(): Promise<void>;
  /** Asks the provider again what the account may do, and stores the answer. */
  accountsCheck(accountId: string): Promise<AccountView>;
  /** How fast the requests of each account go now. */
  accountsPaces(): Promise<PaceView[]>;
  /** The people of a VBC account, whose on-demand recordings can be chosen. */
  accountsUsers(accountId: string): Promise<UserView[]>;
  /** Sets how many requests a minute a VBC account may send, 1 to 6000; followed at once. */
  accountsSetPace(accountId: string, requestsPerMin: number): Promise<AccountView>;
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
  /** Where these rows stand in a snapshot; null for one that is not in it. */
  libraryPositions(snapshot: number, keys: number[]): Promise<(number | null)[]>;
  /** Writes a note, tags, a star or a hold on every recording of a selection. */
  recordingsAnnotate(request: AnnotateRequest): Promise<Annotated>;

  /** Reads a text without searching: its parts, what is wrong with it, and the same as a form. */
  queryRead(text: string): Promise<QueryReading>;
  /** The form as text. */
  queryWrite(form: QueryForm): Promise<string>;
  /** What may stand at the cursor, a position in UTF-16 units. */
  queryComplete(text: string, cursor: number): Promise<QueryCompletion>;
  /** Values that a token has in the data, the most frequent first. */
  queryValues(token: string): Promise<SeenValue[]>;

  /** In the person's order. */
  viewsList(): Promise<SavedView[]>;
  viewsSave(view: SavedViewDraft): Promise<SavedView>;
  /** Saving it again under its id brings it back. */
  viewsDelete(id: string): Promise<void>;
  viewsReorder(ids: string[]): Promise<void>;
  viewsCounts(): Promise<SavedViewCount[]>;
  /** Native save dialog, then all views in one file. The path, or null when cancelled. */
  viewsExport(): Promise<string | null>;
  /** Native dialog, then the views of a file are added. Null when cancelled. */
  viewsImport(): Promise<ImportedViews | null>;

  /** What is here of an account, day by day, against what the provider said when it was last asked. */
  libraryCompleteness(request: CompletenessRequest): Promise<Completeness>;
  /**
   * Asks the provider how many recordings each of these days has, at most 31, reads those that are not here, then
   * answers the same.
   */
  libraryCheckDays(request: CompletenessRequest): Promise<Completeness>;

  /** The record of the call a recording belongs to; null when the vendor has none, or the account may not read it. */
  callsRecord(key: number): Promise<CallRecordView | null>;
  /** What was said; null when the vendor has no transcript. */
  callsTranscript(key: number): Promise<TranscriptView | null>;

  /**
   * Native save dialog, then rows of the table in a file; null when the dialog was cancelled. Rejects with `cancelled`
   * after `metadataCancelExport`: then nothing is left, and a file that was there is as it was.
   */
  metadataExport(
    request: MetadataRequest,
    onProgress: (progress: MetadataProgress) => void,
  ): Promise<MetadataReport | null>;
  metadataCancelExport(): Promise<void>;
  /** Shows the file that was written last in the file manager. */
  metadataReveal(): Promise<void>;

  recordingsDelete(request: DeleteRequest): Promise<DeleteOutcome>;

  /** Native folder dialog; null when cancelled. */
  transfersChooseFolder(): Promise<ChosenFolder | null>;
  /** The folder used last, if it is still there. */
  transfersLastFolder(): Promise<ChosenFolder | null>;
  transfersPreviewNames(request: NamePreviewRequest): Promise<NamePreview>;
  /** What a download would need. */
  transfersPlan(request: PlanRequest): Promise<TransferPlan>;
  transfersSettings(): Promise<TransferSettings>;
  transfersSetSettings(settings: TransferSettings): Promise<void>;
  transfersStart(request: StartTransfer): Promise<TransferJob>;
  /** Native save dialog for one recording, then a job of one; null when cancelled. */
  transfersSaveOne(key: number): Promise<TransferJob | null>;
  /** Newest first. */
  transfersList(): Promise<TransferJob[]>;
  transfersItems(jobId: string, offset: number, limit: number): Promise<TransferItem[]>;
  transfersFindItems(search: ItemSearch): Promise<FoundItems>;
  /** Jobs of now and of the history. */
  transfersSearch(search: JobSearch): Promise<FoundJobs>;
  /** Does something with single files of a job. */
  transfersOrderItems(jobId: string, positions: number[], order: ItemOrderName): Promise<void>;
  /** Before another job of the queue, or to its end. */
  transfersMove(jobId: string, beforeJobId: string | null): Promise<void>;
  transfersSetPriority(jobId: string, priority: PriorityName): Promise<void>;
  /** How fast downloads go, and why. */
  transfersPace(): Promise<TransferPace>;
  transfersPause(jobId: string): Promise<void>;
  transfersResume(jobId: string): Promise<void>;
  transfersCancel(jobId: string): Promise<void>;
  transfersRetryFailed(jobId: string): Promise<void>;
  /** Shows the job's folder in the file manager. */
  transfersReveal(jobId: string): Promise<void>;
  /** Native dialog, then the list of what a job did not save, and why; says where it is, `null` when cancelled. */
  transfersReport(jobId: string): Promise<string | null>;

  /** Buckets that copies can be saved in, in the order they were added. */
  placesList(): Promise<PlaceView[]>;
  /** Tries a bucket out and keeps it when all went well; `invalid` names the input to blame. */
  placesSave(request: SavePlace): Promise<SavedPlace>;
  /** Writes a tiny object, reads it back and removes it. */
  placesCheck(placeId: string): Promise<PlaceReport>;
  /** Removes it from the settings, with its key; what is in it stays. */
  placesRemove(placeId: string): Promise<void>;
  /** Makes a bucket the destination of a download: its token goes where that of a folder goes. */
  placesChoose(placeId: string): Promise<ChosenFolder>;

  /** Begins to read copies again; progress comes as events. */
  copiesCheck(scope: CheckScope): Promise<CheckReport>;
  /** The check that runs, or the last one; null when there was none in this run of the program. */
  copiesCheckReport(): Promise<CheckReport | null>;
  copiesCancelCheck(): Promise<void>;
  /** Forgets the copies that the last check found missing; how many. */
  copiesForgetMissing(): Promise<number>;
  /** Native dialog for a folder, or for an archive; null when cancelled. */
  copiesChooseSource(isArchive: boolean): Promise<ChosenSource | null>;
  /** Begins to take in files; progress comes as events. */
  copiesAdopt(request: AdoptRequest): Promise<AdoptReport>;
  copiesAdoptionReport(): Promise<AdoptReport | null>;
  copiesCancelAdoption(): Promise<void>;

  autosaveList(): Promise<AutoSaveRule[]>;
  autosaveSave(rule: SaveRule): Promise<AutoSaveRule>;
  autosaveRemove(ruleId: string): Promise<void>;
  /** Runs a rule now, without waiting for a sync. */
  autosaveRun(ruleId: string): Promise<RuleTally>;

  exportsReview(draft: ExportDraft): Promise<ExportReview>;
  exportsRequest(draft: ExportDraft): Promise<ExportRecord>;
  /** Newest first. */
  exportsList(): Promise<ExportRecord[]>;
  exportsReviewJob(draft: ExportJobDraft): Promise<ExportJobReview>;
  /** Asks the vendor for a job (it may make several of one request); the account's jobs, newest first. */
  exportsCreateJob(draft: ExportJobDraft): Promise<ExportJobView[]>;
  /** Asks the vendor how the jobs of an account are doing; newest first. */
  exportsJobs(accountId: string): Promise<ExportJobView[]>;
  /** The jobs of an account that are on record, without asking the vendor. */
  exportsKnownJobs(accountId: string): Promise<ExportJobView[]>;
  /**
   * Saves the archive of a finished job into a folder and reads through every file in it. Rejects with `cancelled` after
   * `exportsCancelArchive`.
   */
  exportsDownloadArchive(
    accountId: string,
    jobId: string,
    folderToken: string,
    onProgress: (progress: ArchiveProgress) => void,
  ): Promise<SavedArchive>;
  exportsCancelArchive(accountId: string, jobId: string): Promise<void>;

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
