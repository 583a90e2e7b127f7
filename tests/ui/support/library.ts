/** Where things are in the library, for the tests that work with it. */
import type { Page } from 'playwright-core';
import { row, t } from './window';

/** The field that is searched with. */
export const field = (page: Page) => page.getByRole('combobox', { name: t.library.search.label });

export const grid = (page: Page) => page.getByRole('grid', { name: t.library.table.label });

/** How many recordings the table says it has. */
export const count = async (page: Page) => Number(await grid(page).getAttribute('aria-rowcount')) - 1;

/** What stands in the cells of a row. */
export const cells = (page: Page, index: number) => row(page, index).getByRole('gridcell').allInnerTexts();

export const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

/** The search as a form, opened. */
export async function openFilters(page: Page) {
  await page.getByRole('button', { name: new RegExp(`^${t.query.filters.open}`) }).click();
  const form = page.getByRole('dialog', { name: t.query.filters.title });
  await form.getByRole('textbox', { name: t.query.filters.words, exact: true }).waitFor();
  return form;
}
