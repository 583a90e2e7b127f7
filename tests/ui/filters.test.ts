/** The search as a form: a field for all that can be asked for, the common ones at hand. */
import { describe, expect, it } from 'vitest';
import { count, field, openFilters } from './support/library';
import { expectAccessible, openLibrary, row, shoot, t } from './support/window';

const words = t.query.filters;

describe('the filters', () => {
  it('have a field for whatever a search can ask', async () => {
    const page = await openLibrary({ width: 900, height: 600 });
    const form = await openFilters(page);
    const more = form.getByRole('button', { name: words.more });
    expect(await more.getAttribute('aria-expanded')).toBe('false');
    await more.click();
    const fill = (name: string, text: string) => form.getByRole('textbox', { name, exact: true }).fill(text);
    const ends = async (name: string, first: string, last: string, days = false) => {
      const group = form.getByRole('group', { name, exact: true });
      const end = (label: string) => group.getByRole('textbox', { name: label, exact: true });
      await end(days ? words.since : words.atLeast).fill(first);
      await end(days ? words.until : words.atMost).fill(last);
    };
    await fill(words.conference, 'weekly');
    await fill(words.name, 'anna b');
    await ends(words.age, '>3d', '');
    await fill(words.hour, '9..17');
    await ends(words.ended, '2026-05-01', '2026-05-09', true);
    await ends(words.added, '', 'today', true);
    await ends(words.seen, 'today', 'today', true);
    await ends(words.size, '1mb', '2mb');
    await ends(words.cost, '0.01', '');
    await ends(words.billed, '>1m', '<2m');
    await ends(words.rate, '', '2');
    await ends(words.storage, '25d', '');
    await ends(words.verified, '2026-05', '2026-05', true);
    await fill(words.note, 'call back');
    await fill(words.hold, 'case');
    await fill(words.id, '4f2a');
    await fill(words.call, '00ff');
    await fill(words.file, 'mp3');
    await fill(words.address, 'media');
    await fill(words.rules, '17,');
    await form.getByRole('button', { name: new RegExp(`^${words.weekdays}`) }).click();
    await form.getByRole('checkbox', { name: 'mon' }).check();
    await form.getByRole('button', { name: new RegExp(`^${words.fromCountries}`) }).click();
    await form.getByRole('checkbox', { name: 'GB' }).check();
    const wanted = [
      'conf:weekly',
      'name:"anna b"',
      'age:>3d',
      'hour:9..17',
      'ended:2026-05-01..2026-05-09',
      'added:<=today',
      'seen:today',
      'size:1mb..2mb',
      'cost:>=0.01',
      'billed:>1m billed:<2m',
      'rate:<=2',
      'storage:>=25d',
      'verified:2026-05',
      'note:"call back"',
      'hold:case',
      'id:4f2a',
      'call:00ff',
      'file:mp3',
      'address:media',
      'rule:17',
      'weekday:mon',
      'fromcountry:GB',
    ];
    for (const token of wanted) await expect.poll(() => field(page).inputValue()).toContain(token);
    await form.getByRole('button', { name: words.moreInUse(wanted.length) }).waitFor();
    expect(await form.getByRole('textbox', { name: words.rest }).count()).toBe(0);
    await expectAccessible(page);
    // One of them alone opens the rest the next time.
    await page.keyboard.press('Escape');
    await field(page).fill('hold:case');
    const again = await openFilters(page);
    await expect
      .poll(() => again.getByRole('textbox', { name: words.hold, exact: true }).inputValue())
      .toBe('case');
  });

  it('keep what is typed quickly in several of them', async () => {
    const page = await openLibrary();
    const form = await openFilters(page);
    const length = form.getByRole('group', { name: words.duration, exact: true });
    await form.getByRole('textbox', { name: words.from, exact: true }).first().fill('+44');
    await length.getByRole('textbox', { name: words.atLeast }).fill('1m');
    await length.getByRole('textbox', { name: words.atMost }).fill('10m');
    await expect.poll(() => field(page).inputValue()).toBe('from:+44 dur:1m..10m');
    await expect.poll(() => count(page)).toBeLessThan(2000);
  });

  it('are worked from the keyboard, in a small window', async () => {
    const page = await openLibrary({ width: 900, height: 600 });
    await page.getByRole('button', { name: new RegExp(`^${words.open}`) }).focus();
    await page.keyboard.press('Enter');
    const form = page.getByRole('dialog', { name: words.title });
    await form.getByRole('textbox', { name: words.words, exact: true }).waitFor();
    await form.getByRole('button', { name: words.more }).focus();
    await page.keyboard.press('Enter');
    await form.getByRole('heading', { name: words.written }).waitFor();
    await page.keyboard.press('Tab');
    const conference = form.getByRole('textbox', { name: words.conference, exact: true });
    await expect.poll(() => conference.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.type('weekly');
    await expect.poll(() => field(page).inputValue()).toBe('conf:weekly');
    // All of it can be reached: the last field scrolls into view, inside the window.
    await form.getByRole('textbox', { name: words.rules }).focus();
    const box = await form.getByRole('textbox', { name: words.rules }).boundingBox();
    expect((box?.y ?? 600) + (box?.height ?? 0)).toBeLessThanOrEqual(600);
    const panel = await form.boundingBox();
    expect((panel?.y ?? 600) + (panel?.height ?? 0)).toBeLessThanOrEqual(600);
    expect((panel?.x ?? 900) + (panel?.width ?? 0)).toBeLessThanOrEqual(900);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(900);
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
  });

  it.each([
    ['light', 1280, 800],
    ['dark', 1280, 800],
    ['light', 900, 600],
    ['dark', 900, 600],
  ] as const)('and the completion look like this: %s, %i × %i', async (colours, width, height) => {
    const page = await openLibrary({ colours, width, height });
    const shot = (name: string) => shoot(page, `${name}-${colours}-${width}`);
    await field(page).click();
    await page.keyboard.type('sales s');
    const list = page.getByRole('listbox', { name: t.query.suggestions });
    await list.getByRole('option', { name: /^storage:/ }).waitFor();
    await shot('completion-names');
    await page.keyboard.type('tate:');
    await list.getByRole('option', { name: /^unsaved/ }).waitFor();
    await shot('completion-values');
    await field(page).fill('sales type:conference dur:>5m -has:note');
    await row(page, 0).getByRole('checkbox').waitFor();
    const form = await openFilters(page);
    await shot('filters');
    await form.getByRole('button', { name: words.more }).click();
    await form.getByRole('heading', { name: words.written }).waitFor();
    await expectAccessible(page);
    await shot('filters-more');
    await form.getByRole('textbox', { name: words.rules }).focus();
    await shot('filters-end');
  });
});
