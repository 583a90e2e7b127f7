/**
 * Which dialog is open. One at a time: opening another replaces it. Anybody may `open`; App.svelte renders the view that
 * belongs to `dialogs.current` and passes it the payload.
 */
import type { Selection } from '../ipc/library';
import type { PriorityName, TransferOptions } from '../ipc/saving';
import type { ChosenFolder } from '../ipc/transfers';
import type { SavedView } from '../ipc/views';
import type { VendorCode } from '../lib/accountDraft';

/** What was chosen in the download dialog, while a person is elsewhere to set a bucket up. */
export interface DownloadChoices {
  folder: ChosenFolder | null;
  template: string;
  options: TransferOptions;
  /** What was being typed as a zone, if it is none yet. */
  zoneTyped: string | null;
  priority: PriorityName;
}

export interface DownloadDialog {
  kind: 'download';
  selection: Selection;
  choices?: DownloadChoices;
  /** The bucket that was set up meanwhile. */
  placeId?: string;
}

export type Dialog =
  | { kind: 'addAccount'; vendor: VendorCode }
  | { kind: 'signIn'; accountId: string }
  | { kind: 'removeAccount'; accountId: string }
  | DownloadDialog
  | { kind: 'delete'; selection: Selection }
  | { kind: 'export'; accountId: string | null }
  | { kind: 'exportList'; selection: Selection; count: number }
  | {
      kind: 'settings';
      page?: 'appearance' | 'downloads' | 'places' | 'accounts' | 'network' | 'data' | 'about';
      accountId?: string;
      /** Where to go back to when it closes, or when a bucket was set up. */
      back?: DownloadDialog;
    }
  | { kind: 'annotate'; selection: Selection }
  | { kind: 'hold'; selection: Selection }
  | { kind: 'release'; selection: Selection }
  | { kind: 'saveView'; view: SavedView | null }
  | { kind: 'copies'; selection?: Selection }
  | { kind: 'shortcuts' }
  | { kind: 'palette' };

class Dialogs {
  current = $state.raw<Dialog | null>(null);

  open(dialog: Dialog): void {
    this.current = dialog;
  }

  close(): void {
    this.current = null;
  }
}

export const dialogs = new Dialogs();
