/**
 * The program behind the window, chosen at build time: the real one, or made-up data for `--mode memory` and for tests.
 * The branch not taken is dropped from the bundle.
 */
import type { Backend } from './backend';
import { createMemoryBackend } from './memory';
import { createTauriBackend } from './tauri';

export const backend: Backend =
  import.meta.env.MODE === 'memory' || import.meta.env.MODE === 'test'
    ? createMemoryBackend(globalThis.location?.search ?? '')
    : createTauriBackend();
