/** Saving: the download dialog, transfers with their files and pace, copies checked and adopted, rules that keep saving. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectAccessible, openLibrary, row, shoot, t } from './support/window';

const download = t.transfers.download;
const view = t.transfers.view;

async function openDownload(page: Page, ...indexes: number[]) {
  for (const index of indexes) await row(page, index).getByRole('checkbox').click();
  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog', { name: download.title(indexes.length) });
  await dialog.getByText(download.preview).waitFor();
  return dialog;
}

const openTransfers = (page: Page) =>
  page.getByRole('navigation').getByRole('button', { name: t.frame.sidebar.transfers }).click();

async function openCopies(page: Page) {
  await openTransfers(page);
  await page.getByRole('button', { name: view.copies }).click();
  const dialog = page.getByRole('dialog', { name: t.copies.title });
  await dialog.waitFor();
  return dialog;
}

describe('the download dialog', () => {
  it.each(['light', 'dark'] as const)('has presets, formats and what comes along, in %s', async (colours) => {
    const page = await openLibrary({ colours, height: 1000 });
    const dialog = await openDownload(page, 0, 1, 2, 4);
    await dialog.getByText(download.filesThere(1)).waitFor();
    await dialog.getByRole('button', { name: download.presets }).click();
    await page.getByRole('menuitemcheckbox', { name: /^By day/ }).click();
    await dialog
      .getByText(/^\d{4}-\d\d-\d\d\//)
      .first()
      .waitFor();
    await dialog.getByRole('checkbox', { name: download.csv, exact: true }).check();
    await dialog.getByText(download.more).click();
    await expectAccessible(page);
    await shoot(page, `download-whole-${colours}`);
  });

  it('keeps a template as a preset, and shows where one is wrong', async () => {
    const page = await openLibrary();
    const dialog = await openDownload(page, 0, 1);
    const field = dialog.getByRole('textbox', { name: download.name });
    await field.fill('{id}_{nothing}');
    await dialog.getByRole('button', { name: download.showProblem }).click();
    expect(
      await field.evaluate((input: HTMLInputElement) =>
        input.value.slice(input.selectionStart ?? 0, input.selectionEnd ?? 0),
      ),
    ).toBe('{nothing}');
    await field.fill('{id}');
    await dialog.getByRole('button', { name: download.presets }).click();
    await page.getByRole('menuitem', { name: download.keepPreset }).click();
    await page.keyboard.type('By id');
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'By id' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('says when there is too little room', async () => {
    const page = await openLibrary({ world: 'scenario=diskfull' });
    const dialog = await openDownload(page, 0, 1, 2, 3, 5, 6, 7);
    await dialog.getByText(/too little room there/).waitFor();
    await expectAccessible(page);
  });
});

describe('transfers', () => {
  it('explain their pace, and let single files be paused, put first and left out', async () => {
    const page = await openLibrary({ world: 'scenario=ratelimited' });
    const dialog = await openDownload(page, 0, 1, 2, 3, 5, 6);
    await dialog.getByRole('button', { name: download.submit(6) }).click();
    await dialog.waitFor({ state: 'detached' });
    await openTransfers(page);
    await page.getByText(/going on in 41 s/).waitFor();
    await page.getByText(view.awake).waitFor();
    await page
      .getByRole('button', { name: new RegExp(`^${view.showFiles}`) })
      .first()
      .click();
    const files = page.getByRole('table').getByRole('row');
    await files.nth(6).waitFor();
    const actions = page.getByRole('table').getByRole('button', { name: /^Actions for/ });
    await actions.nth(1).click();
    await page.getByRole('menuitem', { name: view.itemOrders.pause }).click();
    await files.filter({ hasText: view.itemState.held }).waitFor();
    await actions.nth(2).click();
    await page.getByRole('menuitem', { name: view.itemOrders.cancel }).click();
    await files.filter({ hasText: view.itemState.cancelled }).waitFor();
    await expectAccessible(page);
    await shoot(page, 'transfers-files');
    await page.getByRole('radio', { name: view.failedOnly }).first().check({ force: true });
    await expect.poll(() => files.count()).toBe(2);
  });

  it('give the list of what could not be saved', async () => {
    const page = await openLibrary();
    await openTransfers(page);
    await page
      .getByRole('button', { name: new RegExp(`^${view.report}`) })
      .first()
      .click();
    await page.getByText(view.reportSaved).waitFor();
    await page.getByText('/home/you/Not saved.csv').waitFor();
    await expectAccessible(page);
  });

  it('are put in another order, and searched by what is in them', async () => {
    const page = await openLibrary({ world: 'scenario=ratelimited' });
    for (const indexes of [
      [0, 1],
      [2, 3],
    ]) {
      const dialog = await openDownload(page, ...indexes);
      await dialog.getByRole('button', { name: download.submit(2) }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.keyboard.press('Escape');
    }
    await openTransfers(page);
    const jobs = page.getByRole('list', { name: view.active }).getByRole('listitem');
    await expect.poll(() => jobs.count()).toBe(2);
    await page
      .getByRole('button', { name: /^More for/ })
      .last()
      .click();
    await shoot(page, 'transfers-menu');
    await page.getByRole('menuitem', { name: view.up }).click();
    await page
      .getByRole('button', { name: /^More for/ })
      .last()
      .click();
    await page.getByRole('menuitemcheckbox', { name: download.priorities.high }).click();
    await jobs.getByText(download.priorities.high).waitFor();
    await page.getByRole('searchbox', { name: view.search }).fill('nothing like this');
    await page.getByText(view.noJobs).waitFor();
    await page.getByRole('searchbox', { name: view.search }).fill('/home/you');
    await page.getByRole('list', { name: view.search }).getByRole('listitem').nth(1).waitFor();
    await expectAccessible(page);
  });
});

describe('copies', () => {
  it('are verified, with a report of what is not as it was', async () => {
    const page = await openLibrary();
    const dialog = await openCopies(page);
    await dialog.getByRole('button', { name: t.copies.check.start }).click();
    await dialog.getByText(/^Finished/).waitFor();
    await dialog.getByRole('table', { name: t.copies.check.troubles }).getByRole('row').nth(1).waitFor();
    await expectAccessible(page);
    await shoot(page, 'copies-check');
    const forget = dialog.getByRole('button', { name: /^Forget/ });
    await forget.click();
    await forget.waitFor({ state: 'detached' });
    await expectAccessible(page);
  });

  it('can be stopped while they are verified', async () => {
    const page = await openLibrary({ world: 'rows=20000' });
    const dialog = await openCopies(page);
    await dialog.getByRole('button', { name: t.copies.check.start }).click();
    await dialog.getByRole('button', { name: t.copies.check.stop }).click();
    await dialog.getByText(/^Stopped/).waitFor();
  });

  it('are made of files that are there already, and of archives once there is a place for them', async () => {
    const page = await openLibrary();
    const dialog = await openCopies(page);
    await dialog.getByRole('tab', { name: t.copies.tab.adopt }).click();
    await dialog.getByRole('button', { name: t.copies.adopt.chooseArchive }).click();
    const start = dialog.getByRole('button', { name: t.copies.adopt.start, exact: true });
    expect(await start.isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: t.copies.adopt.chooseTarget }).click();
    await expect.poll(() => start.isEnabled()).toBe(true);
    await start.click();
    await dialog.getByText(/Finished/).waitFor();
    await dialog.getByText('Two calls have this length and day.').first().waitFor();
    await expectAccessible(page);
    await shoot(page, 'copies-adopt');
  });

  it('are kept by rules', async () => {
    const page = await openLibrary();
    const dialog = await openCopies(page);
    const words = t.copies.rules;
    await dialog.getByRole('tab', { name: t.copies.tab.rules }).click();
    await dialog.getByText(words.tally(12, 10, 1), { exact: false }).waitFor();
    await expectAccessible(page);
    await shoot(page, 'copies-rules');
    await dialog.getByRole('button', { name: words.add }).click();
    await dialog.getByRole('textbox', { name: words.label, exact: true }).fill('Long calls');
    await dialog.getByRole('textbox', { name: words.query }).fill('555');
    await dialog.getByText(/recordings match now/).waitFor();
    await dialog.getByRole('button', { name: download.choose }).click();
    await expectAccessible(page);
    await shoot(page, 'copies-rule');
    await dialog.getByRole('button', { name: words.save }).click();
    await dialog.getByRole('checkbox', { name: 'Long calls' }).waitFor();
    await dialog.getByRole('button', { name: words.removeOne('Long calls') }).click();
    await dialog.getByRole('checkbox', { name: 'Long calls' }).waitFor({ state: 'detached' });
  });
});

it('settings limit the speed and the hours, and keep presets', async () => {
  const page = await openLibrary();
  await page.getByRole('button', { name: t.frame.top.settings }).click();
  await page.getByRole('tab', { name: t.settings.page.downloads }).click();
  await page.getByRole('checkbox', { name: t.settings.downloads.quiet }).check();
  await page.getByRole('button', { name: 'Sat' }).click();
  await page.getByRole('textbox', { name: t.settings.downloads.quietFrom }).fill('25:00');
  await page.getByText(t.settings.downloads.quietWrong).waitFor();
  await page.getByRole('textbox', { name: t.settings.downloads.quietFrom }).fill('22:00');
  await expectAccessible(page);
  await shoot(page, 'settings-downloads-quiet');
  await page.getByRole('tab', { name: t.settings.page.network }).click();
  await page.getByRole('radio', { name: t.settings.network.manual }).check();
  await page.getByRole('textbox', { name: t.settings.network.proxyUrl }).fill('http://ana:secret@proxy:1');
  await page.getByText(t.settings.network.proxyUrlWrong).waitFor();
  await expectAccessible(page);
  await shoot(page, 'settings-network-proxy');
});
