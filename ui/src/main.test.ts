import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { t } from './strings/en';

test('the document shows, before the page runs, what the page will show there', () => {
  const page = new DOMParser().parseFromString(readFileSync('index.html', 'utf8'), 'text/html');
  expect(page.querySelector('#app .starting p')?.textContent).toBe(t.library.search.placeholder);
});
