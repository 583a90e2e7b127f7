import { defineConfig } from 'vitest/config';

// One browser and one server serve all files. Journeys wait for what a person would see, never for a time.
export default defineConfig({
  test: {
    include: ['*.test.ts'],
    globalSetup: ['support/serve.ts'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // What is polled for may come late on a busy machine; the default is one second.
    expect: { poll: { timeout: 20_000 } },
    // Two cores: more pages at once would only make each of them slower.
    maxWorkers: 2,
  },
});
