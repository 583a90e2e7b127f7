/** Calls `run` at most once in `everyMs`; a call within that time is made up for at its end. */
export function atMost(everyMs: number, run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let again = false;
  const wait = () => {
    timer = setTimeout(() => {
      timer = null;
      if (!again) return;
      again = false;
      run();
      wait();
    }, everyMs);
  };
  return () => {
    if (timer !== null) {
      again = true;
      return;
    }
    run();
    wait();
  };
}
