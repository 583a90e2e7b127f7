/**
 * Pulling a range of rows with the pointer. It begins once the pointer has left the row it was pressed on, so that a click
 * stays a click; beyond the edges of the view the rows scroll by themselves, the faster the farther.
 */

/** Pixels a frame for each pixel beyond the edge. */
const PULL = 0.25;
const FASTEST_PX = 48;

interface Rows {
  /** The row under a place of the window, within the table; also above and below the view. */
  indexAt: (clientY: number) => number;
  /** Top and bottom of the rows in the window. */
  edges: () => { top: number; bottom: number };
  scrollBy: (px: number) => void;
  /** The pointer left its first row. */
  start: (index: number) => void;
  /** The range now ends here. */
  to: (index: number) => void;
}

export function dragRange(press: PointerEvent & { currentTarget: HTMLElement }, rows: Rows): void {
  const element = press.currentTarget;
  const first = rows.indexAt(press.clientY);
  let last = first;
  let y = press.clientY;
  let isPulling = false;
  let frame = 0;

  const follow = () => {
    const index = rows.indexAt(y);
    if (index === last) return;
    last = index;
    rows.to(index);
  };
  const pull = () => {
    const { top, bottom } = rows.edges();
    const beyond = y < top ? y - top : y > bottom ? y - bottom : 0;
    if (beyond !== 0) {
      rows.scrollBy(Math.sign(beyond) * Math.min(FASTEST_PX, 2 + Math.abs(beyond) * PULL));
      follow();
    }
    frame = requestAnimationFrame(pull);
  };
  const moved = (event: PointerEvent) => {
    y = event.clientY;
    if (!isPulling) {
      if (rows.indexAt(y) === first) return;
      isPulling = true;
      element.setPointerCapture(press.pointerId);
      rows.start(first);
      frame = requestAnimationFrame(pull);
    }
    follow();
  };
  const done = () => {
    cancelAnimationFrame(frame);
    window.removeEventListener('pointermove', moved);
    window.removeEventListener('pointerup', done);
    window.removeEventListener('pointercancel', done);
  };
  window.addEventListener('pointermove', moved);
  window.addEventListener('pointerup', done);
  window.addEventListener('pointercancel', done);
}
