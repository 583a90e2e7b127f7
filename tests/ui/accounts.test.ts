/** Accounts of both vendors: adding each, how long a sign-in lasts, and what one may do. */
import { describe, expect, it } from 'vitest';
import { addVonage, fillPassword } from './support/signIn';
import { expectAccessible, open, openLibrary, row, shoot, t } from './support/window';

const words = t.accounts.vonage;

describe('adding a Vonage account', () => {
  it.each(['light', 'dark'] as const)('shows three ways to sign in, in %s', async (colours) => {
    const page = await openLibrary({ colours, height: 900 });
    const dialog = await addVonage(page);
    await dialog.getByText(words.where).click();
    await expectAccessible(page);
    await shoot(page, `add-vonage-password-${colours}`);
    await dialog.getByText(words.where).click();
    for (const kind of ['code', 'token'] as const) {
      await dialog.getByRole('radio', { name: words.grants[kind] }).check({ force: true });
      await expectAccessible(page);
      await shoot(page, `add-vonage-${kind}-${colours}`);
    }
    await dialog.getByLabel(words.region).selectOption('custom');
    await dialog.getByLabel(words.serviceBase).waitFor();
    await expectAccessible(page);
    await shoot(page, `add-vonage-custom-${colours}`);
  });

  it('with user and password ends in the list', async () => {
    const page = await openLibrary();
    const dialog = await fillPassword(page);
    await dialog.getByRole('button', { name: t.accounts.add.submit }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('navigation').getByText('integration@vbc.prod').waitFor();
  });

  it('with the browser waits, and can be given up', async () => {
    const page = await openLibrary();
    const dialog = await fillPassword(page);
    await dialog.getByRole('radio', { name: words.grants.code }).check({ force: true });
    await dialog.getByLabel(words.redirectUri).fill('http://localhost:53682/never');
    await dialog.getByRole('button', { name: t.accounts.add.submit }).click();
    await dialog.getByText(words.waitingText).waitFor();
    await expectAccessible(page);
    await shoot(page, 'add-vonage-browser');
    await dialog.getByRole('button', { name: t.common.cancel }).click();
    await dialog.getByText(t.accounts.keyring.goesTo.vbc).waitFor();
    expect(await dialog.getByRole('alert').count()).toBe(0);
    await dialog.getByLabel(words.redirectUri).fill('http://localhost:53682/callback');
    await dialog.getByRole('button', { name: t.accounts.add.submit }).click();
    await dialog.waitFor({ state: 'detached' });
  });
});

it('the welcome leads to Vonage too', async () => {
  const page = await open({ world: 'scenario=noaccount' });
  await page.getByRole('button', { name: t.welcome.vonage }).click();
  await page.getByRole('dialog', { name: t.accounts.add.title.vbc }).waitFor();
});

it.each(['light', 'dark'] as const)('settings tell what an account may do, in %s', async (colours) => {
  const page = await openLibrary({ world: 'scenario=vonage', colours });
  await page.getByRole('button', { name: t.frame.top.settings }).click();
  await page.getByRole('tab', { name: t.settings.page.accounts }).click();
  await page.getByRole('button', { name: t.accounts.facts.show('London office') }).click();
  await page.getByText(/At most 10 requests a minute/).waitFor();
  await page.getByText(/not subscribed to Provisioning/).waitFor();
  await expectAccessible(page);
  await shoot(page, `account-details-${colours}`);
  await page.getByRole('button', { name: t.accounts.facts.show('Front desk') }).click();
  await page.getByText('1,240.50 INR').waitFor();
});

describe('a sign-in', () => {
  const { facts } = t.accounts;

  it('that has ended is said quietly, with the way to a new one', async () => {
    const page = await openLibrary({ world: 'scenario=tokenended' });
    await page.getByText(facts.token.ended('London office')).waitFor();
    await expectAccessible(page);
    await shoot(page, 'token-ended');
    await page.getByRole('button', { name: t.accounts.list.signInTo('London office') }).click();
    const dialog = page.getByRole('dialog', { name: t.accounts.signIn.title });
    await dialog.getByRole('radio', { name: words.grants.token }).check({ force: true });
    await dialog.getByRole('textbox', { name: words.accessToken }).fill('a-new-one');
    await dialog.getByLabel(words.expiresIn).fill('2400');
    await dialog.getByRole('button', { name: t.accounts.signIn.submit }).click();
    // The new one lasts for 40 minutes, which is said too, until it is put aside.
    await page.getByText(facts.token.soon('London office', '40 min')).waitFor();
    await page.getByRole('button', { name: facts.token.putAside('London office') }).click();
    await page.getByText(facts.token.soon('London office', '40 min')).waitFor({ state: 'detached' });
  });

  it('that renews itself says so, and its requests a minute are set beside it', async () => {
    const page = await openLibrary({ world: 'scenario=vonage' });
    expect(await page.getByRole('button', { name: t.accounts.list.signInTo('London office') }).count()).toBe(
      0,
    );
    await page.getByRole('button', { name: t.frame.top.settings }).click();
    await page.getByRole('tab', { name: t.settings.page.accounts }).click();
    await page.getByRole('button', { name: facts.show('London office') }).click();
    await page.getByText(/^Renews itself; the present one ends/).waitFor();
    const quota = page.getByLabel(facts.quota.label);
    await quota.fill('0');
    await page.getByText(facts.quota.wrong(6000)).waitFor();
    await expectAccessible(page);
    await quota.fill('60');
    await page.getByRole('button', { name: facts.quota.save, exact: true }).click();
    await page.getByText(/At most 60 requests a minute/).waitFor();
  });
});

it('what an account cannot read is not offered', async () => {
  const callRecord = t.details.callRecord.show;
  for (const [scenario, label, isOffered] of [
    ['vonage', 'Front desk', true],
    ['vonage', 'London office', false],
    ['nopermission', 'Front desk', false],
  ] as const) {
    const page = await openLibrary({ world: `scenario=${scenario}&rows=60` });
    await page.getByRole('navigation').getByText(label).click();
    await row(page, 0).click();
    const pane = page.getByRole('complementary', { name: t.details.label });
    await pane.getByText(t.details.raw.show).first().waitFor();
    expect(await pane.getByText(callRecord).count()).toBe(isOffered ? 1 : 0);
  }
});

it('a row of a Vonage account is a row like any other', async () => {
  const page = await openLibrary({ world: 'scenario=vonage' });
  await page.getByRole('navigation').getByText('London office').click();
  await row(page, 0).waitFor();
});
