/** What a person writes on recordings, and what a hold keeps. */
import { describe, expect, it } from 'vitest';
import { count, field, grid } from './support/library';
import { expectAccessible, openLibrary, row, shoot, t } from './support/window';

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
