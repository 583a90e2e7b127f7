/** Buckets: set up with each input's own refusal, checked, chosen for a download, shown with its copies, removed. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { expectAccessible, openLibrary, row, shoot, t } from './support/window';

const words = t.places;
const form = words.form;
const LABEL = 'Archive';

async function openPage(page: Page) {
  await page.getByRole('button', { name: t.frame.top.settings }).click();
  await page.getByRole('tab', { name: t.settings.page.places }).click();
  return page.getByRole('tabpanel', { name: t.settings.page.places });
}

async function fill(page: Page, secret = 's3cret') {
  await page.getByRole('button', { name: words.add }).click();
  await page.getByLabel(form.label, { exact: true }).fill(LABEL);
  await page.getByRole('radio', { name: form.kinds.other }).check({ force: true });
  await page.getByLabel(form.endpoint).fill('https://s3.example.com');
  await page.getByLabel(form.bucket, { exact: true }).fill('calls');
  await page.getByLabel(form.accessKeyId).fill('AKIAEXAMPLE');
  await page.getByRole('textbox', { name: form.secret }).fill(secret);
}

async function addBucket(page: Page) {
  const panel = await openPage(page);
  await fill(page);
  await page.getByRole('button', { name: form.submit }).click();
  await panel.getByText('s3://calls at s3.example.com').waitFor();
  return panel;
}

it.each(['light', 'dark'] as const)('a bucket is set up, checked and removed, in %s', async (colours) => {
  const page = await openLibrary({ colours });
  const panel = await openPage(page);
  await panel.getByText(words.empty).waitFor();
  await shoot(page, `places-empty-${colours}`);
  await fill(page);
  await expectAccessible(page);
  await shoot(page, `places-form-${colours}`);
  await page.getByRole('button', { name: form.submit }).click();
  await panel.getByText('s3://calls at s3.example.com').waitFor();
  await panel.getByRole('button', { name: words.checkOne(LABEL) }).click();
  await panel.getByText(words.checked).waitFor();
  await expectAccessible(page);
  await shoot(page, `places-${colours}`);
  await panel.getByRole('button', { name: words.removeOne(LABEL) }).click();
  await panel.getByText(words.removeText(LABEL, 0)).waitFor();
  await expectAccessible(page);
  await panel.getByRole('button', { name: words.removeSubmit }).click();
  await panel.getByText(words.empty).waitFor();
});

it('a bucket that is refused says at which input, and keeps what was typed', async () => {
  const page = await openLibrary();
  const panel = await openPage(page);
  await fill(page, 'wrong');
  await page.getByRole('button', { name: form.submit }).click();
  await panel.getByText('The server does not accept this access key and secret.').waitFor();
  await expectAccessible(page);
  await shoot(page, 'places-refused');
  expect(await page.getByLabel(form.bucket, { exact: true }).inputValue()).toBe('calls');
  await page.getByLabel(form.endpoint).fill('http://s3.example.com');
  await page.getByRole('button', { name: form.submit }).click();
  await panel.getByText('This address is not encrypted. Use https://.').waitFor();
});

it('without a keyring the key is kept for the session only after the person agreed', async () => {
  const page = await openLibrary({ world: 'scenario=nokeyring' });
  const panel = await openPage(page);
  await fill(page);
  await page.getByRole('button', { name: form.submit }).click();
  await page.getByRole('button', { name: t.accounts.keyring.sessionOnly }).click();
  await panel.getByText(words.secret.session).waitFor();
});

it('a check that fails says why, beside the bucket', async () => {
  const page = await openLibrary({ world: 'scenario=offline' });
  const panel = await addBucket(page);
  await panel.getByRole('button', { name: words.checkOne(LABEL) }).click();
  await panel.getByText(/It cannot be reached/).waitFor();
  await expectAccessible(page);
});

it('a download goes into a bucket, and the copies say so', async () => {
  const page = await openLibrary();
  await addBucket(page);
  await page.keyboard.press('Escape');
  for (const index of [1, 2]) await row(page, index).getByRole('checkbox').click();
  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog', { name: t.transfers.download.title(2) });
  await dialog.getByRole('button', { name: words.choice.menu }).click();
  await page.getByRole('menuitemcheckbox', { name: LABEL }).click();
  await dialog.getByText(`${LABEL} (s3://calls at s3.example.com)`).waitFor();
  await expectAccessible(page);
  await shoot(page, 'download-into-bucket');
  await dialog.getByRole('button', { name: t.transfers.download.submit(2) }).click();
  await page.getByRole('navigation').getByRole('button', { name: t.frame.sidebar.transfers }).click();
  const job = page.getByRole('listitem').filter({ hasText: LABEL }).first();
  await job.getByText(t.transfers.view.state.finished, { exact: true }).waitFor();
  // There is no folder to open.
  expect(await job.getByRole('button', { name: new RegExp(`^${t.transfers.view.reveal}`) }).count()).toBe(0);
  await expectAccessible(page);
  await shoot(page, 'transfers-into-bucket');
  await page.getByRole('navigation').getByRole('button', { name: t.frame.sidebar.all }).first().click();
  await row(page, 1).getByRole('gridcell').nth(2).click();
  const copy = page.getByRole('region', { name: words.copy.title });
  await copy.getByText(/^calls\//).waitFor();
  await copy.getByText(LABEL, { exact: true }).waitFor();
});

it('a bucket can be set up from the download, which comes back as it was, with the bucket chosen', async () => {
  const page = await openLibrary();
  await row(page, 1).getByRole('checkbox').click();
  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog', { name: t.transfers.download.title(1) });
  const template = dialog.getByLabel(t.transfers.download.name, { exact: true });
  await template.fill('kept/{id}');
  const setUp = async () => {
    await dialog.getByRole('button', { name: words.choice.menu }).click();
    await page.getByRole('menuitem', { name: words.choice.setUp }).click();
    await page.getByRole('tabpanel', { name: t.settings.page.places }).getByText(words.empty).waitFor();
  };
  await setUp();
  // Who changes their mind finds it as it was.
  await page.keyboard.press('Escape');
  expect(await template.inputValue()).toBe('kept/{id}');
  await setUp();
  await fill(page);
  await page.getByRole('button', { name: form.submit }).click();
  await dialog.getByText(`${LABEL} (s3://calls at s3.example.com)`).waitFor();
  expect(await template.inputValue()).toBe('kept/{id}');
  expect(await dialog.getByRole('button', { name: t.transfers.download.submit(1) }).isEnabled()).toBe(true);
});

it('a temporary key comes with its session token, and says when it has expired', async () => {
  const page = await openLibrary();
  const panel = await openPage(page);
  await fill(page);
  const token = page.getByRole('textbox', { name: form.sessionToken });
  await token.fill('expired');
  await page.getByRole('button', { name: form.submit }).click();
  await panel.getByText('The temporary access key has expired; enter a new one.').waitFor();
  await expectAccessible(page);
  await shoot(page, 'places-expired');
  await token.fill('t0ken');
  await page.getByRole('button', { name: form.submit }).click();
  await panel.getByText('s3://calls at s3.example.com').waitFor();
});

it('the form of a bucket keeps its buttons in sight in a small window, also while it is filled in', async () => {
  const page = await openLibrary({ width: 900, height: 600 });
  await openPage(page);
  await fill(page);
  const submit = page.getByRole('button', { name: form.submit });
  const token = page.getByRole('textbox', { name: form.sessionToken });
  for (const input of [page.getByLabel(form.label, { exact: true }), token]) {
    await input.focus();
    // Nothing covers it, and nothing has to be scrolled to find it.
    const sight = async () => {
      const box = await submit.boundingBox();
      if (box === null) return 'nowhere';
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      const isInWindow = box.y >= 0 && box.y + box.height <= 600;
      const covered = await submit.evaluate(
        (button, at) => !button.contains(document.elementFromPoint(at.x, at.y)),
        { x, y },
      );
      return isInWindow && !covered ? 'in sight' : 'out of sight';
    };
    await expect.poll(sight).toBe('in sight');
    const [above, below] = [await input.boundingBox(), await submit.boundingBox()];
    expect((above?.y ?? 0) + (above?.height ?? 0)).toBeLessThanOrEqual(below?.y ?? 0);
  }
  await expectAccessible(page);
  await shoot(page, 'small-places-form');
});

it('a rule keeps saving into a bucket', async () => {
  const page = await openLibrary();
  await addBucket(page);
  await page.keyboard.press('Escape');
  await page.getByRole('navigation').getByRole('button', { name: t.frame.sidebar.transfers }).click();
  await page.getByRole('button', { name: t.transfers.view.copies }).click();
  const dialog = page.getByRole('dialog', { name: t.copies.title });
  await dialog.getByRole('tab', { name: t.copies.tab.rules }).click();
  await dialog.getByRole('button', { name: t.copies.rules.add }).click();
  await dialog.getByLabel(t.copies.rules.label, { exact: true }).fill('To Frankfurt');
  await dialog.getByRole('button', { name: words.choice.menu }).click();
  await page.getByRole('menuitemcheckbox', { name: LABEL }).click();
  await dialog.getByText(`${LABEL} (s3://calls at s3.example.com)`).waitFor();
  await expectAccessible(page);
  await shoot(page, 'copies-rule-into-bucket');
  await dialog.getByRole('button', { name: t.copies.rules.save }).click();
  await dialog.getByText(t.copies.rules.into(LABEL)).waitFor();
  // Changed once more, it stays where it is.
  await dialog.getByRole('button', { name: t.copies.rules.editOne('To Frankfurt') }).click();
  await dialog.getByText(LABEL, { exact: true }).waitFor();
  await dialog.getByRole('button', { name: t.copies.rules.save }).click();
  await dialog.getByText(t.copies.rules.into(LABEL)).waitFor();
});
