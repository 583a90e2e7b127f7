/** Everything that can keep an account of either vendor from being added, each with its own words and a picture. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ObstacleName } from '../../ui/src/ipc/error';
import { fillPassword } from './support/signIn';
import { expectAccessible, openLibrary, shoot, t } from './support/window';

const words = t.accounts.vonage;

/** The sentences in which the program refuses a connection that is not safe; its own tests hold them against it. */
const TLS_REFUSALS = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../fixtures/tls-refusals.json'), 'utf8'),
) as { name: string; obstacle: 'clock' | (`tls${string}` & ObstacleName); what: string }[];

describe('adding a Vonage account', () => {
  it.each([
    ['lockedout', t.errors.lockedOut.title],
    ['notsubscribed', t.errors.notSubscribed.title],
    ['nopermission', t.accounts.refused.permission.title],
    ['wrongregion', t.accounts.refused.region.title],
    ['offline', t.errors.unreachable.offline.title],
    ['clockwrong', t.errors.unreachable.clock.title],
    ['tlsrefused', t.errors.unreachable.tlsAuthority.title],
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
    const { obstacle, what } = refusal;
    const world = `scenario=tlsrefused&rows=40&obstacle=${obstacle}&what=${encodeURIComponent(what)}`;
    const page = await openLibrary({ world, colours: refusal.colours, width: 900, height: 600 });
    const dialog = await fillPassword(page);
    await dialog.getByRole('button', { name: t.accounts.add.submit }).click();
    const alert = dialog.getByRole('alert');
    await alert.getByText(t.errors.unreachable[obstacle].title).waitFor();
    expect(await alert.textContent()).toContain(what);
    await alert.getByText(t.errors.unreachable[obstacle].next).waitFor();
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

describe('adding a Vobiz account', () => {
  const add = t.accounts.add;

  it.each([
    ['badtoken', t.accounts.refused.vobiz.token],
    ['nopermission', t.accounts.refused.vobiz.permission],
    ['offline', t.errors.unreachable.offline],
    ['clockwrong', t.errors.unreachable.clock],
    ['tlsrefused', t.errors.unreachable.tlsAuthority],
    ['proxyrefused', t.errors.unreachable.proxy],
  ])('refused as %s says so, with what to do', async (scenario, words) => {
    const page = await openLibrary({ world: `scenario=${scenario}&rows=40`, height: 900 });
    await page.getByRole('button', { name: t.frame.sidebar.addAccount }).click();
    const dialog = page.getByRole('dialog', { name: add.title.vobiz });
    await dialog.getByLabel(add.authId, { exact: true }).fill('MA_ABCDEFGH');
    await dialog.getByLabel(add.authToken, { exact: true }).fill('a-made-up-token-1234');
    await dialog.getByRole('button', { name: add.submit }).click();
    const alert = dialog.getByRole('alert');
    await alert.getByText(words.title).waitFor();
    await alert.getByText(words.next).waitFor();
    await expectAccessible(page);
    await shoot(page, `refused-vobiz-${scenario}`);
  });
});
