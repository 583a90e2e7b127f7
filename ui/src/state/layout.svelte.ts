/**
 * Which panes are open. In a wide window that is a setting, and kept. In a narrow one the panes float over the table, so
 * they begin closed and are opened for the moment.
 */
import { settings } from './settings.svelte';

class Layout {
  /** Too narrow for the details beside the table; App.svelte tells. */
  isNarrow = $state(false);
  /** Too narrow for the sidebar too. */
  isTiny = $state(false);
  #floatingDetails = $state(false);
  #floatingSidebar = $state(false);

  readonly detailsOpen = $derived(this.isNarrow ? this.#floatingDetails : settings.current.detailsOpen);
  readonly sidebarOpen = $derived(this.isTiny ? this.#floatingSidebar : settings.current.sidebarOpen);

  setDetails(open: boolean): void {
    if (this.isNarrow) this.#floatingDetails = open;
    else settings.set({ detailsOpen: open });
  }

  setSidebar(open: boolean): void {
    if (this.isTiny) this.#floatingSidebar = open;
    else settings.set({ sidebarOpen: open });
  }

  /** After a choice in it, a floating sidebar has done its work. */
  leaveSidebar(): void {
    if (this.isTiny) this.#floatingSidebar = false;
  }
}

export const layout = new Layout();
