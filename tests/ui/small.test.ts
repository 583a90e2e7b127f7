/** The screens and dialogs with most in them, in a small window and without anything in them: nothing is cut off. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { expectAccessible, open, openLibrary, row, shoot, t } from './support/window';

const SMALL = { width: 900, height: 600 } as const;

const go = (page: Page, name: string) =>
  page.getByRole('navigation').getByRole('button', { name, exact: true }).click();

/** Everything can be reached without scrolling the window itself, and no button lies outside its dialog. */
async function expectFits(page: Page): Promise<void> {
  const beyond = await page.evaluate(() => {
    const { clientWidth, scrollWidth, clientHeight, scrollHeight } = document.documentElement;
    const frame = document.querySelector('dialog[open]')?.getBoundingClientRect();
    const out = [...document.querySelectorAll('dialog[open] button')]
      .filter((button) => button.getClientRects().length > 0)
      .filter((button) => button.getBoundingClientRect().right > (frame?.right ?? 0) + 1)
      .map((button) => button.textContent);
    return { across: scrollWidth - clientWidth, down: scrollHeight - clientHeight, out };
  });
  expect(beyond).toEqual({ across: 0, down: 0, out: [] });
}

const SCENES: readonly { name: string; world?: string; show: (page: Page) => Promise<void> }[] = [
  {
    name: 'selection',
    show: async (page) => {
      for (const index of [1, 4]) await row(page, index).getByRole('checkbox').click();
      await page.getByRole('region', { name: t.library.selection.label }).waitFor();
    },
  },
  {
    name: 'download',
    show: async (page) => {
      for (const index of [1, 4]) await row(page, index).getByRole('checkbox').click();
      await page.keyboard.press('Control+s');
      await page.getByRole('dialog').getByText(t.transfers.download.preview).waitFor();
    },
  },
  {
    name: 'export-list',
    show: async (page) => {
      await page.keyboard.press('Control+Shift+E');
      await page.getByRole('dialog').getByText(t.exportList.whole(2000)).waitFor();
    },
  },
  {
    name: 'transfers',
    show: async (page) => {
      await go(page, t.frame.sidebar.transfers);
      await page
        .getByRole('button', { name: new RegExp(`^${t.transfers.view.showFiles}`) })
        .nth(1)
        .click();
      await page.getByRole('table', { name: t.transfers.view.items }).getByRole('row').nth(3).waitFor();
    },
  },
  {
    name: 'completeness',
    show: async (page) => {
      await go(page, t.frame.sidebar.completeness);
      await page.getByRole('table').first().waitFor();
    },
  },
  {
    name: 'token',
    world: 'scenario=tokenended',
    show: (page) => page.getByText(t.accounts.facts.token.ended('London office')).waitFor(),
  },
];

it.each(SCENES)('$name fits 900 × 600', async ({ name, world, show }) => {
  const page = await openLibrary({ ...SMALL, colours: 'dark', ...(world === undefined ? {} : { world }) });
  await show(page);
  await expectFits(page);
  await expectAccessible(page);
  await shoot(page, `small-${name}`);
});

it('transfers and completeness without anything say what would be there', async () => {
  const page = await open({ world: 'scenario=empty' });
  await go(page, t.frame.sidebar.transfers);
  await page.getByText(t.transfers.view.emptyTitle).waitFor();
  await expectAccessible(page);
  await shoot(page, 'transfers-empty');
  await go(page, t.frame.sidebar.completeness);
  await page.getByRole('heading', { name: t.completeness.title }).waitFor();
  await expectAccessible(page);
  await shoot(page, 'completeness-empty');
});

it('a download that fails in the middle says what failed, file by file', async () => {
  const page = await openLibrary({ world: 'scenario=offline' });
  for (const index of [1, 2, 3]) await row(page, index).getByRole('checkbox').click();
  await page.keyboard.press('Control+s');
  await page
    .getByRole('dialog')
    .getByRole('button', { name: t.transfers.download.submit(3) })
    .click();
  await go(page, t.frame.sidebar.transfers);
  await page.getByText(t.transfers.view.state.finishedFailed(3)).first().waitFor();
  await page
    .getByRole('button', { name: new RegExp(`^${t.transfers.view.showFiles}`) })
    .first()
    .click();
  await page.getByText('No answer from media.vobiz.ai.').first().waitFor();
  await expectAccessible(page);
  await shoot(page, 'transfers-failed');
});
