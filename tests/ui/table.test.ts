/** The table: a million rows, windows of them, sorting, columns, ticks. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectAccessible, openLibrary, row, shoot, t } from './support/window';

const grid = (page: Page) => page.getByRole('grid', { name: t.library.table.label });

/** Rows in view that have no text. Read in the frame in which it is asked. */
function blankRows(page: Page): Promise<number[]> {
  return grid(page).evaluate((element) => {
    const box = element.getBoundingClientRect();
    const head = 32;
    return [...element.querySelectorAll<HTMLElement>('[data-index]')]
      .filter((line) => {
        const { top, bottom } = line.getBoundingClientRect();
        return bottom > box.top + head && top < box.bottom;
      })
      .filter((line) => (line.textContent ?? '').trim() === '')
      .map((line) => Number(line.dataset.index));
  });
}

/** Indexes of the rows in view, in order. */
function indexesInView(page: Page): Promise<number[]> {
  return grid(page).evaluate((element) => {
    const box = element.getBoundingClientRect();
    return [...element.querySelectorAll<HTMLElement>('[data-index]')]
      .filter(
        (line) =>
          line.getBoundingClientRect().bottom > box.top + 32 && line.getBoundingClientRect().top < box.bottom,
      )
      .map((line) => Number(line.dataset.index))
      .sort((a, b) => a - b);
  });
}

describe('a million rows', () => {
  it.each(['light', 'dark'] as const)('look like this in %s, and say how many they are', async (colours) => {
    const page = await openLibrary({ world: 'rows=1000000', colours });
    expect(await grid(page).getAttribute('aria-rowcount')).toBe('1000001');
    // The box to tick and the columns, in the head as in each row.
    const names = await grid(page).getByRole('columnheader').count();
    expect(await grid(page).getAttribute('aria-colcount')).toBe(String(names));
    expect(await row(page, 0).getByRole('gridcell').count()).toBe(names);
    expect(await row(page, 0).getAttribute('aria-rowindex')).toBe('2');
    const places = (role: 'gridcell' | 'columnheader') =>
      (role === 'gridcell' ? row(page, 0) : grid(page))
        .getByRole(role)
        .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute('aria-colindex'))));
    const all = Array.from({ length: names }, (_, at) => at + 1);
    expect([await places('columnheader'), await places('gridcell')]).toEqual([all, all]);
    await page.getByText(t.common.recordings(1_000_000), { exact: true }).waitFor();
    await grid(page).evaluate((element) => {
      element.scrollTop = element.scrollHeight / 2;
    });
    await expect.poll(() => blankRows(page)).toEqual([]);
    await expectAccessible(page);
    await shoot(page, `million-rows-${colours}`);
  });

  it('are all reachable, without a gap and without a blank row', async () => {
    const page = await openLibrary({ world: 'rows=1000000' });
    expect(await grid(page).locator('[data-index]').count()).toBeLessThan(60);
    for (const share of [0.1, 0.5, 0.9999, 1, 0.25, 0]) {
      await grid(page).evaluate((element, at) => {
        element.scrollTop = (element.scrollHeight - element.clientHeight) * at;
      }, share);
      await expect.poll(() => blankRows(page)).toEqual([]);
      const indexes = await indexesInView(page);
      expect(indexes.length).toBeGreaterThan(15);
      // No row is missing between the first and the last in view.
      expect(indexes).toEqual(Array.from({ length: indexes.length }, (_, at) => (indexes[0] ?? 0) + at));
      expect(Math.abs((indexes[0] ?? 0) / 1_000_000 - share)).toBeLessThan(0.001);
    }
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex')))
      .toBe('1000001');
    await expect.poll(() => blankRows(page)).toEqual([]);
    await shoot(page, 'million-rows-end');
  });

  it('move by the wheel as far as it turned, wherever one is', async () => {
    const page = await openLibrary({ world: 'rows=1000000' });
    await grid(page).evaluate((element) => {
      element.scrollTop = element.scrollHeight / 2;
    });
    await expect.poll(() => blankRows(page)).toEqual([]);
    const [before = 0] = await indexesInView(page);
    await row(page, before + 5).hover();
    for (let turn = 0; turn < 10; turn++) await page.mouse.wheel(0, 320);
    await expect.poll(async () => (await indexesInView(page))[0]).toBe(before + 100);
    await expect.poll(() => blankRows(page)).toEqual([]);
  });
});

describe('the table', () => {
  it('sorts by each column, both ways', async () => {
    const page = await openLibrary();
    const header = page.getByRole('columnheader', { name: t.library.columns.duration });
    await header.getByRole('button').click();
    await expect.poll(() => header.getAttribute('aria-sort')).toBe('descending');
    // The label has room for itself and the arrow.
    const label = header.locator('.truncate');
    expect(await label.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    const longest = await row(page, 0).getByRole('gridcell').nth(4).textContent();
    expect(longest).toMatch(/^\s*1:\d\d:\d\d\s*$/);
    await header.getByRole('button').click();
    await expect.poll(() => header.getAttribute('aria-sort')).toBe('ascending');
    await expect
      .poll(async () => (await row(page, 0).getByRole('gridcell').nth(4).textContent())?.trim())
      .not.toBe(longest?.trim());
  });

  it('finds what is typed and goes back', async () => {
    const page = await openLibrary();
    const number = (await row(page, 0).getByRole('gridcell').nth(2).textContent())?.trim() ?? '';
    const digits = number.replace(/\D/g, '');
    await page.getByRole('combobox', { name: t.library.search.label }).fill(digits);
    await expect.poll(async () => Number(await grid(page).getAttribute('aria-rowcount'))).toBeLessThan(2001);
    // A row is there before what it shows has come.
    await expect
      .poll(async () => (await row(page, 0).textContent())?.replace(/\D/g, '') ?? '')
      .toContain(digits);
    await page.keyboard.press('Escape');
    await expect.poll(() => grid(page).getAttribute('aria-rowcount')).toBe('2001');
  });

  it('keeps the columns as they were arranged', async () => {
    const page = await openLibrary();
    await page.getByRole('button', { name: t.library.table.columnMenu }).click();
    await page.getByRole('menuitemcheckbox', { name: t.library.columns.size }).click();
    const size = page.getByRole('columnheader', { name: t.library.columns.size });
    await size.waitFor();
    const from = page.getByRole('columnheader', { name: t.library.columns.from, exact: true });
    // What gave way for want of room may have a fraction; what a person chooses is whole.
    const wanted = Math.round(((await from.boundingBox())?.width ?? 0) + 16);
    await from.getByRole('button').focus();
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(async () => (await from.boundingBox())?.width).toBe(wanted);
    // By the pointer: the edge resizes, the label moves.
    const edge = (await from.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(edge.x + edge.width, edge.y + 16);
    await page.mouse.down();
    await page.mouse.move(edge.x + edge.width + 40, edge.y + 16, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => (await from.boundingBox())?.width).toBe(wanted + 40);
    const length = (await page
      .getByRole('columnheader', { name: t.library.columns.duration })
      .boundingBox()) ?? { x: 0, y: 0, width: 0 };
    await page.mouse.move(edge.x + 20, edge.y + 16);
    await page.mouse.down();
    await page.mouse.move(length.x + length.width - 20, edge.y + 16, { steps: 4 });
    await page.mouse.up();
    const names = () => page.getByRole('columnheader').allInnerTexts();
    await expect
      .poll(async () => (await names()).slice(2, 5))
      .toEqual([t.library.columns.to, t.library.columns.duration, t.library.columns.from]);
  });

  it('ticks a range with Shift, and all that match in one go', async () => {
    const page = await openLibrary();
    const bar = page.getByRole('region', { name: t.library.selection.label });
    await row(page, 2).getByRole('checkbox').click();
    await row(page, 7)
      .getByRole('checkbox')
      .click({ modifiers: ['Shift'] });
    await bar.getByText(t.library.selection.some(6)).waitFor();
    await bar.getByRole('button', { name: t.library.selection.selectAllMatching(2000) }).click();
    await bar.getByText(t.library.selection.allMatching(2000)).waitFor();
    await row(page, 3).getByRole('checkbox').click();
    await bar.getByText(t.library.selection.some(1999)).waitFor();
    await bar.getByRole('button', { name: t.library.selection.clear }).click();
    await bar.waitFor({ state: 'detached' });
  });
});
