/**
 * Hands the one stream of events of the program to whoever listens. State modules subscribe when they are loaded;
 * `startEvents` is called once, after that, so that nobody misses the snapshot the stream begins with.
 */
import type { Backend } from '../backend/backend';
import type { AppEvent } from '../ipc/events';

type EventOf<T extends AppEvent['type']> = Extract<AppEvent, { type: T }>;
type Listener = (event: AppEvent) => void;

const listeners = new Map<AppEvent['type'], Set<Listener>>();

/** Calls `listener` for each event of this type. Returns what ends it. */
export function onEvent<T extends AppEvent['type']>(
  type: T,
  listener: (event: EventOf<T>) => void,
): () => void {
  const set = listeners.get(type) ?? new Set();
  listeners.set(type, set);
  set.add(listener as Listener);
  return () => set.delete(listener as Listener);
}

/** Begins the stream. */
export function startEvents(backend: Backend): Promise<void> {
  return backend.appSubscribe((event) => {
    for (const listener of listeners.get(event.type) ?? []) listener(event);
  });
}
