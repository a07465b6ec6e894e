/**
 * How every test of the project runs: in forked Node processes, with Node's own module loader
 * and tsx, so that the code under test is the code on disk and coverage lines are true lines.
 *
 * Not here: coverage itself, and which checks count as tests; see test.mjs.
 */

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['{src,conformance,fuzz,vectors,spec,.dev}/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**'],
    pool: 'forks',
    // Two on two cores, where the runner by itself takes one: much of a run is waiting.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    execArgv: ['--import', 'tsx'],
    // The Node that the built commands run with, wherever a test starts them: this one.
    env: { SPIPED_NODE: process.execPath },
    // Without these two, vitest rewrites sources and Node's coverage counts rewritten lines.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    // Where each test stands, so that a citation above it finds it (.dev/spec).
    includeTaskLocation: true,
    globalSetup: [
      // Tests that start the built commands never start old ones.
      fileURLToPath(new URL('./current-build.mjs', import.meta.url)),
      fileURLToPath(new URL('./surroundings.mjs', import.meta.url)),
      // A title that nobody has is no success.
      fileURLToPath(new URL('./filter-matches.mjs', import.meta.url)),
    ],
    setupFiles: [fileURLToPath(new URL('./take-coverage.ts', import.meta.url))],
    // Generous: a limit is there for a hang, never as a judgement of the machine's speed.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
