/** Accounts of both vendors: adding each, everything that can refuse one, what one may do, and Vonage's export jobs. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectAccessible, open, openLibrary, row, shoot, t } from './support/window';

const words = t.accounts.vonage;

/** The sentences in which the program refuses a connection that is not safe; its own tests hold them against it. */
const TLS_REFUSALS = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../fixtures/tls-refusals.json'), 'utf8'),
) as { name: string; obstacle: 'tls' | 'clock'; what: string }[];

/** Opens *Add account* and chooses Vonage. */
async function addVonage(page: Page) {
  await page.getByRole('button', { name: t.frame.sidebar.addAccount }).click();
  await page.getByRole('radio', { name: t.accounts.vendors.vbc }).check({ force: true });
  const dialog = page.getByRole('dialog', { name: t.accounts.add.title.vbc });
  await dialog.waitFor();
  return dialog;
}

async function fillPassword(page: Page, password = 'correct horse') {
  const dialog = await addVonage(page);
  await dialog.getByLabel(words.username, { exact: true }).fill('integration');
  await dialog.getByLabel(words.password, { exact: true }).fill(password);
  await dialog.getByLabel(words.clientId, { exact: true }).fill('q8Xk2vT0fYc7');
  await dialog.getByLabel(words.clientSecret, { exact: true }).fill('s3cret');
  return dialog;
}

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

  it.each([
    ['lockedout', t.errors.lockedOut.title],
    ['notsubscribed', t.errors.notSubscribed.title],
    ['nopermission', t.accounts.refused.permission.title],
    ['wrongregion', t.accounts.refused.region.title],
    ['offline', t.errors.unreachable.offline.title],
    ['clockwrong', t.errors.unreachable.clock.title],
    ['tlsrefused', t.errors.unreachable.tls.title],
    ['proxyrefused', t.errors.unreachable.proxy.title],
  ])('refused as %s says so, with what to do', async (scenario, title) => {
    const page = await openLibrary({ world: `scenario=${scenario}`, height: 900 });
    const dialog = await fillPassword(page);
    await dialog.getByRole('button', { name: t.accounts.add.submit }).click();
    await dialog.getByRole('alert').getByText(title).waitFor();
    await expectAccessible(page);
    await shoot(page, `refused-${scenario}`);
  });

  it.each(
    TLS_REFUSALS.flatMap((refusal) =>
      (['light', 'dark'] as const).map((colours) => ({ ...refusal, colours })),
    ),
  )('a connection that is not safe ($name) has its own sentence, in $colours', async (refusal) => {
    const scenario = refusal.obstacle === 'clock' ? 'clockwrong' : 'tlsrefused';
    const world = `scenario=${scenario}&rows=40&what=${encodeURIComponent(refusal.what)}`;
    const page = await openLibrary({ world, colours: refusal.colours, width: 900, height: 600 });
    const dialog = await fillPassword(page);
    await dialog.getByRole('button', { name: t.accounts.add.submit }).click();
    const alert = dialog.getByRole('alert');
    await alert.getByText(t.errors.unreachable[refusal.obstacle].title).waitFor();
    expect(await alert.textContent()).toContain(refusal.what);
    await alert.getByText(t.errors.unreachable[refusal.obstacle].next).waitFor();
    // They differ in nothing but the words.
    if (refusal.name === TLS_REFUSALS[0]?.name) await expectAccessible(page);
    await shoot(page, `refused-tls-${refusal.name}-${refusal.colours}`);
  });

  it('refused for the password, the application or the token says which', async () => {
    const page = await openLibrary({ height: 900 });
    const dialog = await fillPassword(page, 'wrong');
    const submit = dialog.getByRole('button', { name: t.accounts.add.submit });
    await submit.click();
    await dialog.getByRole('alert').getByText(t.accounts.refused.password.title).waitFor();
    await shoot(page, 'refused-password');
    await dialog.getByLabel(words.clientSecret, { exact: true }).fill('wrong');
    await submit.click();
    await dialog.getByRole('alert').getByText(t.accounts.refused.client.title).waitFor();
    await shoot(page, 'refused-application');
    await dialog.getByRole('radio', { name: words.grants.token }).check({ force: true });
    await dialog.getByRole('textbox', { name: words.accessToken }).fill('wrong');
    await submit.click();
    await dialog.getByRole('alert').getByText(t.accounts.refused.token.title).waitFor();
    await expectAccessible(page);
    await shoot(page, 'refused-token');
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

describe('an export job of Vonage', () => {
  it('is chosen, reviewed, started, watched and downloaded', async () => {
    const page = await openLibrary({ world: 'scenario=vonage' });
    await page.getByRole('navigation').getByRole('button', { name: t.frame.sidebar.exports }).click();
    await page.getByRole('button', { name: t.exports.view.new }).click();
    const wizard = page.getByRole('dialog', { name: t.exports.wizard.title });
    await wizard.getByLabel(t.exports.what.account).selectOption({ label: 'London office (Vonage)' });
    await wizard.getByText(t.exportJobs.what.lists.company).waitFor();
    await expectAccessible(page);
    await shoot(page, 'export-job-what');
    await wizard.getByText(t.exports.what.filters).click();
    await wizard.getByLabel(t.exportJobs.what.shortest).fill('ten');
    await wizard.getByText(t.exportJobs.what.secondsWrong).waitFor();
    expect(await wizard.getByRole('button', { name: t.common.next }).isDisabled()).toBe(true);
    await wizard.getByLabel(t.exportJobs.what.shortest).fill('10');
    await wizard.getByRole('button', { name: t.common.next }).click();
    await wizard.getByText(t.exportJobs.how.ruleNoStop).waitFor();
    await expectAccessible(page);
    await shoot(page, 'export-job-how');
    await wizard.getByRole('button', { name: t.exports.wizard.toReview }).last().click();
    await wizard.getByText(/"duration:gte": 10000/).waitFor();
    await wizard.getByRole('tab', { name: t.exports.review.curl }).click();
    await wizard.getByText(/\$VONAGE_TOKEN/).waitFor();
    await expectAccessible(page);
    await shoot(page, 'export-job-review');
    await wizard.getByRole('button', { name: t.exports.wizard.send }).click();
    await wizard.getByText(t.exportJobs.result.acceptedTitle(1)).waitFor();
    await expectAccessible(page);
    await shoot(page, 'export-job-result');
    await wizard.getByRole('button', { name: t.common.close }).last().click();

    const jobs = page.getByRole('main').getByRole('listitem');
    await page.getByRole('button', { name: t.exportJobs.view.refresh }).click();
    await jobs.filter({ hasText: t.exportJobs.view.state.complete }).first().waitFor();
    await jobs.filter({ hasText: t.exportJobs.view.state.expired }).waitFor();
    await jobs.filter({ hasText: 'FAILED_NO_RECORDINGS' }).waitFor();
    await page
      .getByRole('button', { name: /^Download archive… \(/ })
      .first()
      .click();
    await page
      .getByText(/vonage-job-\d+\.zip/)
      .first()
      .waitFor();
    await expectAccessible(page);
    await shoot(page, 'exports-with-jobs');
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
