/** How many recordings each view holds. */
import { backend } from '../backend';
import type { ViewCounts } from '../ipc/library';

class Counts {
  /** Null until they are known, and while they cannot be. */
  views = $state.raw<ViewCounts | null>(null);

  async load(): Promise<void> {
    try {
      this.views = await backend.libraryCounts();
    } catch {
      // The table asks the same index and shows why it cannot be read; counts are only left out.
      this.views = null;
    }
  }
}

export const counts = new Counts();
