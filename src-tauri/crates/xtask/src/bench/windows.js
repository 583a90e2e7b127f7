// Asks the program for windows of 200 rows at random places of the whole list, by the page's own way, and answers with the times
// until each is there as rows, in milliseconds.
const answer = arguments[arguments.length - 1];
const { invoke } = window.__TAURI_INTERNALS__;
const WINDOWS = 200;
const ROWS = 200;

async function measure() {
  const request = { text: '', accountId: null, view: 'all', sort: 'when', descending: true };
  const { snapshot, count } = await invoke('library_search', { request });
  const times = [];
  // Places as from a dice that rolls the same everywhere.
  let dice = 7;
  for (let asked = 0; asked < WINDOWS; asked++) {
    dice = (dice * 48271) % 2147483647;
    const offset = Math.floor((dice / 2147483647) * (count - ROWS));
    const began = performance.now();
    const reply = await invoke('library_window', { snapshot, offset, limit: ROWS });
    const rows = reply instanceof ArrayBuffer ? JSON.parse(new TextDecoder().decode(reply)) : reply;
    times.push(performance.now() - began);
    if (rows.length !== ROWS) throw new Error(`The window at ${offset} has ${rows.length} rows.`);
  }
  return times;
}

measure().then(
  (times_ms) => answer({ times_ms }),
  (error) => answer({ error: error?.message ?? JSON.stringify(error) }),
);
