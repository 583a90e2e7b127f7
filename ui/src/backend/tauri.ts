/** The real program, over Tauri's IPC. The only module that knows Tauri. */
import { Channel, invoke } from '@tauri-apps/api/core';
import type { IpcError } from '../ipc/error';
import type { AppEvent } from '../ipc/events';
import type { ArchiveProgress } from '../ipc/exportJobs';
import type { MetadataProgress } from '../ipc/metadata';
import type { PeaksHeader } from '../ipc/player';
import type { Backend, Peaks } from './backend';

/** Commands reject with the tagged enum. Anything else comes from the bridge itself, and is a fault of ours. */
function asIpcError(reason: unknown): IpcError {
  if (typeof reason === 'object' && reason !== null && 'code' in reason) return reason as IpcError;
  return { code: 'internal', what: reason instanceof Error ? reason.message : String(reason) };
}

async function call<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (reason) {
    throw asIpcError(reason);
  }
}

const utf8 = new TextDecoder();

/** Rows come as raw bytes of JSON, which spares the bridge from parsing and quoting them twice. */
async function callForJson<T>(command: string, args: Record<string, unknown>): Promise<T> {
  const reply = await call<ArrayBuffer | T>(command, args);
  return reply instanceof ArrayBuffer ? (JSON.parse(utf8.decode(reply)) as T) : reply;
}

/** Reads a JSON header, a newline, then `channels` × `buckets` pairs of signed bytes. An empty reply means "not yet". */
export function parsePeaks(bytes: ArrayBuffer): Peaks | null {
  if (bytes.byteLength === 0) return null;
  const newline = new Uint8Array(bytes).indexOf(10);
  const broken: IpcError = { code: 'internal', what: 'The waveform came without its header.' };
  if (newline < 0) throw broken;
  const header = JSON.parse(utf8.decode(bytes.slice(0, newline))) as PeaksHeader;
  const size = header.buckets * 2;
  if (bytes.byteLength !== newline + 1 + header.channels * size) throw broken;
  const channels = Array.from(
    { length: header.channels },
    (_, channel) => new Int8Array(bytes, newline + 1 + channel * size, size),
  );
  return { header, channels };
}

export function createTauriBackend(): Backend {
  return {
    appInfo: () => call('app_info'),
    appSubscribe: (onEvent) => {
      const channel = new Channel<AppEvent>();
      channel.onmessage = onEvent;
      return call('app_subscribe', { channel });
    },
    appMarkStartup: (stage, atMs) => call('app_mark_startup', { stage, atMs }),
    settingsGet: () => call('settings_get'),
    settingsSet: (settings) => call('settings_set', { settings }),
    settingsChooseCaFile: () => call('settings_choose_ca_file'),
    settingsCaFile: () => call('settings_ca_file'),
    dataReveal: () => call('data_reveal'),
    dataBackUp: () => call('data_back_up'),
    dataRebuild: () => call('data_rebuild'),

    accountsList: () => call('accounts_list'),
    accountsAddVobiz: (account) => call('accounts_add_vobiz', { account }),
    accountsAddVbc: (account) => call('accounts_add_vbc', { account }),
    accountsAddSandbox: () => call('accounts_add_sandbox'),
    accountsSignIn: (signIn) => call('accounts_sign_in', { signIn }),
    accountsSignInVbc: (signIn) => call('accounts_sign_in_vbc', { signIn }),
    accountsCancelSignIn: () => call('accounts_cancel_sign_in'),
    accountsCheck: (accountId) => call('accounts_check', { accountId }),
    accountsPaces: () => call('accounts_paces'),
    accountsUsers: (accountId) => call('accounts_users', { accountId }),
    accountsSetPace: (accountId, requestsPerMin) => call('accounts_set_pace', { accountId, requestsPerMin }),
    accountsRemove: (accountId) => call('accounts_remove', { accountId }),

    syncStart: (accountId) => call('sync_start', { accountId }),
    syncCancel: (accountId) => call('sync_cancel', { accountId }),

    librarySearch: (request) => call('library_search', { request }),
    libraryWindow: (snapshot, offset, limit) => callForJson('library_window', { snapshot, offset, limit }),
    libraryCounts: () => call('library_counts'),
    libraryRecording: (key) => call('library_recording', { key }),
    libraryRefreshRecording: (key) => call('library_refresh_recording', { key }),
    librarySelectionTotals: (selection) => call('library_selection_totals', { selection }),
    libraryPositions: (snapshot, keys) => call('library_positions', { snapshot, keys }),
    recordingsAnnotate: (request) => call('recordings_annotate', { request }),

    queryRead: (text) => call('query_read', { text }),
    queryWrite: (form) => call('query_write', { form }),
    queryComplete: (text, cursor) => call('query_complete', { text, cursor }),
    queryValues: (token) => call('query_values', { token }),

    viewsList: () => call('views_list'),
    viewsSave: (view) => call('views_save', { view }),
    viewsDelete: (id) => call('views_delete', { id }),
    viewsReorder: (ids) => call('views_reorder', { ids }),
    viewsCounts: () => call('views_counts'),
    viewsExport: () => call('views_export'),
    viewsImport: () => call('views_import'),

    libraryCompleteness: (request) => call('library_completeness', { request }),
    libraryCheckDays: (request) => call('library_check_days', { request }),

    callsRecord: (key) => call('calls_record', { key }),
    callsTranscript: (key) => call('calls_transcript', { key }),

    metadataExport: (request, onProgress) => {
      const channel = new Channel<MetadataProgress>();
      channel.onmessage = onProgress;
      return call('metadata_export', { request, progress: channel });
    },
    metadataCancelExport: () => call('metadata_cancel_export'),
    metadataReveal: () => call('metadata_reveal'),

    recordingsDelete: (request) => call('recordings_delete', { request }),

    transfersChooseFolder: () => call('transfers_choose_folder'),
    transfersLastFolder: () => call('transfers_last_folder'),
    transfersPreviewNames: (request) => call('transfers_preview_names', { request }),
    transfersStart: (request) => call('transfers_start', { request }),
    transfersSaveOne: (key) => call('transfers_save_one', { key }),
    transfersList: () => call('transfers_list'),
    transfersItems: (jobId, offset, limit) => call('transfers_items', { jobId, offset, limit }),
    transfersPlan: (request) => call('transfers_plan', { request }),
    transfersSettings: () => call('transfers_settings'),
    transfersSetSettings: (settings) => call('transfers_set_settings', { settings }),
    transfersFindItems: (search) => call('transfers_find_items', { search }),
    transfersSearch: (search) => call('transfers_search', { search }),
    transfersOrderItems: (jobId, positions, order) =>
      call('transfers_order_items', { jobId, positions, order }),
    transfersMove: (jobId, beforeJobId) => call('transfers_move', { jobId, beforeJobId }),
    transfersSetPriority: (jobId, priority) => call('transfers_set_priority', { jobId, priority }),
    transfersPace: () => call('transfers_pace'),
    transfersPause: (jobId) => call('transfers_pause', { jobId }),
    transfersResume: (jobId) => call('transfers_resume', { jobId }),
    transfersCancel: (jobId) => call('transfers_cancel', { jobId }),
    transfersRetryFailed: (jobId) => call('transfers_retry_failed', { jobId }),
    transfersReveal: (jobId) => call('transfers_reveal', { jobId }),
    transfersReport: (jobId) => call('transfers_report', { jobId }),

    placesList: () => call('places_list'),
    placesSave: (request) => call('places_save', { request }),
    placesCheck: (placeId) => call('places_check', { placeId }),
    placesRemove: (placeId) => call('places_remove', { placeId }),
    placesChoose: (placeId) => call('places_choose', { placeId }),

    copiesCheck: (scope) => call('copies_check', { scope }),
    copiesCheckReport: () => call('copies_check_report'),
    copiesCancelCheck: () => call('copies_cancel_check'),
    copiesForgetMissing: () => call('copies_forget_missing'),
    copiesChooseSource: (isArchive) => call('copies_choose_source', { archive: isArchive }),
    copiesAdopt: (request) => call('copies_adopt', { request }),
    copiesAdoptionReport: () => call('copies_adoption_report'),
    copiesCancelAdoption: () => call('copies_cancel_adoption'),

    autosaveList: () => call('autosave_list'),
    autosaveSave: (rule) => call('autosave_save', { rule }),
    autosaveRemove: (ruleId) => call('autosave_remove', { id: ruleId }),
    autosaveRun: (ruleId) => call('autosave_run', { id: ruleId }),

    exportsReview: (draft) => call('exports_review', { draft }),
    exportsRequest: (draft) => call('exports_request', { draft }),
    exportsList: () => call('exports_list'),
    exportsReviewJob: (draft) => call('exports_review_job', { draft }),
    exportsCreateJob: (draft) => call('exports_create_job', { draft }),
    exportsJobs: (accountId) => call('exports_jobs', { accountId }),
    exportsKnownJobs: (accountId) => call('exports_known_jobs', { accountId }),
    exportsDownloadArchive: (accountId, jobId, folderToken, onProgress) => {
      const channel = new Channel<ArchiveProgress>();
      channel.onmessage = onProgress;
      return call('exports_download_archive', { accountId, jobId, folder: folderToken, progress: channel });
    },
    exportsCancelArchive: (accountId, jobId) => call('exports_cancel_archive', { accountId, jobId }),

    playerLoad: (key, play) => call('player_load', { key, play }),
    playerPlay: () => call('player_play'),
    playerPause: () => call('player_pause'),
    playerSeek: (positionMs) => call('player_seek', { positionMs: Math.round(positionMs) }),
    playerSetVolume: (volume) => call('player_set_volume', { volume }),
    playerClose: () => call('player_close'),
    playerPeaks: async (key, buckets) =>
      parsePeaks(await call<ArrayBuffer>('player_peaks', { key, buckets })),
  };
}
