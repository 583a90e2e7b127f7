/** Tells whether a media query matches, now and whenever that changes. Returns what ends it. */
export function matches(query: string, tell: (matches: boolean) => void): () => void {
  const list = matchMedia(query);
  const changed = () => tell(list.matches);
  changed();
  list.addEventListener('change', changed);
  return () => list.removeEventListener('change', changed);
}
