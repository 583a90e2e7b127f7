/** Numbers that are hidden. */
import { expect, it } from 'vitest';
import { cells, clipboard, count, field } from './support/library';
import { expectAccessible, openLibrary, row, shoot, t } from './support/window';

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
