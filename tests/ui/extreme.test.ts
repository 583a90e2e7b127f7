/** Content at its limits: long names, text from right to left, twenty years, millions, ten thousand files. All of it fits. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectAccessible, openLibrary, row, rows, shoot, t } from './support/window';

const go = (page: Page, name: string) => page.getByRole('navigation').getByRole('button', { name }).click();

/** The sidebar is behind a button in a window that is very narrow. */
async function visit(page: Page, name: string): Promise<void> {
  if (!(await page.getByRole('navigation').isVisible())) await page.keyboard.press('Control+b');
  await go(page, name);
}

/**
 * What scrolls sideways although nobody would expect it to, and text that is cut without a sign. A region that takes the
 * focus scrolls because it is meant to, and so does the grid; one line of a field shows the part with the caret.
 */
function misfits(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const named = (element: Element) => `${element.tagName.toLowerCase()}.${element.className}`;
    const isMeantTo = (element: Element) =>
      element.matches(
        '[role=region][tabindex], [role=grid], input, textarea, pre, pre *, .visually-hidden, svg *',
      );
    const found = [...document.querySelectorAll('body *')]
      .filter((element) => element.clientWidth > 1 && element.scrollWidth > element.clientWidth + 1)
      .filter((element) => !isMeantTo(element))
      .filter((element) => {
        const { overflowX, textOverflow } = getComputedStyle(element);
        const scrolls = overflowX === 'auto' || overflowX === 'scroll';
        const cuts = overflowX === 'hidden' && textOverflow !== 'ellipsis' && element.children.length === 0;
        return scrolls || cuts;
      });
    const root = document.documentElement;
    const whole =
      root.scrollWidth > root.clientWidth || root.scrollHeight > root.clientHeight ? ['window'] : [];
    return [...whole, ...found.map(named)];
  });
}

const SCENES: readonly { name: string; show: (page: Page) => Promise<void> }[] = [
  {
    name: 'library',
    show: async (page) => {
      await row(page, 1).dblclick();
      await page.getByRole('region', { name: t.player.label, exact: true }).waitFor();
      await row(page, 2).getByRole('checkbox').click();
      await page.getByRole('region', { name: t.library.selection.label }).waitFor();
    },
  },
  {
    name: 'details',
    show: async (page) => {
      await row(page, 4).click();
      await page.keyboard.press('Control+i');
      const details = page.getByRole('complementary', { name: t.details.label });
      await details.getByText(t.details.fields.recordingId).waitFor();
    },
  },
  {
    name: 'download',
    show: async (page) => {
      for (const index of [0, 1, 2]) await row(page, index).getByRole('checkbox').click();
      await page.keyboard.press('Control+s');
      await page.getByRole('dialog').getByText(t.transfers.download.preview).waitFor();
    },
  },
  {
    name: 'delete',
    show: async (page) => {
      await row(page, 4).getByRole('checkbox').click();
      await page.keyboard.press('Delete');
      await page.getByRole('dialog', { name: /Delete .* at the provider/ }).waitFor();
    },
  },
  {
    name: 'transfers',
    show: async (page) => {
      await visit(page, t.frame.sidebar.transfers);
      await page
        .getByRole('button', { name: new RegExp(`^${t.transfers.view.showFiles}`) })
        .first()
        .click();
      await page.getByRole('table', { name: t.transfers.view.items }).getByRole('row').nth(3).waitFor();
    },
  },
  {
    name: 'completeness',
    show: async (page) => {
      await visit(page, t.frame.sidebar.completeness);
      await page.getByRole('table').first().waitFor();
    },
  },
  {
    name: 'accounts',
    show: async (page) => {
      await page.keyboard.press('Control+,');
      await page.getByRole('tab', { name: t.settings.page.accounts }).click();
      await page.getByRole('tabpanel', { name: t.settings.page.accounts }).waitFor();
    },
  },
];

// The second is what a window of 1280 × 800 has at 200 % zoom.
describe.each([
  [900, 600],
  [640, 400],
])('at %i × %i', (width, height) => {
  it.each(SCENES)(
    '$name fits, however much there is in it',
    async ({ name, show }) => {
      const page = await openLibrary({ width, height, world: 'scenario=extreme' });
      await show(page);
      expect(await misfits(page)).toEqual([]);
      await expectAccessible(page);
      await shoot(page, `extreme-${name}-${width}`);
      // Seven thousand days are much to judge on a busy machine.
    },
    180_000,
  );
});

it('a table as it comes needs no scrolling sideways at 900 × 600', async () => {
  const page = await openLibrary({ width: 900, height: 600 });
  const beyond = await page
    .getByRole('grid', { name: t.library.table.label })
    .evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
  expect(beyond).toBe(0);
  // What gave way is still wide enough for a number.
  const cut = await rows(page)
    .locator('[data-column=from] .truncate, [data-column=duration]')
    .evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).length);
  expect(cut).toBe(0);
});

it('the numbers of a call are whole in the player at 900 × 600', async () => {
  const page = await openLibrary({ width: 900, height: 600 });
  await row(page, 2).dblclick();
  const names = page.getByRole('region', { name: t.player.label, exact: true }).locator('bdi');
  await names.first().waitFor();
  const cut = await names.evaluateAll(
    (parts) => parts.filter((part) => part.scrollWidth > part.clientWidth).length,
  );
  expect(cut).toBe(0);
  await shoot(page, 'small-player');
});

it('twenty years of days are a choice of months away', async () => {
  const page = await openLibrary({ world: 'scenario=extreme' });
  await go(page, t.frame.sidebar.completeness);
  const month = page.getByRole('combobox', { name: t.completeness.month });
  await expect.poll(() => month.locator('option').count()).toBeGreaterThan(230);
  const names = await month.locator('option').allTextContents();
  await month.selectOption(names.at(-1) ?? '');
  await page.getByRole('heading', { name: names.at(-1) ?? '', exact: true }).waitFor();
});

it('ten thousand files are one job, shown some at a time', async () => {
  const page = await openLibrary({ world: 'rows=10000' });
  await page.getByRole('grid').press('Control+a');
  await page.keyboard.press('Control+s');
  await page.getByRole('button', { name: t.transfers.download.submit(10_000) }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await go(page, t.frame.sidebar.transfers);
  await page
    .getByRole('button', { name: new RegExp(`^${t.transfers.view.showFiles}`) })
    .first()
    .click();
  const files = page.getByRole('table', { name: t.transfers.view.items }).getByRole('row');
  await files.nth(3).waitFor();
  expect(await files.count()).toBeLessThan(1000);
  expect(await misfits(page)).toEqual([]);
  await shoot(page, 'extreme-ten-thousand');
});

it('the list of columns is narrowed by what is typed, and left by keys alone', async () => {
  const page = await openLibrary();
  const button = page.getByRole('button', { name: t.library.table.columnMenu });
  await button.press('Enter');
  const field = page.getByRole('searchbox', { name: t.library.table.findColumn });
  await field.pressSequentially('call');
  await expect
    .poll(() => page.getByRole('menuitemcheckbox').allTextContents())
    .toEqual(
      [t.library.columns.caller, t.library.columns.call].map((label) => expect.stringContaining(label)),
    );
  await field.press('ArrowDown');
  expect(
    await page
      .getByRole('menuitemcheckbox', { name: t.library.columns.caller })
      .evaluate((item) => item === document.activeElement),
  ).toBe(true);
  // A letter goes back to the field.
  await page.keyboard.press('x');
  await expect.poll(() => field.inputValue()).toBe('callx');
  await page.getByText(t.common.nothingFound).waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect.poll(() => field.inputValue()).toBe('');
  await field.pressSequentially('caller');
  await field.press('Enter');
  await page.keyboard.press('Enter');
  await field.waitFor({ state: 'detached' });
  await page.getByRole('columnheader', { name: t.library.columns.caller }).waitFor();
});

it('an account that is signed in can have its credentials replaced, and is not asked to sign in', async () => {
  const page = await openLibrary();
  await page.getByRole('button', { name: t.frame.sidebar.accountMenu('Front desk') }).click();
  await page.getByRole('menuitem', { name: t.frame.sidebar.removeAccount }).waitFor();
  expect(await page.getByRole('menuitem', { name: t.frame.sidebar.signIn }).count()).toBe(0);
  await page.getByRole('menuitem', { name: t.frame.sidebar.replaceSignIn }).click();
  const dialog = page.getByRole('dialog', { name: t.accounts.signIn.replaceTitle });
  await dialog.getByText(t.accounts.signIn.whyReplace).waitFor();
  await expectAccessible(page);
  await shoot(page, 'replace-credentials');
});
