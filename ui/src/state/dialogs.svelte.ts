/**
 * Which dialog is open. One at a time: opening another replaces it. Anybody may `open`; App.svelte renders the view that
 * belongs to `dialogs.current` and passes it the payload.
 */
import type { Selection } from '../ipc/library';
import type { SavedView } from '../ipc/views';
import type { VendorCode } from '../lib/accountDraft';

export type Dialog =
  | { kind: 'addAccount'; vendor: VendorCode }
  | { kind: 'signIn'; accountId: string }
  | { kind: 'removeAccount'; accountId: string }
  | { kind: 'download'; selection: Selection }
  | { kind: 'delete'; selection: Selection }
  | { kind: 'export'; accountId: string | null }
  | { kind: 'exportList'; selection: Selection; count: number }
  | {
      kind: 'settings';
      page?: 'appearance' | 'downloads' | 'places' | 'accounts' | 'network' | 'data' | 'about';
      accountId?: string;
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
