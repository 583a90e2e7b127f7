/**
 * The same interface as the real program, with made-up data: for tests and for work in a browser. It has no network and
 * no disk; it simulates syncs, downloads, the player's clock and the failures named in options.ts.
 */
import type { Backend } from '../backend';
import { Catalogue } from './catalogue';
import { Downloads } from './downloads';
import { readOptions } from './options';
import { People } from './people';
import { Requests } from './requests';
import { Sound } from './sound';
import { World } from './world';

export function createMemoryBackend(query: string): Backend {
  const world = new World(readOptions(query));
  const catalogue = new Catalogue(world);
  const people = new People(world);
  const downloads = new Downloads(world, catalogue.rowsOf);
  const requests = new Requests(world);
  const sound = new Sound(world);
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
    dataReveal: () => world.reply(nothing),
    dataBackUp: () => world.reply(() => '/home/you/tapeshelf-backup.db'),
    dataRebuild: () =>
      world.reply(() => {
        for (const account of world.accounts) people.start(account.id);
      }),

    accountsList: () => world.reply(() => [...world.accounts]),
    accountsAddVobiz: (account) => world.reply(() => people.addVobiz(account)),
    accountsAddSandbox: () => world.reply(() => people.addSandbox()),
    accountsSignIn: (signIn) => world.reply(() => people.signIn(signIn)),
    accountsRemove: (accountId) => world.reply(() => people.remove(accountId)),

    syncStart: (accountId) => world.reply(() => people.start(accountId)),
    syncCancel: (accountId) => world.reply(() => people.cancel(accountId)),

    librarySearch: (request) => world.reply(() => catalogue.search(request)),
    libraryWindow: (snapshot, offset, limit) => world.reply(() => catalogue.window(snapshot, offset, limit)),
    libraryCounts: () => world.reply(() => catalogue.counts()),
    libraryRecording: (key) => world.reply(() => catalogue.detail(key)),
    libraryRefreshRecording: (key) =>
      world.reply(() => {
        if (world.options.scenario === 'offline')
          throw { code: 'unreachable', what: 'No answer from api.vobiz.ai.' };
        return catalogue.detail(key);
      }),
    librarySelectionTotals: (selection) => world.reply(() => catalogue.totals(selection)),
    recordingsDelete: (request) => world.reply(() => catalogue.delete(request)),

    transfersChooseFolder: () => world.reply(() => downloads.folder()),
    transfersLastFolder: () => world.reply(() => downloads.folder()),
    transfersPreviewNames: (request) => world.reply(() => downloads.preview(request)),
    transfersStart: (request) => world.reply(() => downloads.start(request)),
    transfersSaveOne: (key) => world.reply(() => downloads.saveOne(key)),
    transfersList: () => world.reply(() => downloads.list()),
    transfersItems: (jobId, offset, limit) => world.reply(() => downloads.items(jobId, offset, limit)),
    transfersPause: (jobId) => world.reply(() => downloads.pause(jobId)),
    transfersResume: (jobId) => world.reply(() => downloads.resume(jobId)),
    transfersCancel: (jobId) => world.reply(() => downloads.cancel(jobId)),
    transfersRetryFailed: (jobId) => world.reply(() => downloads.retryFailed(jobId)),
    transfersReveal: () => world.reply(nothing),

    exportsReview: (draft) => world.reply(() => requests.review(draft)),
    exportsRequest: (draft) => world.reply(() => requests.request(draft)),
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
