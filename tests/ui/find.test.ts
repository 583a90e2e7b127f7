/** Finding a call: the search language, the filters as a form, views, what a person writes, masking, proof of completeness. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectAccessible, openLibrary, row, shoot, t } from './support/window';

const field = (page: Page) => page.getByRole('combobox', { name: t.library.search.label });
const grid = (page: Page) => page.getByRole('grid', { name: t.library.table.label });
const count = async (page: Page) => Number(await grid(page).getAttribute('aria-rowcount')) - 1;
const cells = (page: Page, index: number) => row(page, index).getByRole('gridcell').allInnerTexts();
const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

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
    await page.getByRole('button', { name: new RegExp(`^${t.query.filters.open}`) }).click();
    const form = page.getByRole('dialog', { name: t.query.filters.title });
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

describe('views', () => {
  it('keep a search with its order, and are renamed, moved, deleted and brought back', async () => {
    const page = await openLibrary();
    const side = page.getByRole('navigation', { name: t.frame.sidebar.label });
    const save = async (text: string, name: string) => {
      await side.getByRole('button', { name: t.frame.sidebar.all }).click();
      await field(page).fill(text);
      await page.getByRole('button', { name: t.views.save }).click();
      const dialog = page.getByRole('dialog', { name: t.views.dialog.title });
      await dialog.getByRole('textbox', { name: t.views.dialog.name }).fill(name);
      await expectAccessible(page);
      await page.keyboard.press('Enter');
      await dialog.waitFor({ state: 'detached' });
      await side.getByRole('button', { name, exact: false }).first().waitFor();
    };
    await save('dur:>30m', 'Long ones');
    await save('tag:complaint', 'Complaints');
    const names = () => side.locator('[data-view] .label').allInnerTexts();
    expect(await names()).toEqual(['Long ones', 'Complaints']);

    await side.locator('[data-view] .open').nth(1).focus();
    await page.keyboard.press('Alt+ArrowUp');
    await expect.poll(names).toEqual(['Complaints', 'Long ones']);

    // A change is the view's own until it is saved.
    await side.locator('[data-view] .open').nth(1).click();
    await expect.poll(() => field(page).inputValue()).toBe('dur:>30m');
    await page.getByRole('columnheader', { name: t.library.columns.duration }).getByRole('button').click();
    await page.getByRole('button', { name: t.views.saveChanges }).click();
    await page.getByRole('button', { name: t.views.saveChanges }).waitFor({ state: 'detached' });
    await side.getByRole('button', { name: t.frame.sidebar.all }).click();
    await expect.poll(() => field(page).inputValue()).toBe('');
    const sorted = page.getByRole('columnheader', { name: t.library.columns.duration });
    await expect.poll(() => sorted.getAttribute('aria-sort')).toBeNull();
    await side.locator('[data-view] .open').nth(1).click();
    await expect.poll(() => sorted.getAttribute('aria-sort')).toBe('descending');
    await expectAccessible(page);
    await shoot(page, 'find-views');

    await side.locator('[data-view]').nth(1).click({ button: 'right' });
    await page.getByRole('menuitem', { name: t.views.remove }).click();
    await expect.poll(names).toEqual(['Complaints']);
    await page.getByRole('button', { name: t.views.undo }).click();
    await expect.poll(names).toEqual(['Complaints', 'Long ones']);

    await side.getByRole('button', { name: t.views.listMenu }).click();
    await page.getByRole('menuitem', { name: t.views.import }).click();
    await page.getByText(t.views.imported(1)).waitFor();
  });

  it('of the program each say what they hold, and count it', async () => {
    const page = await openLibrary();
    const side = page.getByRole('navigation', { name: t.frame.sidebar.label });
    for (const view of ['longCalls', 'veryShort', 'expiringSoon', 'onHold'] as const) {
      const item = side.getByRole('button', { name: t.frame.sidebar[view] });
      const told = Number(
        (((await item.textContent()) ?? '').match(/[\d,]+$/)?.[0] ?? '0').replaceAll(',', ''),
      );
      await item.click();
      await page.getByRole('heading', { name: t.library.title[view], level: 1 }).waitFor();
      await expect.poll(() => count(page)).toBe(told);
    }
  });
});

describe('notes', () => {
  it('stars, tags, a note and a hold are kept and searched for', async () => {
    const page = await openLibrary();
    await row(page, 0).click();
    const pane = page.getByRole('complementary', { name: t.details.label });
    await pane.getByRole('button', { name: t.annotations.star, exact: true }).click();
    await pane.getByRole('button', { name: t.annotations.unstar }).waitFor();
    await pane.getByRole('textbox', { name: t.annotations.tags }).fill('callback,');
    await page.keyboard.press('Enter');
    await pane.getByRole('button', { name: t.annotations.removeTag('callback') }).waitFor();
    await pane.getByRole('textbox', { name: t.annotations.note }).fill('Promised a zebra');
    await pane.getByText(t.annotations.noteSaved, { exact: true }).waitFor();
    await pane.getByRole('button', { name: t.annotations.hold }).click();
    const dialog = page.getByRole('dialog', { name: t.annotations.holdDialog.title(1) });
    await dialog.getByRole('button', { name: t.annotations.holdDialog.submit }).click();
    await dialog.getByText(t.annotations.holdDialog.nameMissing).waitFor();
    await dialog.getByRole('textbox', { name: t.annotations.holdDialog.name }).fill('Case 7');
    await dialog.getByRole('textbox', { name: t.annotations.holdDialog.reason }).fill('The court asked.');
    await expectAccessible(page);
    await shoot(page, 'find-hold');
    await dialog.getByRole('button', { name: t.annotations.holdDialog.submit }).click();
    await pane.getByText(t.annotations.held('Case 7')).waitFor();
    await expectAccessible(page);
    await shoot(page, 'find-notes');
    await field(page).fill('zebra tag:callback has:star hold:"case 7"');
    await expect.poll(() => count(page)).toBe(1);
  });

  it('are changed for many at once', async () => {
    const page = await openLibrary();
    for (const index of [0, 1, 2]) await row(page, index).getByRole('checkbox').click();
    await page.keyboard.press('Control+e');
    const dialog = page.getByRole('dialog', { name: t.annotations.dialog.title(3) });
    await dialog.getByRole('textbox', { name: t.annotations.dialog.addTags }).fill('quarterly');
    await page.keyboard.press('Enter');
    await dialog.getByRole('combobox', { name: t.annotations.dialog.star }).selectOption('on');
    await expectAccessible(page);
    await shoot(page, 'find-edit-many');
    await dialog.getByRole('button', { name: t.annotations.dialog.submit(3) }).click();
    await page.getByText(t.annotations.done(3)).waitFor();
    await field(page).fill('tag:quarterly has:star');
    await expect.poll(() => count(page)).toBe(3);
  });

  it('and a hold keep a recording from being deleted', async () => {
    const page = await openLibrary();
    await page.getByRole('navigation').getByRole('button', { name: t.frame.sidebar.onHold }).click();
    await page.getByRole('heading', { name: t.library.title.onHold, level: 1 }).waitFor();
    await row(page, 0).click();
    const pane = page.getByRole('complementary', { name: t.details.label });
    await pane
      .getByText(/^On hold: /)
      .first()
      .waitFor();
    await pane.getByRole('button', { name: t.annotations.release }).first().click();
    const dialog = page.getByRole('dialog', { name: t.annotations.releaseDialog.title(1) });
    const before = await count(page);
    await dialog.getByRole('button', { name: t.annotations.releaseDialog.submit }).click();
    await expect.poll(() => count(page)).toBe(before - 1);
  });

  it('and a hold stay through a deletion of everything, and are taken off many at once', async () => {
    const page = await openLibrary();
    const all = grid(page).getByRole('checkbox', { name: t.library.table.selectAll });
    const bar = page.getByRole('region', { name: t.library.selection.label });
    const search = async (text: string) => {
      await field(page).fill(text);
      await expect.poll(() => count(page)).toBeLessThan(2000);
      await row(page, 0).getByRole('checkbox').waitFor();
      return await count(page);
    };
    const held = await search('has:hold');
    const those = await search('has:hold or tag:complaint');
    expect(those).toBeGreaterThan(held);
    const going = those - held;
    await all.check();
    await bar.getByRole('button', { name: t.library.selection.delete }).click();
    const deletion = page.getByRole('dialog', { name: /Delete .* at the provider/ });
    await deletion.getByText(t.deletion.held(held)).waitFor();
    await deletion.getByRole('checkbox').check();
    // What is on hold is not among those that will go.
    const submit = deletion.getByRole('button', { name: t.deletion.submit(going) });
    await submit.waitFor();
    const typed = deletion.getByRole('textbox', { name: t.deletion.type(String(going)) });
    if (going > 20) await typed.fill(String(going));
    await submit.click();
    const outcome = page.getByRole('dialog', { name: t.deletion.doneTitle });
    await outcome.getByText(t.deletion.keptTitle(held)).waitFor();
    await outcome.getByText(t.deletion.deleted(going)).waitFor();
    await outcome
      .getByText(/It is on hold: /)
      .first()
      .waitFor();
    await expectAccessible(page);
    await outcome.getByRole('button', { name: t.common.close, exact: true }).last().click();
    await outcome.waitFor({ state: 'detached' });
    await expect.poll(() => count(page)).toBe(held);

    // Of those nothing can be deleted at all.
    await row(page, 0).getByRole('checkbox').waitFor();
    await all.check();
    await bar.getByRole('button', { name: t.library.selection.delete }).click();
    await deletion.getByText(t.deletion.nothingHeld).waitFor();
    await deletion.getByRole('button', { name: t.common.cancel }).click();
    await deletion.waitFor({ state: 'detached' });
    // Another hold would take the place of theirs, and says so.
    const more = bar.getByRole('button', { name: t.library.selection.more });
    await more.click();
    await page.getByRole('menuitem', { name: t.library.selection.hold }).click();
    await page.getByRole('dialog').getByText(t.annotations.holdDialog.replaces(held)).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await more.click();
    await page.getByRole('menuitem', { name: t.library.selection.release }).click();
    const release = page.getByRole('dialog', { name: t.annotations.releaseDialog.title(held) });
    await release.getByRole('button', { name: t.annotations.releaseDialog.submit }).click();
    await release.waitFor({ state: 'detached' });
    await field(page).fill('has:hold type:call or has:hold');
    await page.getByText(t.library.empty.noMatchTitle).waitFor();
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

it('masked numbers are whole only while the button is held', async () => {
  const page = await openLibrary();
  const whole = (await cells(page, 0))[2] ?? '';
  await row(page, 0).click();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: t.palette.input }).fill(t.commands.maskNumbers);
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await cells(page, 0))[2]).toContain('•');
  expect(await page.getByRole('main').textContent()).not.toContain(whole);
  await expectAccessible(page);
  await shoot(page, 'find-masked');
  const reveal = page.getByRole('button', { name: t.frame.top.reveal });
  await reveal.focus();
  await page.keyboard.down(' ');
  await expect.poll(async () => (await cells(page, 0))[2]).toBe(whole);
  await page.keyboard.up(' ');
  await expect.poll(async () => (await cells(page, 0))[2]).toContain('•');
});

it('no number is whole anywhere while numbers are masked', async () => {
  const page = await openLibrary();
  const show = async (name: string) => {
    await page.getByRole('button', { name: t.library.table.columnMenu }).click();
    await page.getByRole('menuitemcheckbox', { name, exact: true }).click();
  };
  for (const name of [t.library.columns.fileName, t.library.columns.address, t.library.columns.note])
    await show(name);
  // A saved one, whose copy is named after the number.
  await row(page, 4).click();
  const pane = page.getByRole('complementary', { name: t.details.label });
  await pane.getByText(/^[0-9a-f]{64}$/).waitFor();
  const whole = (await row(page, 4).locator('[data-column="from"]').textContent())?.trim() ?? '';
  const digits = whole.replace(/\D/g, '');
  const note = pane.getByRole('textbox', { name: t.annotations.note });
  await note.fill(`Call ${whole} back`);
  await pane.getByText(t.annotations.noteSaved, { exact: true }).waitFor();
  await pane.getByRole('textbox', { name: t.annotations.tags }).fill(`number ${digits}`);
  await page.keyboard.press('Enter');
  await pane.getByRole('button', { name: t.annotations.removeTag(`number ${digits}`) }).waitFor();
  await field(page).fill(`number:+${digits}`);
  await expect.poll(() => count(page)).toBeLessThan(2000);
  await row(page, 0).getByRole('checkbox').waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: t.palette.input }).fill(t.commands.maskNumbers);
  await page.keyboard.press('Enter');
  await field(page).fill(`number:+${digits} tag:"number ${digits}"`);
  await expect.poll(() => count(page)).toBe(1);
  await row(page, 0).click();
  await pane.getByText(t.details.raw.show, { exact: true }).last().click();
  await pane.getByText(t.details.callRecord.show, { exact: true }).click();
  await row(page, 0).getByRole('gridcell').nth(2).click({ button: 'right' });
  await page.getByRole('menuitem', { name: t.library.menu.copyValue(t.library.columns.from) }).click();
  await page.getByText(t.library.menu.copied, { exact: true }).waitFor();
  // What is copied is whole.
  expect((await clipboard(page)).replace(/\D/g, '')).toBe(digits);

  /** Every word, tooltip, name and value on screen that has the number in it. */
  const shown = () =>
    page.evaluate((wanted) => {
      const found: string[] = [];
      const look = (text: string | null | undefined, where: string) => {
        if (text?.replace(/[\s().+-]/g, '').includes(wanted)) found.push(`${where}: ${text}`);
      };
      for (const element of document.querySelectorAll<HTMLElement>('body *')) {
        for (const name of ['title', 'aria-label', 'placeholder']) look(element.getAttribute(name), name);
        const isField = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
        // The words of a field that lies under a veil are drawn by the veil.
        if (isField && getComputedStyle(element).color !== 'rgba(0, 0, 0, 0)') look(element.value, 'field');
        for (const node of element.childNodes)
          if (node.nodeType === Node.TEXT_NODE) look(node.textContent, element.tagName);
      }
      return found;
    }, digits);
  await expect.poll(shown).toEqual([]);
  expect(await page.getByRole('search').locator('.chip').first().textContent()).toContain('•');
  await expectAccessible(page);
  await shoot(page, 'find-masked-everywhere');

  // In a field that somebody is in, it is the text itself; what is masked is never written.
  await note.focus();
  await expect.poll(() => note.inputValue()).toBe(`Call ${whole} back`);
  await note.blur();
  await expect.poll(() => note.inputValue()).toContain('•');
  await field(page).focus();
  await expect.poll(() => page.getByRole('search').locator('.veiled').count()).toBe(0);
  const reveal = page.getByRole('button', { name: t.frame.top.reveal });
  await reveal.focus();
  await page.keyboard.down(' ');
  await expect.poll(async () => (await shown()).length).toBeGreaterThan(5);
  await expect.poll(() => note.inputValue()).toBe(`Call ${whole} back`);
  await page.keyboard.up(' ');
  await expect.poll(shown).toEqual([]);
  await field(page).fill(`note:"Call ${whole} back"`);
  await expect.poll(() => count(page)).toBe(1);
});

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

it('everything of this still fits at 200 % zoom', async () => {
  // A window of 1280 × 800 at 200 % has this many pixels of its own.
  const page = await openLibrary({ width: 640, height: 400 });
  await field(page).fill('dur:>5x from:+44');
  await page.getByRole('list', { name: t.query.problems(1) }).waitFor();
  await page.getByRole('button', { name: new RegExp(`^${t.query.filters.open}`) }).click();
  const form = page.getByRole('dialog', { name: t.query.filters.title });
  await form.getByRole('textbox', { name: t.query.filters.words }).waitFor();
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
  await page.getByRole('button', { name: new RegExp(`^${t.query.filters.open}`) }).click();
  await page.getByRole('dialog', { name: t.query.filters.title }).getByRole('textbox').first().waitFor();
  await expectAccessible(page);
  await shoot(page, 'find-filters-dark');
});
