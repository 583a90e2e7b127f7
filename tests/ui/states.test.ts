/** The states nobody hopes for: empty, failing, offline, without sound or keyring. Each says what happened and goes on. */
import { describe, it } from 'vitest';
import { expectAccessible, open, openLibrary, row, shoot, t } from './support/window';

describe('the library', () => {
  it('without recordings says so and offers a sync', async () => {
    const page = await open({ world: 'scenario=empty' });
    await page.getByRole('heading', { name: t.library.empty.noneTitle }).waitFor();
    await expectAccessible(page);
    await shoot(page, 'state-empty');
    await page.getByRole('main').getByRole('button', { name: t.library.empty.syncNow }).click();
    await page.getByText(t.frame.sync.ago(t.frame.sync.momentAgo)).waitFor();
  });

  it('that cannot be read says what was kept, and tries again', async () => {
    const page = await open({ world: 'scenario=error' });
    await page.getByRole('alert').getByText(t.errors.indexFailed.title).waitFor();
    await page.getByRole('button', { name: t.library.error.retry }).click();
    await page.getByRole('alert').getByText(t.errors.indexFailed.title).waitFor();
    await expectAccessible(page);
    await shoot(page, 'state-error');
  });

  it('without a match leads back', async () => {
    const page = await openLibrary();
    await page.getByRole('combobox', { name: t.library.search.label }).fill('nobody <b>at all</b>');
    await page.getByRole('heading', { name: t.library.empty.noMatchTitle }).waitFor();
    // What was typed is text, whatever it looks like.
    await page.getByRole('main').getByText('nobody <b>at all</b>').waitFor();
    await expectAccessible(page);
    await shoot(page, 'state-no-match');
    await page.getByRole('main').getByRole('button', { name: t.library.empty.clearSearch }).click();
    await row(page, 0).waitFor();
  });

  it('shows that it is slow only when it is', async () => {
    const page = await open({ world: 'scenario=slow' });
    await page.getByText(t.frame.start.loading).waitFor();
    await shoot(page, 'state-loading');
    await row(page, 0).waitFor();
  });
});

describe('without a network', () => {
  it('the list stays, the sync says why, and a retry is at hand', async () => {
    const page = await openLibrary({ world: 'scenario=offline' });
    await page.getByRole('button', { name: t.frame.sync.now }).click();
    await page.getByRole('banner').getByText(t.errors.unreachable.offline.title).waitFor();
    await page.getByRole('button', { name: t.frame.sync.offline }).click();
    await page.getByRole('alert').getByRole('button', { name: t.common.retry }).waitFor();
    await row(page, 0).waitFor();
    await expectAccessible(page);
    await shoot(page, 'state-offline');
  });

  it('a recording without a copy cannot be played, and one with a copy can', async () => {
    const page = await openLibrary({ world: 'scenario=offline' });
    await row(page, 0).dblclick();
    const player = page.getByRole('region', { name: t.player.label });
    await player.getByRole('alert').getByText(t.player.failed).waitFor();
    await expectAccessible(page);
    await row(page, 4).dblclick();
    await player.getByRole('button', { name: t.player.pause }).waitFor();
  });
});

describe('an account', () => {
  it('appears with its calls after the sandbox was asked for', async () => {
    const page = await open({ world: 'scenario=noaccount' });
    await page.getByRole('button', { name: t.welcome.sandbox }).click();
    await row(page, 0).waitFor();
    await page.getByText(t.frame.sync.ago(t.frame.sync.momentAgo)).waitFor();
    await page.getByText(/2,000 recordings/).waitFor();
  });

  it('with a wrong token is not saved, and the reason is told', async () => {
    const page = await openLibrary();
    await page.getByRole('button', { name: t.frame.sidebar.addAccount }).click();
    const dialog = page.getByRole('dialog', { name: t.accounts.add.title.vobiz });
    await dialog.getByRole('textbox', { name: t.accounts.add.authId }).fill('MA_ABCDEFGH');
    await dialog.getByLabel(t.accounts.add.authToken, { exact: true }).fill('wrong');
    await dialog.getByRole('button', { name: t.accounts.add.submit }).click();
    await dialog.getByRole('alert').getByText(t.accounts.refused.vobiz.token.title).waitFor();
    await expectAccessible(page);
    await shoot(page, 'state-wrong-token');
  });

  it('without a keyring is kept for the session only after the person agreed', async () => {
    const page = await openLibrary({ world: 'scenario=nokeyring' });
    await page.getByRole('button', { name: t.frame.sidebar.addAccount }).click();
    const dialog = page.getByRole('dialog', { name: t.accounts.add.title.vobiz });
    await dialog.getByRole('textbox', { name: t.accounts.add.authId }).fill('MA_ABCDEFGH');
    await dialog.getByLabel(t.accounts.add.authToken, { exact: true }).fill('a token of some length');
    await dialog.getByRole('button', { name: t.accounts.add.submit }).click();
    const agree = dialog.getByRole('button', { name: t.accounts.keyring.sessionOnly });
    await agree.waitFor();
    await expectAccessible(page);
    await shoot(page, 'state-no-keyring');
    await agree.click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('navigation').getByText('MA_ABCDEFGH').waitFor();
  });

  it('that has to sign in again says so when it is synced', async () => {
    const page = await openLibrary({ world: 'scenario=signin' });
    await page.getByRole('button', { name: t.frame.sync.now }).click();
    await page.getByRole('button', { name: t.frame.sync.failed }).click();
    await page.getByRole('button', { name: t.frame.sidebar.signInTo('Front desk') }).click();
    await page.getByRole('dialog', { name: t.accounts.signIn.title }).waitFor();
  });
});

it('a machine without sound says so and shows everything else', async () => {
  const page = await openLibrary({ world: 'scenario=nosound' });
  await row(page, 4).dblclick();
  await page.getByText(t.player.silent).waitFor();
  await page
    .getByRole('region', { name: t.player.label })
    .getByRole('button', { name: t.player.pause })
    .waitFor();
  await expectAccessible(page);
  await shoot(page, 'state-no-sound');
});

it('a full disk stops a download and says where', async () => {
  const page = await openLibrary({ world: 'scenario=diskfull' });
  for (const index of [0, 1, 2, 3, 5, 6, 7]) await row(page, index).getByRole('checkbox').click();
  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog', { name: t.transfers.download.title(7) });
  await dialog.getByRole('button', { name: t.transfers.download.submit(7) }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('navigation').getByRole('button', { name: t.frame.sidebar.transfers }).click();
  await page.getByText(/the disk of .+ is full/).waitFor();
  await page.getByRole('button', { name: new RegExp(`^${t.transfers.view.resume}`) }).waitFor();
  await expectAccessible(page);
  await shoot(page, 'state-disk-full');
});

it('a vendor who wants patience is quoted, with the time to wait', async () => {
  const page = await openLibrary({ world: 'scenario=ratelimited' });
  await page.getByRole('button', { name: t.frame.sync.now }).click();
  await page.getByRole('button', { name: t.frame.sync.failed }).click();
  const alert = page.getByRole('alert');
  await alert.getByText(t.errors.rateLimited.title).waitFor();
  await alert.getByText(/45 s/).waitFor();
  await alert.getByText(t.common.details).click();
  await alert.getByText('too many requests').waitFor();
});

it('a sync says how fast it goes and how long it takes, until it is done', async () => {
  const page = await openLibrary();
  await page.getByRole('button', { name: t.frame.sync.now }).click();
  await page.getByText(/· [\d,]+\/s · \d+ s left$/).waitFor();
  await page.getByText(/^Syncing · [\d,]+ of [\d,]+$/).waitFor();
  await shoot(page, 'sync-running');
  await page.getByText(/^Synced /).waitFor();
});
