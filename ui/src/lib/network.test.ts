import { expect, it } from 'vitest';
import { isProxyAddress } from './network';

it.each([
  ['http://proxy.example.com:3128', true],
  [' socks5h://127.0.0.1:9050 ', true],
  ['https://proxy', true],
  ['', false],
  ['proxy.example.com:3128', false],
  ['ftp://proxy:21', false],
  ['http://ana:secret@proxy:3128', false],
  ['http://', false],
])('%s → %s', (text, fits) => {
  expect(isProxyAddress(text)).toBe(fits);
});
