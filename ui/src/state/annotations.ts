/** Writes notes, tags, stars and holds on recordings. The rows come back changed with `libraryChanged`. */
import { backend } from '../backend';
import type { Annotation } from '../ipc/annotations';
import type { Selection } from '../ipc/library';
import { t } from '../strings/en';
import { toasts } from './toasts.svelte';

/** Makes one change to every recording of a selection. Rejects with the program's error. */
export async function annotate(selection: Selection, annotation: Annotation): Promise<number> {
  const { changed } = await backend.recordingsAnnotate({ selection, annotation });
  return changed;
}

/** The same for one recording, where a failure is told by a message. */
export async function annotateOne(key: number, annotation: Annotation): Promise<boolean> {
  try {
    await annotate({ kind: 'keys', keys: [key] }, annotation);
    return true;
  } catch (error) {
    toasts.fail(error);
    return false;
  }
}

export function toldOf(changed: number): void {
  toasts.show({ tone: 'good', title: t.annotations.done(changed) });
}
