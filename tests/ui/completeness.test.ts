/** The proof that nothing is missing. */
import { describe, expect, it } from 'vitest';
import { field } from './support/library';
import { expectAccessible, openLibrary, row, shoot, t } from './support/window';

describe('completeness', () => {
  it('finds the days that are short, and fetches them', async () => {
    const page = await openLibrary();
    await page.getByRole('navigation').getByRole('button', { name: t.frame.sidebar.completeness }).click();
    const main = page.getByRole('main');
    await main.getByRole('heading', { name: t.completeness.title }).waitFor();
    await main.getByText(/missing: the provider counts/).waitFor();
    await main.getByRole('button', { name: t.completeness.find }).click();
    await expect.poll(() => main.locator('rect.missing[data-day]').count()).toBeGreaterThan(0);
    await main.getByRole('button', { name: t.completeness.find }).waitFor({ state: 'detached' });
    await main.getByRole('checkbox', { name: t.completeness.onlyGaps }).check();
    await expect.poll(() => main.locator('tr.missing').count()).toBeGreaterThan(0);
    await expectAccessible(page);
    await shoot(page, 'find-completeness');
    await main.getByRole('button', { name: t.completeness.fetch, exact: true }).click();
    await main.getByText(/Nothing is missing/).waitFor();
    await expect.poll(() => main.locator('rect.missing[data-day]').count()).toBe(0);
    await main.getByRole('checkbox', { name: t.completeness.onlyGaps }).uncheck();
    await main
      .getByRole('button', { name: new RegExp(`^${t.completeness.show}`) })
      .first()
      .click();
    await expect.poll(() => field(page).inputValue()).toMatch(/^date:\d{4}-\d\d-\d\d$/);
  });

  it('reads a day that is short again and lists it, with one click', async () => {
    const page = await openLibrary();
    await page.getByRole('navigation').getByRole('button', { name: t.frame.sidebar.completeness }).click();
    const main = page.getByRole('main');
    await main.getByRole('button', { name: t.completeness.find }).click();
    await main.getByRole('button', { name: t.completeness.find }).waitFor({ state: 'detached' });
    await main.getByRole('checkbox', { name: t.completeness.onlyGaps }).check();
    const short = main.locator('tr.missing').first();
    const day = main.getByRole('button', { name: new RegExp(`^${t.completeness.fetchDay}: `) }).first();
    await short.waitFor();
    const name = (await day.getAttribute('aria-label')) ?? '';
    await day.click();
    await expect.poll(() => field(page).inputValue()).toBe(`date:${name.slice(-10)}`);
    await row(page, 0).getByRole('checkbox').waitFor();
  });

  it('says that the provider cannot be asked when there is no network', async () => {
    const page = await openLibrary({ world: 'scenario=offline', colours: 'dark', width: 900, height: 600 });
    await page.getByRole('navigation').getByRole('button', { name: t.frame.sidebar.completeness }).click();
    await page.getByRole('button', { name: t.completeness.askMonth, exact: true }).click();
    await page.getByRole('alert').waitFor();
    await expectAccessible(page);
    await shoot(page, 'find-completeness-offline');
  });
});
