/**
 * Which dialog is open. One at a time: opening another replaces it. Anybody may `open`; App.svelte renders the view that
 * belongs to `dialogs.current` and passes it the payload.
 */
import type { Selection } from '../ipc/library';

export type Dialog =
  | { kind: 'addAccount'; vendor: 'vobiz' }
  | { kind: 'signIn'; accountId: string }
  | { kind: 'removeAccount'; accountId: string }
  | { kind: 'download'; selection: Selection }
  | { kind: 'delete'; selection: Selection }
  | { kind: 'export'; accountId: string | null }
  | { kind: 'settings'; page?: 'appearance' | 'downloads' | 'accounts' | 'data' | 'about' }
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
