/** The window under test: opened in a state of the world, watched for errors, judged by axe, photographed. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';

export { t } from '../../../ui/src/strings/en';

/** A Sunday afternoon: there are calls of today. */
const NOW = new Date('2026-11-22T15:30:00Z');
const SHOTS = resolve(import.meta.dirname, '../../../target/screenshots/ui');

export interface Options {
  /** `scenario=offline&rows=10`: see ui/src/backend/memory/options.ts. */
  world?: string;
  colours?: 'light' | 'dark';
  width?: number;
  height?: number;
}

let browser: Browser;
let contexts: BrowserContext[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  browser = await chromium.connect(inject('browser'));
});

afterAll(async () => {
  await browser.close();
});

/** No test passes while the page complained: a script error, a refused style, a missing file. */
afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
  expect(complaints.splice(0)).toEqual([]);
});

export async function open({
  world = '',
  colours = 'light',
  width = 1280,
  height = 800,
}: Options = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: colours,
    locale: 'en-GB',
    timezoneId: 'Europe/London',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  contexts.push(context);
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(`error: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
  await page.clock.setFixedTime(NOW);
  await page.goto(`${inject('page')}?${world}`);
  return page;
}

/** Opens the library and waits until its rows are there. */
export async function openLibrary(options: Options = {}): Promise<Page> {
  const page = await open(options);
  // A row that is still on its way has its cells, but no box to tick.
  await rows(page).first().getByRole('checkbox').waitFor();
  return page;
}

/** Rows of recordings, without the head. */
export function rows(page: Page) {
  return page.getByRole('grid').locator('[data-index]');
}

/** One row, by its position in the whole list. */
export function row(page: Page, index: number) {
  return page.getByRole('grid').locator(`[data-index="${index}"]`);
}

/** Every rule of WCAG 2.2 AA and of good practice, on everything that is visible now. */
export async function expectAccessible(page: Page): Promise<void> {
  // Evaluated by the debugger, so the policy of the page does not have to allow it.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { axe: tool } = window as unknown as { axe: typeof import('axe-core') };
    const { violations } = await tool.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations'],
    });
    return violations.map(({ id, help, nodes }) => ({
      id,
      help,
      where: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
    }));
  });
  expect(found).toEqual([]);
}

/** A picture for people: not compared, only kept. What fades or slides is at its end in it. */
export async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(SHOTS, `${name}.png`), animations: 'disabled' });
}
