/** Calls a function once things have been quiet for a while; the last arguments count. */
export interface Delayed<Arguments extends unknown[]> {
  (...args: Arguments): void;
  /** Forgets a call that is waiting. */
  cancel(): void;
}

export function delayed<Arguments extends unknown[]>(
  run: (...args: Arguments) => void,
  quietMs: number,
): Delayed<Arguments> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const call = (...args: Arguments) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...args), quietMs);
  };
  return Object.assign(call, { cancel: () => clearTimeout(timer) });
}
