/** *Add account* of Vonage, as its tests fill it in. */
import type { Page } from 'playwright-core';
import { t } from './window';

/** Opens *Add account* and chooses Vonage. */
export async function addVonage(page: Page) {
  await page.getByRole('button', { name: t.frame.sidebar.addAccount }).click();
  await page.getByRole('radio', { name: t.accounts.vendors.vbc }).check({ force: true });
  const dialog = page.getByRole('dialog', { name: t.accounts.add.title.vbc });
  await dialog.waitFor();
  return dialog;
}

/** The same with everything filled in. */
export async function fillPassword(page: Page, password = 'correct horse') {
  const dialog = await addVonage(page);
  await dialog.getByLabel(t.accounts.vonage.username, { exact: true }).fill('integration');
  await dialog.getByLabel(t.accounts.vonage.password, { exact: true }).fill(password);
  await dialog.getByLabel(t.accounts.vonage.clientId, { exact: true }).fill('q8Xk2vT0fYc7');
  await dialog.getByLabel(t.accounts.vonage.clientSecret, { exact: true }).fill('s3cret');
  return dialog;
}
