/** Every view and dialog: it opens, says its name, and axe finds nothing; in light and in dark. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectAccessible, open, openLibrary, row, shoot, t } from './support/window';

interface Scene {
  name: string;
  world?: string;
  show: (page: Page) => Promise<void>;
}

const dialog = (page: Page, name: string | RegExp) => page.getByRole('dialog', { name }).waitFor();
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first();

async function tick(page: Page, ...indexes: number[]): Promise<void> {
  for (const index of indexes) await row(page, index).getByRole('checkbox').click();
  await page
    .getByRole('region', { name: t.library.selection.label })
    .getByText(/· .+ · /)
    .waitFor();
}

async function command(page: Page, label: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: t.palette.input }).fill(label);
  await page.keyboard.press('Enter');
}

const SCENES: Scene[] = [
  {
    name: 'welcome',
    world: 'scenario=noaccount',
    show: (page) => page.getByRole('heading', { name: t.welcome.title }).waitFor(),
  },
  {
    name: 'library',
    show: async (page) => {
      await row(page, 4).click();
      await page
        .getByRole('complementary', { name: t.details.label })
        .getByText(t.details.fields.recordingId)
        .waitFor();
    },
  },
  {
    name: 'library-selection-and-player',
    show: async (page) => {
      await row(page, 4).dblclick();
      await tick(page, 2, 5, 6);
      await page
        .getByRole('slider', { name: t.player.seek })
        .and(page.locator('[aria-disabled=false]'))
        .waitFor();
    },
  },
  {
    name: 'row-menu',
    show: async (page) => {
      await row(page, 3).getByRole('gridcell').nth(2).click({ button: 'right' });
      await page.getByRole('menuitem', { name: t.library.menu.play }).waitFor();
    },
  },
  {
    name: 'column-menu',
    show: async (page) => {
      await button(page, t.library.table.columnMenu).click();
      await page.getByRole('menuitemcheckbox', { name: t.library.columns.size }).waitFor();
    },
  },
  {
    name: 'download',
    show: async (page) => {
      await tick(page, 1, 2, 3);
      await page.keyboard.press('Control+s');
      await dialog(page, t.transfers.download.title(3));
      await page.getByText(t.transfers.download.preview).waitFor();
    },
  },
  {
    name: 'delete',
    show: async (page) => {
      await tick(page, 4, 9, 10);
      await button(page, t.library.selection.delete).click();
      await dialog(page, /Delete .* at the provider/);
    },
  },
  {
    name: 'transfers',
    show: async (page) => {
      await button(page, t.frame.sidebar.transfers).click();
      await page.getByRole('heading', { name: t.transfers.view.history }).waitFor();
    },
  },
  {
    name: 'exports',
    show: async (page) => {
      await button(page, t.frame.sidebar.exports).click();
      await page.getByText(t.exports.view.outcome.accepted).first().waitFor();
    },
  },
  {
    name: 'export-wizard',
    show: async (page) => {
      await command(page, t.commands.export);
      await dialog(page, t.exports.wizard.title);
    },
  },
  {
    name: 'add-account',
    show: async (page) => {
      await button(page, t.frame.sidebar.addAccount).click();
      await dialog(page, t.accounts.add.title.vobiz);
    },
  },
  {
    name: 'remove-account',
    show: async (page) => {
      await page.getByRole('button', { name: t.frame.sidebar.accountMenu('Front desk') }).click();
      await page.getByRole('menuitem', { name: t.frame.sidebar.removeAccount }).click();
      await dialog(page, t.accounts.remove.title('Front desk'));
    },
  },
  {
    name: 'sign-in',
    world: 'scenario=signin',
    show: async (page) => {
      await page.getByRole('button', { name: t.frame.sidebar.accountMenu('Front desk') }).click();
      await page.getByRole('menuitem', { name: t.frame.sidebar.signIn }).click();
      await dialog(page, t.accounts.signIn.title);
    },
  },
  ...(['appearance', 'downloads', 'accounts', 'network', 'data', 'about'] as const).map(
    (name): Scene => ({
      name: `settings-${name}`,
      show: async (page) => {
        await button(page, t.frame.top.settings).click();
        await page.getByRole('tab', { name: t.settings.page[name] }).click();
        await page.getByRole('tabpanel', { name: t.settings.page[name] }).waitFor();
      },
    }),
  ),
  {
    name: 'shortcuts',
    show: async (page) => {
      await page.keyboard.press('?');
      await dialog(page, t.palette.shortcuts.title);
    },
  },
  {
    name: 'palette',
    show: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('option', { name: t.commands.settings }).waitFor();
    },
  },
];

describe.each(['light', 'dark'] as const)('in %s', (colours) => {
  it.each(SCENES)('$name', async ({ name, world = '', show }) => {
    const page = await (world === 'scenario=noaccount'
      ? open({ world, colours })
      : openLibrary({ world, colours }));
    await show(page);
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe(colours);
    await shoot(page, `${name}-${colours}`);
  });
});

it.each([
  [900, 600],
  [640, 400],
])('the library fits %i × %i', async (width, height) => {
  const page = await openLibrary({ width, height });
  await row(page, 2).dblclick();
  await page.getByRole('region', { name: t.player.label }).waitFor();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await page.keyboard.press('Control+i');
  await page.getByRole('complementary', { name: t.details.label }).waitFor();
  await expectAccessible(page);
  await shoot(page, `library-${width}x${height}`);
});

it('a saved copy shows its whole hash and path, as text that can be selected', async () => {
  const page = await openLibrary();
  await row(page, 4).click();
  const copy = page.getByRole('region', { name: t.details.sections.copy });
  for (const pattern of [/^[0-9a-f]{64}$/, /^\/home\/you\/.+/]) {
    const text = copy.getByText(pattern);
    await text.waitFor();
    expect(await text.evaluate((element) => getComputedStyle(element).userSelect)).toBe('text');
    const { right, width } = await text.evaluate((element) => element.getBoundingClientRect());
    expect(width).toBeGreaterThan(0);
    expect(right).toBeLessThanOrEqual(1280);
  }
  await expectAccessible(page);
  await shoot(page, 'saved-copy');
});

it('a message covers neither the player nor the buttons of the selection', async () => {
  const page = await openLibrary();
  await row(page, 4).dblclick();
  await tick(page, 1, 2);
  await page.keyboard.press('Control+s');
  await page.getByRole('button', { name: t.transfers.download.submit(2) }).click();
  const message = page.getByRole('status').filter({ hasText: t.transfers.download.show });
  await message.waitFor();
  const bottom = (await message.boundingBox().then((box) => box && box.y + box.height)) ?? Number.NaN;
  for (const name of [t.library.selection.label, t.player.label]) {
    const below = await page.getByRole('region', { name, exact: true }).boundingBox();
    expect(bottom).toBeLessThan(below?.y ?? 0);
  }
  await shoot(page, 'message');
});
