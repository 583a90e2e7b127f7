/**
 * Where the focus should go, asked by a command and done by the component that owns the element: state has no DOM.
 */
export type FocusPlace = 'search' | 'table';

const places = new Map<FocusPlace, () => void>();

/** A component says how to focus its place. Returns what ends it. */
export function providesFocus(place: FocusPlace, focus: () => void): () => void {
  places.set(place, focus);
  return () => {
    if (places.get(place) === focus) places.delete(place);
  };
}

export function focusOn(place: FocusPlace): void {
  places.get(place)?.();
}
