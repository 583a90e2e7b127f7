/** The file of certificates that is trusted besides the system's: choosing one, what can be wrong with it, letting it go. */
import { describe, expect, it } from 'vitest';
import { expectAccessible, openLibrary, shoot, t } from './support/window';

describe('certificates to trust as well', () => {
  const network = t.settings.network;

  async function openNetwork(scenario: string, colours: 'light' | 'dark' = 'light') {
    const page = await openLibrary({
      world: `scenario=${scenario}&rows=40`,
      colours,
      width: 900,
      height: 600,
    });
    await page.getByRole('button', { name: t.frame.top.settings }).click();
    await page.getByRole('tab', { name: t.settings.page.network }).click();
    const group = page.getByRole('group', { name: new RegExp(`^${network.caFile}`) });
    await group.waitFor();
    return { page, group };
  }

  it.each(['light', 'dark'] as const)('come from a file that is looked at first, in %s', async (colours) => {
    const { page, group } = await openNetwork('badcafile', colours);
    await group.getByText(network.caFileNone).waitFor();
    const choose = group.getByRole('button', { name: network.caFileChoose });
    await choose.press('Enter');
    await group
      .getByRole('alert')
      .getByText(/^This is a private key/)
      .waitFor();
    await group.getByText(network.caFileNone).waitFor();
    await expectAccessible(page);
    await shoot(page, `settings-ca-file-refused-${colours}`);

    await choose.press('Enter');
    await group.getByText('/home/you/certificates/company-authorities.pem').waitFor();
    await group.getByText(network.caFileHolds(2)).waitFor();
    expect(await group.getByRole('alert').count()).toBe(0);
    await expectAccessible(page);
    await shoot(page, `settings-ca-file-${colours}`);

    // Whoever changes their mind keeps what was there.
    await group.getByRole('button', { name: network.caFileChange }).press('Enter');
    await group.getByText(network.caFileHolds(2)).waitFor();
    await group.getByRole('button', { name: network.caFileClear }).press('Enter');
    await group.getByText(network.caFileNone).waitFor();
    const focused = page.locator(':focus');
    expect((await focused.textContent())?.trim()).toBe(network.caFileChoose);
  });

  it('that have gone since are said where they are set', async () => {
    const { page, group } = await openNetwork('lostcafile');
    await group
      .getByRole('alert')
      .getByText(/cannot be read/)
      .waitFor();
    await group.getByText('/media/stick/company.pem', { exact: true }).waitFor();
    await expectAccessible(page);
    await shoot(page, 'settings-ca-file-lost');
  });
});
