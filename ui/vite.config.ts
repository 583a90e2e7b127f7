import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// `--mode memory` swaps the program behind the window for made-up data (see src/backend/index.ts). Everything else is the
// same page, so what the tests see in a browser is what ships.
export default defineConfig({
  plugins: [svelte()],
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
