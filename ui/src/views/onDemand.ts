/**
 * Views whose code is read when they are first shown, so that the first frame need not wait for it. Those that a key opens
 * are read ahead once the table can be used: what somebody types right after the key must not be lost.
 */

/** A view, once it was read: what is at hand is shown at once, and the next key already belongs to it. */
function onDemand<View>(load: () => Promise<{ default: View }>) {
  let view: View | undefined;
  return {
    get atHand() {
      return view;
    },
    read: async () => (view ??= (await load()).default),
  };
}

export const dialogViews = {
  addAccount: onDemand(() => import('./Accounts/AddAccount.svelte')),
  signIn: onDemand(() => import('./Accounts/SignIn.svelte')),
  removeAccount: onDemand(() => import('./Accounts/RemoveAccount.svelte')),
  download: onDemand(() => import('./Download/Download.svelte')),
  delete: onDemand(() => import('./Deletion/DeleteDialog.svelte')),
  export: onDemand(() => import('./Exports/ExportWizard.svelte')),
  exportList: onDemand(() => import('./ExportList/ExportList.svelte')),
  settings: onDemand(() => import('./Settings/Settings.svelte')),
  annotate: onDemand(() => import('./Annotations/EditDialog.svelte')),
  hold: onDemand(() => import('./Annotations/HoldDialog.svelte')),
  release: onDemand(() => import('./Annotations/ReleaseDialog.svelte')),
  saveView: onDemand(() => import('./Views/SaveView.svelte')),
  copies: onDemand(() => import('./Copies/Copies.svelte')),
  shortcuts: onDemand(() => import('./Shortcuts/Shortcuts.svelte')),
  palette: onDemand(() => import('./CommandPalette/CommandPalette.svelte')),
} as const;

export const screenViews = {
  welcome: onDemand(() => import('./Welcome/Welcome.svelte')),
  completeness: onDemand(() => import('./Completeness/Completeness.svelte')),
  transfers: onDemand(() => import('./Transfers/Transfers.svelte')),
  exports: onDemand(() => import('./Exports/Exports.svelte')),
  player: onDemand(() => import('./Player/PlayerBar.svelte')),
} as const;

/** One after the other, so that nothing else waits for it; the browser keeps what it read. */
export async function readAhead(): Promise<void> {
  const { palette, download, settings, delete: deletion, annotate, exportList, shortcuts } = dialogViews;
  // What cannot be read now is asked for again when it is shown.
  for (const view of [
    palette,
    download,
    screenViews.player,
    settings,
    deletion,
    annotate,
    exportList,
    shortcuts,
  ])
    await view.read().catch(() => undefined);
}
