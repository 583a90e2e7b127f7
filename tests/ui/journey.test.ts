/** The main job with the keyboard alone: find, hear, tick, download, export, delete. No pointer is used here. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { expectAccessible, openLibrary, rows, t } from './support/window';

const focused = (page: Page) => page.locator(':focus');

/** Presses Tab until that has the focus, as a person would. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let step = 0; step < 60; step++) {
    const label = await page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? '';
    });
    if (typeof name === 'string' ? label === name : name.test(label)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`The Tab key does not reach ${name}.`);
}

it('finds, plays, downloads, exports and deletes without a pointer', async () => {
  const page = await openLibrary();

  // Find: the first call's number, typed in part.
  const number =
    (await rows(page).first().getByRole('gridcell').nth(2).textContent())?.replace(/\D/g, '').slice(-7) ?? '';
  await page.keyboard.press('/');
  await expect.poll(() => focused(page).getAttribute('aria-label')).toBe(t.library.search.label);
  await page.keyboard.type(number);
  await expect
    .poll(() => page.getByRole('main').getByRole('status').first().textContent())
    .not.toMatch(/2,000/);
  await page.keyboard.press('Escape');
  await page.getByText(/2,000 recordings/).waitFor();

  // Hear: Enter plays the row, K pauses, J and L move, M mutes.
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page).getAttribute('aria-rowindex')).toBe('2');
  for (let step = 0; step < 4; step++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const player = page.getByRole('region', { name: t.player.label });
  await player.getByRole('button', { name: t.player.pause }).waitFor();
  await page.keyboard.press('k');
  await player.getByRole('button', { name: t.player.play, exact: true }).waitFor();
  const position = page.getByRole('slider', { name: t.player.seek });
  await page.keyboard.press('l');
  await page.keyboard.press('l');
  await expect
    .poll(async () => Number(await position.getAttribute('aria-valuenow')))
    .toBeGreaterThanOrEqual(20);
  await page.keyboard.press('j');
  await expect.poll(async () => Number(await position.getAttribute('aria-valuenow'))).toBeLessThan(20);
  await page.keyboard.press('m');
  await player.getByRole('button', { name: t.player.unmute }).waitFor();

  // Tick three that are not saved: Space, then Shift and the arrow.
  await page.keyboard.press('Home');
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  const bar = page.getByRole('region', { name: t.library.selection.label });
  await bar.getByText(t.library.selection.some(3)).waitFor();
  await expect.poll(() => focused(page).getAttribute('aria-rowindex')).toBe('4');

  // Download them.
  await page.keyboard.press('Control+s');
  const download = page.getByRole('dialog', { name: t.transfers.download.title(3) });
  await download.getByText('/home/you/Recordings').waitFor();
  await expectAccessible(page);
  await tabTo(page, t.transfers.download.submit(3));
  await page.keyboard.press('Enter');
  await download.waitFor({ state: 'detached' });
  for (const index of [0, 1, 2]) {
    await page.locator(`[data-index="${index}"]`).getByText(t.library.state.verified).waitFor();
  }

  // Export last week by e-mail.
  await page.keyboard.press('Control+k');
  await expect.poll(() => focused(page).getAttribute('aria-label')).toBe(t.palette.input);
  await page.keyboard.type(t.commands.export);
  await page.keyboard.press('Enter');
  const wizard = page.getByRole('dialog', { name: t.exports.wizard.title });
  await wizard.waitFor();
  await tabTo(page, t.common.next);
  await page.keyboard.press('Enter');
  await wizard.getByRole('heading', { name: t.exports.how.title }).waitFor();
  await tabTo(page, t.common.next);
  await page.keyboard.press('Enter');
  const recipients = wizard.getByRole('textbox', { name: t.exports.details.recipients });
  await recipients.waitFor();
  for (
    let step = 0;
    step < 30 && !(await recipients.evaluate((input) => input === document.activeElement));
    step++
  ) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.type('records@example.com');
  await page.keyboard.press('Enter');
  await tabTo(page, t.exports.wizard.toReview);
  await page.keyboard.press('Enter');
  await wizard.getByRole('heading', { name: t.exports.review.title }).waitFor();
  await expectAccessible(page);
  await tabTo(page, t.exports.wizard.send);
  await page.keyboard.press('Enter');
  await wizard.getByText(t.exports.result.acceptedTitle).waitFor();
  await wizard
    .getByText(/[0-9a-f]{8}-[0-9a-f]{4}-/)
    .first()
    .waitFor();
  await page.keyboard.press('Escape');
  await wizard.waitFor({ state: 'detached' });

  // Delete: Enter does not; Space on the button does.
  await page.keyboard.press('Delete');
  const deletion = page.getByRole('dialog', { name: t.deletion.title(3) });
  await expect.poll(() => focused(page).textContent()).toContain(t.common.cancel);
  await tabTo(page, t.deletion.submit(3));
  await page.keyboard.press('Enter');
  await deletion.getByText(t.deletion.enterHint).waitFor();
  await page.keyboard.press('Space');
  const done = page.getByRole('dialog', { name: t.deletion.doneTitle });
  await done.getByText(t.deletion.deleted(3)).waitFor();
  await page.keyboard.press('Escape');
  await done.waitFor({ state: 'detached' });
  await page.getByText(/1,997 recordings/).waitFor();
  await bar.waitFor({ state: 'detached' });
});

it('closes what is open with Esc, and gives the focus back', async () => {
  const page = await openLibrary();
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => focused(page).getAttribute('aria-rowindex')).toBe('2');
  for (const key of ['?', 'Control+k', 'Control+,', 'Delete', 'Control+s']) {
    await page.keyboard.press(key);
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => focused(page).getAttribute('aria-rowindex')).toBe('2');
  }
  await page.keyboard.press('Control+a');
  await page.getByText(t.library.selection.allMatching(2000)).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('region', { name: t.library.selection.label }).waitFor({ state: 'detached' });
});

it('selects all rows by Ctrl+A only where rows are meant', async () => {
  const page = await openLibrary();
  const bar = page.getByRole('region', { name: t.library.selection.label });
  const chosen = () => page.evaluate(() => String(getSelection()));
  await page.keyboard.press('Control+a');
  await bar.getByText(t.library.selection.allMatching(2000)).waitFor();
  await page.keyboard.press('Escape');
  await bar.waitFor({ state: 'detached' });

  // In a field it is the text of the field.
  await page.keyboard.press('/');
  await page.keyboard.type('555');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('91');
  await expect.poll(() => focused(page).inputValue()).toBe('91');
  await page.keyboard.press('Escape');
  expect(await bar.count()).toBe(0);

  // On another screen there are no rows, and no label of the window can be selected.
  await page.getByRole('navigation').getByRole('button', { name: t.frame.sidebar.exports }).click();
  await page.getByRole('heading', { name: t.exports.view.title }).click();
  await page.keyboard.press('Control+a');
  expect(await chosen()).not.toContain(t.frame.sidebar.transfers);
  await page.getByRole('navigation').getByRole('button', { name: t.frame.sidebar.all, exact: false }).click();
  expect(await bar.count()).toBe(0);
});

it('asks for the number before it deletes more than twenty', async () => {
  const page = await openLibrary();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  const dialog = page.getByRole('dialog', { name: /Delete .* at the provider/ });
  const submit = dialog.getByRole('button', { name: /^Delete [\d,]+ recordings$/ });
  await submit.waitFor();
  expect(await submit.isDisabled()).toBe(true);
  const count = (await submit.textContent())?.replace(/\D/g, '') ?? '';
  expect(Number(count)).toBeGreaterThan(20);
  await dialog.getByRole('textbox', { name: new RegExp(count) }).fill(`${count}0`);
  expect(await submit.isDisabled()).toBe(true);
  await dialog.getByRole('textbox', { name: new RegExp(count) }).fill(count);
  await expect.poll(() => submit.isEnabled()).toBe(true);
  await expectAccessible(page);
});

it('scrolls away from the row with the focus and comes back to it with a key', async () => {
  const page = await openLibrary();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.getByRole('grid').evaluate((element) => {
    element.scrollTop = 20_000;
  });
  await expect.poll(() => focused(page).getAttribute('role')).toBe('grid');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => focused(page).getAttribute('aria-rowindex')).toBe('4');
});
