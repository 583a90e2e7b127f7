/** The table as it is worked with: filtering by a cell, order, columns, pulling, copying; what stands beside it. */
import { describe, expect, it } from 'vitest';
import { cells, clipboard, count, field, grid } from './support/library';
import { openLibrary, row, t } from './support/window';

describe('the table', () => {
  it('filters by what a cell says', async () => {
    const page = await openLibrary();
    const before = (await cells(page, 0))[5] ?? '';
    await row(page, 0).getByRole('gridcell').nth(5).click({ button: 'right' });
    await page.getByRole('menuitem', { name: t.library.menu.onlyThis(before) }).click();
    await expect.poll(() => field(page).inputValue()).toBe(`type:${before}`);
    await expect.poll(() => count(page)).toBeLessThan(2000);
    // A row that is still on its way has no menu.
    await row(page, 0).getByRole('checkbox').waitFor();
    await row(page, 0).getByRole('gridcell').nth(5).click({ button: 'right' });
    await page.getByRole('menuitem', { name: t.library.menu.notThis(before) }).click();
    await expect.poll(() => field(page).inputValue()).toBe(`-type:${before}`);
    await expect.poll(async () => (await cells(page, 0))[5]).not.toBe(before);
  });

  it('filters by the cells of every column that says something', async () => {
    const page = await openLibrary();
    const names = t.library.columns;
    for (const [column, name, token] of [
      ['billed', names.billed, /^billed:\d+s$/],
      ['storageDays', names.storageDays, /^storage:\d+d$/],
      ['storageRate', names.storageRate, /^rate:[\d.]+$/],
      ['added', names.added, /^added:\d{4}-\d\d-\d\d$/],
      ['ended', names.ended, /^ended:\d{4}-\d\d-\d\d$/],
      ['firstSeen', names.firstSeen, /^seen:\d{4}-\d\d-\d\d$/],
      ['verifiedAt', names.verifiedAt, /^verified:\d{4}-\d\d-\d\d$/],
      ['address', names.address, /^address:/],
    ] as const) {
      const show = async () => {
        await page.getByRole('button', { name: t.library.table.columnMenu }).click();
        await page.getByRole('menuitemcheckbox', { name, exact: true }).click();
      };
      // What only saved recordings have is looked for among those.
      await field(page).fill('state:saved');
      await expect.poll(() => count(page)).toBeLessThan(2000);
      await show();
      const cell = row(page, 0).locator(`[data-column="${column}"]`);
      await expect.poll(async () => (await cell.textContent())?.trim()).not.toBe('');
      await cell.click({ button: 'right' });
      await page
        .getByRole('menuitem', { name: new RegExp(`^${t.library.menu.onlyThis('').slice(0, 4)}`) })
        .first()
        .click();
      await expect.poll(async () => (await field(page).inputValue()).split(' ').at(-1)).toMatch(token);
      await expect.poll(() => count(page)).toBeGreaterThan(0);
      await row(page, 0).getByRole('checkbox').waitFor();
      await show();
    }
  });

  it('sorts by several columns', async () => {
    const page = await openLibrary();
    const head = (name: string) => page.getByRole('columnheader', { name }).getByRole('button').first();
    await head(t.library.columns.kind).click();
    await head(t.library.columns.duration).click({ modifiers: ['Shift'] });
    await page.getByText(t.library.table.sortedNext(2, true)).waitFor({ state: 'attached' });
    const lengths = async () =>
      (await Promise.all([0, 1, 2].map((index) => cells(page, index)))).map((line) => line[4]);
    const seconds = (text = '') => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
    await expect
      .poll(async () => {
        const found = (await lengths()).map(seconds);
        return found[0] !== undefined && found.every((one, at) => at === 0 || one <= (found[at - 1] ?? 0));
      })
      .toBe(true);
    expect((await cells(page, 0))[5]).toBe('call');
  });

  it('pins, moves, fits and hides columns from the keyboard', async () => {
    const page = await openLibrary();
    const names = async () =>
      (await page.getByRole('columnheader').allInnerTexts()).map((text) => text.trim());
    await page
      .getByRole('columnheader', { name: t.library.columns.to, exact: true })
      .getByRole('button')
      .focus();
    await page.keyboard.press('Control+ArrowLeft');
    await expect
      .poll(async () => (await names()).slice(2, 4))
      .toEqual([t.library.columns.to, t.library.columns.from]);
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: t.library.table.pin }).click();
    const pinned = page.getByRole('columnheader', { name: t.library.columns.to, exact: true });
    await expect.poll(() => pinned.evaluate((element) => getComputedStyle(element).position)).toBe('sticky');
    await pinned.getByRole('button').click({ button: 'right' });
    await page.getByRole('menuitem', { name: t.library.table.fit }).click();
    const cut = () =>
      grid(page).evaluate(
        (element) =>
          [...element.querySelectorAll<HTMLElement>('[data-index] [data-column="to"] .truncate')].filter(
            (text) => text.scrollWidth > text.clientWidth,
          ).length,
      );
    await expect.poll(cut).toBe(0);
    await pinned.getByRole('button').click({ button: 'right' });
    await page.getByRole('menuitem', { name: t.library.table.hide }).click();
    await pinned.waitFor({ state: 'detached' });
  });

  it('ticks a range that is pulled with the pointer', async () => {
    const page = await openLibrary();
    const at = async (index: number) => {
      const box = await row(page, index).getByRole('gridcell').nth(2).boundingBox();
      return { x: (box?.x ?? 0) + 20, y: (box?.y ?? 0) + 10 };
    };
    const [from, to, back] = [await at(2), await at(6), await at(5)];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 6 });
    await page.mouse.move(back.x, back.y, { steps: 2 });
    await page.mouse.up();
    await page
      .getByRole('region', { name: t.library.selection.label })
      .getByText(t.library.selection.some(4))
      .waitFor();
  });

  it('copies what is ticked as text, CSV and JSON', async () => {
    const page = await openLibrary();
    const wanted = (await cells(page, 3))[2] ?? '';
    await row(page, 3).getByRole('checkbox').click();
    await page.keyboard.press('Control+c');
    await page.getByText(t.library.copy.done(1, t.library.copy.formats.text)).waitFor();
    const lines = (await clipboard(page)).split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]?.split('\t')[1]).toBe(t.library.columns.from);
    expect(lines[1]?.split('\t')[1]).toBe(wanted);
    await row(page, 1).getByRole('checkbox').click();
    const bar = page.getByRole('region', { name: t.library.selection.label });
    await bar.getByRole('button', { name: t.library.selection.more }).click();
    await page.getByRole('menuitem', { name: t.library.copy.as.json }).click();
    await page.getByText(t.library.copy.done(2, t.library.copy.formats.json)).waitFor();
    const records = JSON.parse(await clipboard(page)) as { key: number; from: string }[];
    // In the order of the table, not of the ticks.
    expect(records.map(({ key }) => key)).toEqual([2, 4]);
    expect(records[1]?.from).toBe(wanted);
  });
});

it('the call record and other calls of the number are at hand', async () => {
  const page = await openLibrary();
  await row(page, 0).click();
  const pane = page.getByRole('complementary', { name: t.details.label });
  await pane.getByText(t.details.callRecord.show).click();
  await pane.getByText('NORMAL_CLEARING', { exact: true }).waitFor();
  await pane.getByRole('button', { name: /^Show all/ }).click();
  await expect.poll(() => field(page).inputValue()).toMatch(/^number:/);
  await expect.poll(() => count(page)).toBeLessThan(2000);
});

it('the width of the details is kept from one screen to the next', async () => {
  const page = await openLibrary();
  const pane = page.getByRole('complementary', { name: t.details.label });
  const width = async () => (await pane.boundingBox())?.width ?? 0;
  const before = await width();
  await page.getByRole('separator', { name: t.frame.resize.details }).focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(width).toBeGreaterThan(before);
  const after = await width();
  await page.getByRole('navigation').getByRole('button', { name: t.frame.sidebar.completeness }).click();
  await pane.waitFor({ state: 'detached' });
  await page.getByRole('navigation').getByRole('button', { name: t.frame.sidebar.all }).click();
  await expect.poll(width).toBe(after);
});
