/**
 * The same interface as the real program, with made-up data: for tests and for work in a browser. It has no network and
 * no disk; it simulates syncs, downloads, the player's clock and the failures named in options.ts.
 */
import type { Backend } from '../backend';
import { Authorities } from './authorities';
import { Catalogue } from './catalogue';
import { Days } from './completeness';
import { Copies } from './copies';
import { Downloads } from './downloads';
import { Jobs } from './jobs';
import { Lists } from './lists';
import { readOptions } from './options';
import { People } from './people';
import { Places } from './places';
import { writeForm } from './queryForm';
import { Recordings } from './recordings';
import { Requests } from './requests';
import { Rules } from './rules';
import { SavedViews } from './savedViews';
import { Saving } from './saving';
import { Sound } from './sound';
import { Vonage } from './vonage';
import { World } from './world';

export function createMemoryBackend(query: string): Backend {
  const world = new World(readOptions(query));
  const catalogue = new Catalogue(world);
  const recordings = new Recordings(world, catalogue);
  const people = new People(world);
  const vonage = new Vonage(world, (account) => people.join(account));
  const jobs = new Jobs(world);
  const savedViews = new SavedViews(catalogue);
  const days = new Days(world);
  const places = new Places(world);
  const downloads = new Downloads(world, catalogue.rowsOf, places);
  const saving = new Saving(world, downloads, catalogue);
  const copies = new Copies(world, catalogue.rowsOf);
  const rules = new Rules(catalogue, downloads);
  const requests = new Requests(world);
  const lists = new Lists(world, catalogue.rowsOf);
  const sound = new Sound(world);
  const authorities = new Authorities(world);
  const nothing = () => undefined;

  return {
    appInfo: () =>
      world.reply(() => ({
        version: '0.1.0',
        dataDir: '/home/you/.local/share/tapeshelf',
        logPath: '/home/you/.local/share/tapeshelf/logs/tapeshelf.log',
        indexBytes: 4_096 + world.indexed * 612,
        cacheBytes: 18_400_000,
        keyring: world.keyringFailed ? 'none' : null,
        platform: 'linux',
        startNote: null,
      })),
    appSubscribe: async (onEvent) => {
      world.subscribe(onEvent);
      await world.reply(nothing);
      onEvent({ type: 'accountsChanged' });
      for (const job of downloads.list()) onEvent({ type: 'transfer', job });
      onEvent({ type: 'player', player: sound.view });
    },
    appMarkStartup: () => world.reply(nothing),
    settingsGet: () => world.reply(() => structuredClone(world.settings)),
    settingsSet: (settings) =>
      world.reply(() => {
        world.settings = structuredClone(settings);
      }),
    settingsChooseCaFile: () => world.reply(() => authorities.choose()),
    settingsCaFile: () => world.reply(() => authorities.current()),
    dataReveal: () => world.reply(nothing),
    dataBackUp: () => world.reply(() => '/home/you/tapeshelf-backup.db'),
    dataRebuild: () =>
      world.reply(() => {
        for (const account of world.accounts) people.start(account.id);
      }),

    accountsList: () => world.reply(() => [...world.accounts]),
    accountsAddVobiz: (account) => world.reply(() => people.addVobiz(account)),
    accountsAddVbc: (account) => world.reply(() => vonage.add(account)),
    accountsAddSandbox: () => world.reply(() => people.addSandbox()),
    accountsSignIn: (signIn) => world.reply(() => people.signIn(signIn)),
    accountsSignInVbc: (signIn) =>
      world.reply(async () => {
        const token = await vonage.signIn(signIn);
        people.signedIn(signIn.accountId, signIn.sessionOnly);
        return people.change(signIn.accountId, { token });
      }),
    accountsCancelSignIn: () => world.reply(() => vonage.cancel()),
    accountsCheck: (accountId) => world.reply(() => people.change(accountId, {})),
    accountsPaces: () => world.reply(() => vonage.paces()),
    accountsUsers: (accountId) => world.reply(() => vonage.users(accountId)),
    accountsSetPace: (accountId, requestsPerMin) =>
      world.reply(() => people.change(accountId, vonage.withPace(people.of(accountId), requestsPerMin))),
    accountsRemove: (accountId) => world.reply(() => people.remove(accountId)),

    syncStart: (accountId) =>
      world.reply(() => {
        people.start(accountId);
        days.fetch(accountId);
      }),
    syncCancel: (accountId) => world.reply(() => people.cancel(accountId)),

    librarySearch: (request) => world.reply(() => catalogue.search(request)),
    libraryWindow: (snapshot, offset, limit) => world.reply(() => catalogue.window(snapshot, offset, limit)),
    libraryCounts: () => world.reply(() => catalogue.counts()),
    libraryRecording: (key) => world.reply(() => recordings.detail(key)),
    libraryRefreshRecording: (key) =>
      world.reply(() => {
        if (world.options.scenario === 'offline')
          throw { code: 'unreachable', obstacle: 'offline', what: 'No answer from api.vobiz.ai.' };
        return recordings.detail(key);
      }),
    librarySelectionTotals: (selection) => world.reply(() => catalogue.totals(selection)),
    libraryPositions: (snapshot, keys) => world.reply(() => catalogue.positions(snapshot, keys)),
    recordingsAnnotate: (request) => world.reply(() => catalogue.annotate(request)),

    queryRead: (text) => world.reply(() => catalogue.read(text)),
    queryWrite: (form) => world.reply(() => writeForm(form)),
    queryComplete: (text, cursor) => world.reply(() => catalogue.complete(text, cursor)),
    queryValues: (token) => world.reply(() => catalogue.values(token)),

    viewsList: () => world.reply(() => savedViews.list()),
    viewsSave: (view) => world.reply(() => savedViews.save(view)),
    viewsDelete: (id) => world.reply(() => savedViews.delete(id)),
    viewsReorder: (ids) => world.reply(() => savedViews.reorder(ids)),
    viewsCounts: () => world.reply(() => savedViews.counts()),
    viewsExport: () => world.reply(() => '/home/you/tapeshelf-views.json'),
    viewsImport: () => world.reply(() => savedViews.import()),

    libraryCompleteness: (request) => world.reply(() => days.read(request)),
    libraryCheckDays: (request) => world.reply(() => days.check(request)),

    callsRecord: (key) => world.reply(() => recordings.callRecord(key)),
    callsTranscript: (key) => world.reply(() => recordings.transcript(key)),

    metadataExport: (request, onProgress) => lists.write(request, onProgress),
    metadataCancelExport: () => world.reply(() => lists.cancel()),
    metadataReveal: () => world.reply(nothing),

    recordingsDelete: (request) => world.reply(() => catalogue.delete(request)),

    transfersChooseFolder: () => world.reply(() => downloads.folder()),
    transfersLastFolder: () => world.reply(() => downloads.folder()),
    transfersPreviewNames: (request) => world.reply(() => downloads.preview(request)),
    transfersStart: (request) => world.reply(() => downloads.start(request)),
    transfersSaveOne: (key) => world.reply(() => downloads.saveOne(key)),
    transfersList: () => world.reply(() => downloads.list()),
    transfersPlan: (request) => world.reply(() => saving.plan(request)),
    transfersSettings: () => world.reply(() => structuredClone(saving.settings)),
    transfersSetSettings: (settings) =>
      world.reply(() => {
        saving.settings = structuredClone(settings);
      }),
    transfersItems: (jobId, offset, limit) =>
      world.reply(() => downloads.items(jobId).slice(offset, offset + limit)),
    transfersFindItems: (search) => world.reply(() => saving.findItems(search)),
    transfersSearch: (search) => world.reply(() => saving.find(search)),
    transfersOrderItems: (jobId, positions, order) =>
      world.reply(() => downloads.order(jobId, positions, order)),
    transfersMove: (jobId, beforeJobId) => world.reply(() => downloads.move(jobId, beforeJobId)),
    transfersSetPriority: (jobId, priority) => world.reply(() => downloads.setPriority(jobId, priority)),
    transfersPace: () => world.reply(() => saving.pace()),
    transfersPause: (jobId) => world.reply(() => downloads.pause(jobId)),
    transfersResume: (jobId) => world.reply(() => downloads.resume(jobId)),
    transfersCancel: (jobId) => world.reply(() => downloads.cancel(jobId)),
    transfersRetryFailed: (jobId) => world.reply(() => downloads.retryFailed(jobId)),
    transfersReveal: () => world.reply(nothing),
    transfersReport: () => world.reply(() => '/home/you/Not saved.csv'),

    placesList: () => world.reply(() => places.list()),
    placesSave: (request) => world.reply(() => places.save(request)),
    placesCheck: (placeId) => world.reply(() => places.check(placeId)),
    placesRemove: (placeId) => world.reply(() => places.remove(placeId)),
    placesChoose: (placeId) => world.reply(() => places.choose(placeId)),

    copiesCheck: (scope) => world.reply(() => copies.check(scope)),
    copiesCheckReport: () => world.reply(() => copies.checkReport()),
    copiesCancelCheck: () => world.reply(() => copies.cancelCheck()),
    copiesForgetMissing: () => world.reply(() => copies.forgetMissing()),
    copiesChooseSource: (isArchive) => world.reply(() => copies.source(isArchive)),
    copiesAdopt: (request) => world.reply(() => copies.adopt(request)),
    copiesAdoptionReport: () => world.reply(() => copies.adoptReport()),
    copiesCancelAdoption: () => world.reply(() => copies.cancelAdopt()),

    autosaveList: () => world.reply(() => rules.list()),
    autosaveSave: (rule) => world.reply(() => rules.save(rule)),
    autosaveRemove: (ruleId) => world.reply(() => rules.remove(ruleId)),
    autosaveRun: (ruleId) => world.reply(() => rules.run(ruleId)),

    exportsReview: (draft) => world.reply(() => requests.review(draft)),
    exportsRequest: (draft) => world.reply(() => requests.request(draft)),
    exportsReviewJob: (draft) => world.reply(() => jobs.review(draft)),
    exportsCreateJob: (draft) => world.reply(() => jobs.create(draft)),
    exportsJobs: (accountId) => world.reply(() => jobs.list(accountId)),
    exportsDownloadArchive: (accountId, jobId, _folderToken, onProgress) =>
      world.reply(() => jobs.download(accountId, jobId, onProgress)),
    exportsKnownJobs: (accountId) => world.reply(() => jobs.known(accountId)),
    exportsCancelArchive: (_accountId, jobId) => world.reply(() => jobs.cancel(jobId)),
    exportsList: () => world.reply(() => requests.list()),

    playerLoad: (key, play) => world.reply(() => sound.load(key, play)),
    playerPlay: () => world.reply(() => sound.play()),
    playerPause: () => world.reply(() => sound.pause()),
    playerSeek: (positionMs) => world.reply(() => sound.seek(positionMs)),
    playerSetVolume: (volume) => world.reply(() => sound.setVolume(volume)),
    playerClose: () => world.reply(() => sound.close()),
    playerPeaks: (key, buckets) => world.reply(() => sound.peaks(key, buckets)),
  };
}
