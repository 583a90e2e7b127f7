/** Searching: the language, its completion, the same as a form. */
import { describe, expect, it } from 'vitest';
import { count, field, openFilters } from './support/library';
import { expectAccessible, openLibrary, row, shoot, t } from './support/window';

describe('the search language', () => {
  it('draws tokens as chips behind the text, and says exactly how much it found', async () => {
    const page = await openLibrary();
    await field(page).fill('from:+44 dur:>10m -type:call');
    await expect.poll(() => count(page)).toBeLessThan(2000);
    const found = await count(page);
    await page.getByRole('main').getByText(t.common.recordings(found), { exact: true }).waitFor();
    await page
      .getByRole('main')
      .getByText(/ a month$/)
      .waitFor();
    // The chips lie exactly behind the letters.
    const chips = page.getByRole('search').locator('.chip');
    await expect.poll(() => chips.allInnerTexts()).toEqual(['from:+44', 'dur:>10m', '-type:call']);
    await expectAccessible(page);
    await shoot(page, 'find-chips');
  });

  it('says what is wrong, where, and lets the rest apply', async () => {
    const page = await openLibrary();
    await field(page).fill('from:+44');
    await expect.poll(() => count(page)).toBeLessThan(2000);
    const without = await count(page);
    await field(page).fill('from:+44 dur:>5x');
    const problem = page.getByRole('list', { name: t.query.problems(1) });
    await problem.getByText(/is no length/).waitFor();
    expect(await page.getByRole('search').locator('.wrong').textContent()).toBe('dur:>5x');
    expect(await field(page).getAttribute('aria-invalid')).toBe('true');
    expect(await count(page)).toBe(without);
    await expectAccessible(page);
    await shoot(page, 'find-problem');
    await problem.getByRole('button', { name: t.query.removePart }).click();
    await expect.poll(() => field(page).inputValue()).toBe('from:+44');
    await problem.waitFor({ state: 'detached' });
  });

  it('completes names and values from the keyboard', async () => {
    const page = await openLibrary();
    await field(page).click();
    await page.keyboard.type('ty');
    const list = page.getByRole('listbox', { name: t.query.suggestions });
    // What begins with the first letter alone is told first.
    await expect.poll(() => list.getByRole('option').count()).toBe(1);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => field(page).inputValue()).toBe('type:');
    await list.getByRole('option', { name: /conference/ }).waitFor();
    await page.keyboard.type('conf');
    await expect.poll(() => list.getByRole('option').count()).toBe(1);
    await expectAccessible(page);
    await shoot(page, 'find-suggestions');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await expect.poll(() => field(page).inputValue()).toBe('type:conference ');
    await list.waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await expect.poll(() => count(page)).toBe(2000);
  });

  it('is the same as a form', async () => {
    const page = await openLibrary();
    await field(page).fill('sales type:conference');
    const form = await openFilters(page);
    await expect
      .poll(() => form.getByRole('textbox', { name: t.query.filters.words }).inputValue())
      .toBe('sales');
    await form.getByRole('textbox', { name: t.query.filters.from, exact: true }).first().fill('+44');
    await expect.poll(() => field(page).inputValue()).toContain('from:+44');
    await form.getByRole('button', { name: new RegExp(`^${t.query.filters.kinds}`) }).click();
    await form.getByRole('checkbox', { name: 'conference' }).uncheck();
    await expect.poll(() => field(page).inputValue()).toBe('sales from:+44');
    await expectAccessible(page);
    await shoot(page, 'find-filters');
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
  });
});

it('everything of this still fits at 200 % zoom', async () => {
  // A window of 1280 × 800 at 200 % has this many pixels of its own.
  const page = await openLibrary({ width: 640, height: 400 });
  await field(page).fill('dur:>5x from:+44');
  await page.getByRole('list', { name: t.query.problems(1) }).waitFor();
  const form = await openFilters(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(640);
  const box = await form.boundingBox();
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(640);
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(400);
  await expectAccessible(page);
  await shoot(page, 'find-zoomed');
});

it('everything of this can be read in dark colours', async () => {
  const page = await openLibrary({ colours: 'dark' });
  await page.getByRole('navigation').getByRole('button', { name: t.frame.sidebar.onHold }).click();
  await page.getByRole('heading', { name: t.library.title.onHold, level: 1 }).waitFor();
  await row(page, 0).click();
  await page
    .getByRole('complementary', { name: t.details.label })
    .getByText(/^On hold: /)
    .first()
    .waitFor();
  await field(page).fill('from:+1 -type:call dur:>5x or');
  await page.getByRole('list', { name: t.query.problems(1) }).waitFor();
  await expectAccessible(page);
  await shoot(page, 'find-dark');
  await openFilters(page);
  await expectAccessible(page);
  await shoot(page, 'find-filters-dark');
});
