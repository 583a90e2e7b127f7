/**
 * Builds the page on its memory backend, serves it under the policy that the program ships with, and starts Chromium.
 * All of it once for all test files, in a folder and on ports of its own, so that two runs do not disturb each other.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { preview } from 'vite';
import type { TestProject } from 'vitest/node';

const ROOT = resolve(import.meta.dirname, '../../..');
const UI = join(ROOT, 'ui');

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the page. */
    page: string;
    /** Address of the browser. */
    browser: string;
  }
}

/**
 * The policy of the program itself, so that what breaks under it breaks here. Tauri's own addresses are left out; as Tauri does, it
 * lets in the styles that stand in the document.
 */
function policy(page: string): string {
  const configuration = JSON.parse(readFileSync(join(ROOT, 'src-tauri/tauri.conf.json'), 'utf8')) as {
    app: { security: { csp: string | Record<string, string | string[]> } };
  };
  const { csp } = configuration.app.security;
  if (typeof csp === 'string') return csp;
  const styles = [...readFileSync(page, 'utf8').matchAll(/<style>(.*?)<\/style>/gs)].map(([, style]) => {
    const hash = createHash('sha256')
      .update(style ?? '')
      .digest('base64');
    return `'sha256-${hash}'`;
  });
  return Object.entries(csp)
    .map(([name, sources]) => [name, ...[sources].flat(), ...(name === 'style-src' ? styles : [])].join(' '))
    .join('; ');
}

export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  const own = mkdtempSync(join(tmpdir(), 'tapeshelf-ui-'));
  const built = join(own, 'page');
  execFileSync(
    process.execPath,
    ['node_modules/vite/bin/vite.js', 'build', '--mode', 'memory', '--outDir', built, '--emptyOutDir'],
    {
      cwd: UI,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const server = await preview({
    root: UI,
    configFile: false,
    logLevel: 'warn',
    build: { outDir: built },
    preview: {
      host: '127.0.0.1',
      port: 0,
      headers: { 'Content-Security-Policy': policy(join(built, 'index.html')) },
    },
  });
  const browser = await chromium.launchServer({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disk-cache-dir=${join(own, 'cache')}`,
    ],
  });
  const address = server.resolvedUrls?.local[0];
  if (address === undefined) throw new Error('The preview server has no address.');
  project.provide('page', address);
  project.provide('browser', browser.wsEndpoint());
  return async () => {
    await browser.close();
    await server.close();
    rmSync(own, { recursive: true, force: true });
  };
}
