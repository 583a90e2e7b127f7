/** Exports: Vobiz's by e-mail and Vonage's jobs. */
import { describe, expect, it } from 'vitest';
import { expectAccessible, openLibrary, shoot, t } from './support/window';

describe('an export of Vobiz', () => {
  it('asks for a day more at each end, where there is room for it', async () => {
    const page = await openLibrary({ height: 900 });
    await page.getByRole('navigation').getByRole('button', { name: t.frame.sidebar.exports }).click();
    await page.getByRole('button', { name: t.exports.view.new }).click();
    const wizard = page.getByRole('dialog', { name: t.exports.wizard.title });
    await wizard.getByLabel(t.exports.what.from, { exact: true }).fill('2026-11-01');
    await wizard.getByLabel(t.exports.what.to, { exact: true }).fill('2026-11-30');
    const more = wizard.getByRole('checkbox', { name: t.exports.what.pad });
    await wizard.getByText(t.exports.what.padHint('Asia/Kolkata')).waitFor();
    expect(await more.isChecked()).toBe(true);
    await expectAccessible(page);
    await shoot(page, 'export-a-day-more');
    await wizard.getByText(t.exports.what.filters).click();
    await wizard.getByLabel(t.exports.what.fromNumber).fill('+14155551234');
    await wizard.getByText(t.exports.what.padTooLong(30)).waitFor();
    expect(await more.isEnabled()).toBe(false);
    await shoot(page, 'export-a-day-more-too-long');
    await wizard.getByLabel(t.exports.what.fromNumber).fill('');
    await wizard.getByText(t.exports.what.padHint('Asia/Kolkata')).waitFor();
    await wizard.getByRole('button', { name: t.common.next }).click();
    await wizard.getByRole('button', { name: t.common.next }).click();
    await wizard.getByLabel(t.exports.details.recipients).fill('records@example.com');
    await wizard.getByLabel(t.exports.details.recipients).press('Enter');
    await wizard.getByRole('button', { name: t.exports.wizard.toReview }).last().click();
    await wizard.getByText(t.exports.review.padded('2026-11-01 to 2026-11-30')).waitFor();
    await wizard.getByText(/"from": "2026-10-31 00:00:00"/).waitFor();
    await wizard.getByText(/"to": "2026-12-01 23:59:59"/).waitFor();
    await shoot(page, 'export-a-day-more-review');
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
    await wizard.getByText(/\$VBC_ACCESS_TOKEN/).waitFor();
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
