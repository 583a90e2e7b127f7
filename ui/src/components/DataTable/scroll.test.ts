import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TableScroll } from './scroll.svelte';

const ROW_PX = 32;

/** A table of a million rows, ten of them in view; those that arrived are in `here`. */
function table() {
  const here = new Set<number>();
  const wanted: [number, number][] = [];
  const scroll = new TableScroll({
    rowCount: () => 1_000_000,
    rowHeightPx: () => ROW_PX,
    has: (index) => here.has(index),
    want: (first, last) => wanted.push([first, last]),
  });
  scroll.viewportPx = 10 * ROW_PX;
  /** What was wanted last has come. */
  const arrive = () => {
    const [first, last] = wanted.at(-1) ?? [0, -1];
    for (let index = first; index <= last; index++) here.add(index);
    scroll.draw();
  };
  const jump = (row: number) => {
    scroll.to(row * ROW_PX);
    scroll.draw();
  };
  scroll.draw();
  arrive();
  return { scroll, wanted, arrive, jump };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a jump', () => {
  it('leaves the old rows in view until all that are drawn of the new place are here', () => {
    const { scroll, wanted, arrive, jump } = table();
    jump(5000);
    expect(scroll.visible.first).toBe(0);
    // Those just outside the view are drawn as well.
    expect(wanted.at(-1)).toEqual([4997, 5012]);
    arrive();
    expect(scroll.visible).toEqual({ first: 5000, last: 5009 });
  });

  it('to rows that take long shows their place without them', () => {
    const { scroll, jump } = table();
    jump(5000);
    vi.advanceTimersByTime(79);
    expect(scroll.visible.first).toBe(0);
    vi.advanceTimersByTime(1);
    expect(scroll.visible.first).toBe(5000);
  });

  it('to rows that are here is drawn at once', () => {
    const { scroll, arrive, jump } = table();
    jump(5000);
    arrive();
    jump(0);
    expect(scroll.visible.first).toBe(0);
    jump(5000);
    expect(scroll.visible.first).toBe(5000);
  });
});

describe('a scrollbar that is dragged', () => {
  it('shows a place that came in between, and asks for one at a time', () => {
    const { scroll, wanted, arrive, jump } = table();
    jump(5000);
    jump(6000);
    jump(7000);
    expect(wanted.at(-1)).toEqual([4997, 5012]);
    arrive();
    expect(scroll.visible.first).toBe(5000);
    expect(wanted.at(-1)).toEqual([6997, 7012]);
    arrive();
    expect(scroll.visible.first).toBe(7000);
  });

  it('shows where it is when nothing comes at all', () => {
    const { scroll, wanted, jump } = table();
    jump(5000);
    jump(7000);
    vi.advanceTimersByTime(80);
    expect(scroll.visible.first).toBe(7000);
    expect(wanted.at(-1)).toEqual([6997, 7012]);
  });
});

it('other rows are shown from their top, whatever was awaited', () => {
  const { scroll, jump } = table();
  jump(5000);
  scroll.startAgain();
  scroll.draw();
  expect(scroll.visible.first).toBe(0);
  vi.advanceTimersByTime(1000);
  expect(scroll.visible.first).toBe(0);
});
