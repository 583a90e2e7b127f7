/** What is on the screen by now. */

/** A hidden window draws nothing, and what never comes is not waited for; after this long work goes on all the same. */
const PATIENCE_MS = 1_000;

/** Waits until what was just put into the page has been painted: the second frame begins after the first one is. */
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
    setTimeout(resolve, PATIENCE_MS);
  });
}

/** Waits for the styles that the document names. Those at its end hold back neither what is painted nor what runs. */
export async function styled(): Promise<void> {
  const wanted = [...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')].filter(
    (link) => link.sheet === null,
  );
  const arrived = wanted.map((link) => new Promise((resolve) => link.addEventListener('load', resolve)));
  // A page without its styles is better than none.
  await Promise.race([Promise.all(arrived), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
}

/**
 * When the page was first painted with something in it, in milliseconds of the Unix epoch. The web view notes that moment
 * itself, and tells it when it has the time to.
 */
export async function firstPaintMs(): Promise<number> {
  const paint = () => performance.getEntriesByName('first-contentful-paint')[0];
  await painted();
  // A frame that is drawn on demand may be noted a moment after the next one begins.
  if (paint() === undefined) await painted();
  return Math.round(performance.timeOrigin + (paint()?.startTime ?? performance.now()));
}
