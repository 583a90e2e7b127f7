/** Buckets that copies can be saved in, and what the last check of each found. */
import { backend } from '../backend';
import type { IpcError } from '../ipc/error';
import type { PlaceReport, PlaceView, SavedPlace, SavePlace } from '../ipc/places';
import { toIpcError } from '../lib/errors';

class Places {
  list = $state.raw<readonly PlaceView[]>([]);
  loaded = $state(false);
  /** Why the list could not be read. */
  problem = $state.raw<IpcError | null>(null);
  /** By id; those that were checked since the window is open. */
  reports = $state.raw<Readonly<Record<string, PlaceReport>>>({});

  async load(): Promise<void> {
    try {
      this.list = await backend.placesList();
      this.loaded = true;
      this.problem = null;
    } catch (error) {
      this.problem = toIpcError(error);
    }
  }

  /** Reads the list unless it is known. */
  async need(): Promise<void> {
    if (!this.loaded) await this.load();
  }

  byId(id: string): PlaceView | null {
    return this.list.find((place) => place.id === id) ?? null;
  }

  /** Tries it out and keeps it. Rejects with the backend's error. */
  async save(request: SavePlace): Promise<SavedPlace> {
    const saved = await backend.placesSave(request);
    this.#report(saved.place.id, { problem: null, remarks: saved.remarks });
    await this.load();
    return saved;
  }

  /** Rejects only when nobody could check. */
  async check(id: string): Promise<void> {
    this.#report(id, await backend.placesCheck(id));
  }

  /** Rejects with the backend's error. */
  async remove(id: string): Promise<void> {
    await backend.placesRemove(id);
    await this.load();
  }

  #report(id: string, report: PlaceReport): void {
    this.reports = { ...this.reports, [id]: report };
  }
}

export const places = new Places();
