/** One recording: what was said in it, and whether its copy is still as it was. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { Catalogue } from '../../ui/src/backend/memory/catalogue';
import { readOptions } from '../../ui/src/backend/memory/options';
import { Recordings } from '../../ui/src/backend/memory/recordings';
import { World } from '../../ui/src/backend/memory/world';
import { expectAccessible, openLibrary, row, shoot, t } from './support/window';

const words = t.details.transcript;
const pane = (page: Page) => page.getByRole('complementary', { name: t.details.label });
const transcript = (page: Page) => pane(page).getByRole('region', { name: words.title });

/** Where the first recording with a transcript stands in the list of its account. */
function placeOfTranscript(label: string): number {
  const world = new World(readOptions('?scenario=vonage'));
  const made = new Recordings(world, new Catalogue(world));
  const account = world.accounts.find((one) => one.label === label);
  const keys = Array.from({ length: 200 }, (_, at) => at + 1);
  const theirs = keys.filter((key) => world.facts(key).accountId === account?.id);
  return theirs.findIndex((key) => made.transcript(key) !== null);
}

/** Moves the focus to a recording of which the provider has a transcript. */
async function findTranscript(page: Page): Promise<void> {
  await page.getByRole('navigation').getByText('London office').click();
  await page.getByRole('heading', { level: 1, name: /London office$/ }).waitFor();
  const at = row(page, placeOfTranscript('London office'));
  await at.getByRole('checkbox').waitFor();
  await at.click();
  await transcript(page).waitFor();
}

describe('a transcript', () => {
  it.each(['light', 'dark'] as const)(
    'tells who said what when, and leads the player, in %s',
    async (colours) => {
      const page = await openLibrary({ world: 'scenario=vonage', colours });
      await findTranscript(page);
      await transcript(page).getByText(words.speaker('1')).first().waitFor();
      // Without the recording in the player a line is only text.
      expect(await transcript(page).getByRole('listitem').getByRole('button').count()).toBe(0);
      await pane(page).getByRole('button', { name: t.details.play, exact: true }).click();
      const third = transcript(page).getByRole('listitem').nth(2);
      await third.getByRole('button').click();
      await expect.poll(() => third.getAttribute('aria-current')).toBe('true');
      await third.scrollIntoViewIfNeeded();
      await expectAccessible(page);
      await shoot(page, `transcript-${colours}`);
    },
  );

  it('is not spoken of where the account has none', async () => {
    const page = await openLibrary();
    await row(page, 1).click();
    await pane(page).getByText(t.details.fields.recordingId).waitFor();
    expect(await transcript(page).count()).toBe(0);
  });
});

describe('copies of certain recordings', () => {
  it('are all named, with what a check found of each', async () => {
    const page = await openLibrary();
    await row(page, 4).getByRole('gridcell').nth(2).click();
    const copies = pane(page).getByRole('region', { name: t.details.sections.copy });
    await copies.getByText(/^\/home\/you\/Recordings\//).waitFor();
    await copies.getByText(t.details.copy.others(1)).click();
    await copies.getByText(/^\/media\/archive\/calls\//).waitFor();
    await expectAccessible(page);
    await shoot(page, 'details-copies');
  });

  it('are verified from the menu of the selection, and no others', async () => {
    const page = await openLibrary();
    for (const index of [3, 4, 9]) await row(page, index).getByRole('checkbox').click();
    const bar = page.getByRole('region', { name: t.library.selection.label });
    await bar.getByRole('button', { name: t.library.selection.more }).click();
    await page.getByRole('menuitem', { name: t.library.selection.verify }).click();
    const dialog = page.getByRole('dialog', { name: t.copies.title });
    await dialog.getByText(/^Finished/).waitFor();
    // Two of the three have a copy.
    await dialog.getByText(t.copies.check.allWell(2)).waitFor();
    await expectAccessible(page);
    await shoot(page, 'copies-check-selected');
  });

  it('are verified from the menu of a row that has one', async () => {
    const page = await openLibrary();
    await row(page, 3).getByRole('gridcell').nth(2).click({ button: 'right' });
    const verify = page.getByRole('menuitem', { name: t.library.menu.verify });
    await verify.waitFor();
    expect(await verify.isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await row(page, 4).getByRole('gridcell').nth(2).click({ button: 'right' });
    await verify.click();
    await page.getByRole('dialog').getByText(t.copies.check.allWell(1)).waitFor();
  });
});
