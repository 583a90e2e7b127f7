/**
 * The geometry of a table with very many rows of one height. Browsers cap the height of an element (Chrome near 16.7
 * million px, Firefox near 17.9), so beyond a limit the scrollbar runs over a shorter track: a pixel of the track then
 * stands for several pixels of rows, while the wheel still moves rows one to one.
 */

/** Safely below every engine's cap. */
export const MAX_TRACK_PX = 8_000_000;

export interface Geometry {
  rowCount: number;
  rowHeightPx: number;
  viewportPx: number;
}

/** Height of all rows. */
export function contentPx({ rowCount, rowHeightPx }: Geometry): number {
  return rowCount * rowHeightPx;
}

/** Height of the element that scrolls. */
export function trackPx(geometry: Geometry): number {
  return Math.min(contentPx(geometry), MAX_TRACK_PX);
}

/** Pixels of rows for each pixel of the track. */
export function scale(geometry: Geometry): number {
  const range = trackPx(geometry) - geometry.viewportPx;
  return range <= 0 ? 1 : Math.max(1, (contentPx(geometry) - geometry.viewportPx) / range);
}

export function clampTop(top: number, geometry: Geometry): number {
  return Math.max(0, Math.min(top, contentPx(geometry) - geometry.viewportPx));
}

/** First and last row that is at least partly in view, at this distance from the top. */
export function visibleRows(top: number, geometry: Geometry): { first: number; last: number } {
  const first = Math.max(0, Math.floor(top / geometry.rowHeightPx));
  const last = Math.ceil((top + geometry.viewportPx) / geometry.rowHeightPx) - 1;
  return { first, last: Math.max(first, Math.min(last, geometry.rowCount - 1)) };
}

/** The distance from the top at which a row is wholly in view, changed as little as possible. */
export function topFor(row: number, top: number, geometry: Geometry): number {
  const start = row * geometry.rowHeightPx;
  if (start < top) return clampTop(start, geometry);
  const end = start + geometry.rowHeightPx;
  if (end > top + geometry.viewportPx) return clampTop(end - geometry.viewportPx, geometry);
  return top;
}
