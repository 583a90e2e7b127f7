import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** The styles that the first frame needs, and every later one. */
const GROUND = ['tokens', 'base', 'starting'];
/** What is fetched; the browser paints nothing while such a thing is wanted in the head. */
const FETCHED = /\s*<(?:script type="module"[^>]*><\/script>|link rel="(?:stylesheet|modulepreload)"[^>]*>)/g;

/** The document paints its first frame out of itself: it contains the styles for it, and what is fetched stands at its end. */
const paintsAtOnce: Plugin = {
  name: 'paints-at-once',
  transformIndexHtml: {
    order: 'post',
    handler(html) {
      const fetched = html.match(FETCHED) ?? [];
      const ground = GROUND.map((name) =>
        readFileSync(new URL(`src/styles/${name}.css`, import.meta.url), 'utf8'),
      ).join('\n');
      return {
        html: html
          .replace(FETCHED, '')
          .replace('</body>', () => `${fetched.join('').trimStart()}\n  </body>`),
        tags: [{ tag: 'style', children: ground, injectTo: 'head' }],
      };
    },
  },
};

// `--mode memory` swaps the program behind the window for made-up data (see src/backend/index.ts). Everything else is the
// same page, so what the tests see in a browser is what ships.
export default defineConfig({
  plugins: [svelte(), paintsAtOnce],
  // Relative addresses work under Tauri's own scheme and under any static server.
  base: './',
  clearScreen: false,
  server: { port: 1420, strictPort: true, host: '127.0.0.1' },
  preview: { port: 1421, strictPort: true, host: '127.0.0.1' },
  build: { emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
  // A busy machine may take its time with the made-up library; what hangs is still found.
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    testTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
