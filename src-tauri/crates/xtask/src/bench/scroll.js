// Scrolls the table and watches every frame. For as long as the first argument says, in milliseconds: the first half is left to
// the wheel, which somebody turns from outside; in the second half the scrollbar jumps to another place twice a second. Answers
// with the times between frames, the longest time that a row in view had nothing in it, and how often the view moved.
const [durationMs, answer] = [arguments[0], arguments[arguments.length - 1]];
const grid = document.querySelector('[role=grid]');
const began = performance.now();
const frames = [];
const blankSince = new Map();
let last = began;
let longestBlankMs = 0;
let moves = 0;
let lastTop = grid.scrollTop;
let jumps = 0;
// Places as from a dice that rolls the same everywhere.
let dice = 7;

function blankRows() {
  const top = grid.querySelector('[role=columnheader]').getBoundingClientRect().bottom;
  const bottom = grid.getBoundingClientRect().top + grid.clientHeight;
  const blank = new Set();
  let covered = 0;
  for (const row of grid.querySelectorAll('[role=row][data-index]')) {
    const box = row.getBoundingClientRect();
    const inView = Math.min(box.bottom, bottom) - Math.max(box.top, top);
    if (inView <= 1) continue;
    covered += inView;
    if (row.textContent.trim() === '') blank.add(row.dataset.index);
  }
  // A part of the view without any row at all is as blank as a row without text.
  if (covered < bottom - top - 2) blank.add('uncovered');
  return blank;
}

function frame(now) {
  frames.push(now - last);
  last = now;
  const blank = blankRows();
  for (const index of blankSince.keys()) if (!blank.has(index)) blankSince.delete(index);
  for (const index of blank) {
    if (!blankSince.has(index)) blankSince.set(index, now);
    longestBlankMs = Math.max(longestBlankMs, now - blankSince.get(index));
  }
  if (grid.scrollTop !== lastTop) moves += 1;
  lastTop = grid.scrollTop;
  const elapsed = now - began;
  if (elapsed >= durationMs) {
    answer({ frames_ms: frames.slice(1), longest_blank_ms: longestBlankMs, moves, jumps });
    return;
  }
  if (elapsed > durationMs / 2 + jumps * 500) {
    jumps += 1;
    dice = (dice * 48271) % 2147483647;
    grid.scrollTop = (dice / 2147483647) * (grid.scrollHeight - grid.clientHeight);
  }
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
