/** Follows a pressed pointer until it is let go, wherever it goes. */
interface Follower {
  /** @param byPx how far it went sideways since the press; @param x where it is */
  move: (byPx: number, x: number) => void;
  end?: () => void;
}

export function follow(press: PointerEvent & { currentTarget: HTMLElement }, { move, end }: Follower): void {
  if (press.button !== 0) return;
  const element = press.currentTarget;
  const startX = press.clientX;
  // At once, because a fast pointer leaves the element before it has told of any move.
  element.setPointerCapture(press.pointerId);
  const moved = (event: PointerEvent) => move(event.clientX - startX, event.clientX);
  element.addEventListener('pointermove', moved);
  const done = () => {
    element.removeEventListener('pointermove', moved);
    end?.();
  };
  element.addEventListener('lostpointercapture', done, { once: true });
}
