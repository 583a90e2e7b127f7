/**
 * Views whose code is read when they are first shown, so that the first frame need not wait for it. Those that a key opens
 * are read ahead once the table can be used: what somebody types right after the key must not be lost.
 */

export const dialogViews = {
  addAccount: () => import('./Accounts/AddAccount.svelte'),
  signIn: () => import('./Accounts/SignIn.svelte'),
  removeAccount: () => import('./Accounts/RemoveAccount.svelte'),
  download: () => import('./Download/Download.svelte'),
  delete: () => import('./Deletion/DeleteDialog.svelte'),
  export: () => import('./Exports/ExportWizard.svelte'),
  exportList: () => import('./ExportList/ExportList.svelte'),
  settings: () => import('./Settings/Settings.svelte'),
  annotate: () => import('./Annotations/EditDialog.svelte'),
  hold: () => import('./Annotations/HoldDialog.svelte'),
  release: () => import('./Annotations/ReleaseDialog.svelte'),
  saveView: () => import('./Views/SaveView.svelte'),
  copies: () => import('./Copies/Copies.svelte'),
  shortcuts: () => import('./Shortcuts/Shortcuts.svelte'),
  palette: () => import('./CommandPalette/CommandPalette.svelte'),
} as const;

export const screenViews = {
  welcome: () => import('./Welcome/Welcome.svelte'),
  completeness: () => import('./Completeness/Completeness.svelte'),
  transfers: () => import('./Transfers/Transfers.svelte'),
  exports: () => import('./Exports/Exports.svelte'),
  player: () => import('./Player/PlayerBar.svelte'),
} as const;

/** One after the other, so that nothing else waits for it; the browser keeps what it read. */
export async function readAhead(): Promise<void> {
  const { palette, download, settings, delete: deletion, annotate, exportList, shortcuts } = dialogViews;
  // What cannot be read now is asked for again when it is shown.
  for (const read of [
    palette,
    download,
    screenViews.player,
    settings,
    deletion,
    annotate,
    exportList,
    shortcuts,
  ])
    await read().catch(() => undefined);
}
