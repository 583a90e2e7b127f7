/** The list on screen as a file: from the bar, the selection, the palette and the keyboard; stopped, refused and done. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { expectAccessible, openLibrary, row, shoot, t } from './support/window';

const words = t.exportList;
const dialogOf = (page: Page) => page.getByRole('dialog', { name: words.title });

it.each(['light', 'dark'] as const)('the whole list goes into a file, with proof, in %s', async (colours) => {
  const page = await openLibrary({ colours });
  await page.getByRole('button', { name: t.library.table.export }).click();
  const dialog = dialogOf(page);
  await dialog.getByText(words.whole(2000)).waitFor();
  await expectAccessible(page);
  await shoot(page, `export-list-${colours}`);
  await dialog.getByRole('radio', { name: words.formats.xlsx }).check();
  await dialog.getByRole('button', { name: words.submit(2000) }).click();
  await dialog.getByText(words.done(2000)).waitFor();
  await dialog.getByText(/recordings-2026-11-22\.xlsx$/).waitFor();
  await dialog.getByText(/^[0-9a-f]{64}$/).waitFor();
  await expectAccessible(page);
  await shoot(page, `export-list-done-${colours}`);
  await dialog.getByRole('button', { name: words.reveal }).click();
  await dialog.getByRole('button', { name: t.common.close, exact: true }).last().click();
  await dialog.waitFor({ state: 'detached' });
});

it('ticked rows alone, by the key, and by the bar of the selection', async () => {
  const page = await openLibrary();
  await row(page, 2).getByRole('checkbox').click();
  await row(page, 5).getByRole('checkbox').click();
  await page.keyboard.press('Control+Shift+E');
  await dialogOf(page).getByText(words.chosen(2)).waitFor();
  await page.keyboard.press('Escape');
  await dialogOf(page).waitFor({ state: 'detached' });
  const bar = page.getByRole('region', { name: t.library.selection.label });
  await bar.getByRole('button', { name: t.library.selection.export }).click();
  await dialogOf(page)
    .getByRole('button', { name: words.submit(2) })
    .click();
  await dialogOf(page).getByText(words.done(2)).waitFor();
});

it('is in the palette, and carries what it masks and adds', async () => {
  const page = await openLibrary();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: t.palette.input }).fill(t.commands.exportList);
  await page.keyboard.press('Enter');
  const dialog = dialogOf(page);
  await dialog.getByRole('checkbox', { name: words.masked }).check();
  await dialog.getByRole('checkbox', { name: words.raw }).check();
  await dialog.getByRole('radio', { name: words.columnsAll, exact: true }).check({ force: true });
  await dialog.getByText(words.columnsHint.all).waitFor();
  await dialog.getByRole('button', { name: words.submit(2000) }).click();
  await dialog.getByText(words.done(2000)).waitFor();
});

it('can be stopped while it is written, and says what is left', async () => {
  const page = await openLibrary({ world: 'latency=500' });
  await page.getByRole('button', { name: t.library.table.export }).click();
  const dialog = dialogOf(page);
  await dialog.getByRole('button', { name: words.submit(2000) }).click();
  await dialog.getByText(/ of 2,000 rows/).waitFor();
  await shoot(page, 'export-list-writing');
  await dialog.getByRole('button', { name: words.stop }).click();
  await dialog.getByText(words.stopped).waitFor();
  await expectAccessible(page);
  expect(await dialog.getByRole('button', { name: words.submit(2000) }).isEnabled()).toBe(true);
});

it('goes on in the background, shows in the transfers, and is told when it is done', async () => {
  const page = await openLibrary({ world: 'latency=500' });
  await page.getByRole('button', { name: t.library.table.export }).click();
  const dialog = dialogOf(page);
  await dialog.getByRole('button', { name: words.submit(2000) }).click();
  await dialog.getByText(/ of 2,000 rows/).waitFor();
  await dialog.getByRole('button', { name: words.background }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('navigation').getByRole('button', { name: t.frame.sidebar.transfers }).click();
  const line = page.getByRole('region', { name: words.inTransfers });
  await line.getByRole('button', { name: words.stopOne }).waitFor();
  await expectAccessible(page);
  await shoot(page, 'export-list-background');
  await page.getByText(words.done(2000)).waitFor();
  await line.waitFor({ state: 'detached' });
});

it('says why a file could not be written, and keeps what was chosen', async () => {
  const page = await openLibrary({ world: 'scenario=diskfull' });
  await page.getByRole('button', { name: t.library.table.export }).click();
  const dialog = dialogOf(page);
  await dialog.getByRole('radio', { name: words.formats.parquet }).check();
  await dialog.getByRole('button', { name: words.submit(2000) }).click();
  await dialog.getByRole('alert').getByText(t.errors.diskFull.title).waitFor();
  expect(await dialog.getByRole('radio', { name: words.formats.parquet }).isChecked()).toBe(true);
  await expectAccessible(page);
  await shoot(page, 'export-list-failed');
});
