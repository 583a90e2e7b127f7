/** Views: those of a person, and those of the program. */
import { describe, expect, it } from 'vitest';
import { count, field } from './support/library';
import { expectAccessible, openLibrary, shoot, t } from './support/window';

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
