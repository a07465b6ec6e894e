/**
 * Goal of these tests: a pool in this process lets go of everything at its end, and leaves K nowhere.
 */

import { afterEach, expect, test, vi } from 'vitest';
import { parseSpiped } from '../cli/spiped-options.ts';
import type { ThreadedExponentiator } from '../io/exponentiation-thread.ts';
import { createInProcessPool } from './pool.ts';
import { until } from './testing/spiped-process.ts';

/** The threads that were begun, and how many key pairs each is told to make ahead. */
const threads: { readonly ahead: number | undefined; readonly thread: ThreadedExponentiator }[] =
  [];
vi.mock('../io/exponentiation-thread.ts', async (original) => {
  const module = await original<typeof import('../io/exponentiation-thread.ts')>();
  return {
    ...module,
    createExponentiationThread: (
      ...[options]: Parameters<typeof module.createExponentiationThread>
    ) => {
      const thread = module.createExponentiationThread(options);
      threads.push({ ahead: options?.ahead, thread });
      return thread;
    },
  };
});
afterEach(() => {
  for (const { thread } of threads.splice(0)) thread.close();
});

function poolOf(secret: Uint8Array, ...more: readonly string[]) {
  const parsed = parseSpiped(['-F', '-d', '-s', '/s', '-t', '/t', '-k', 'key', ...more]);
  if (parsed.kind !== 'run') throw new Error(parsed.text);
  const { config } = parsed;
  const endpoints = [{ path: '/t' }];
  return createInProcessPool({
    config,
    names: { source: { path: '/s' }, target: endpoints },
    secret,
    target: { endpoints },
    logger: { log: () => {} },
  });
}

//= KF-11
//# K SHOULD be overwritten in memory when the last connection that can use it has ended.
test('KF-11: at its end the thread has ended, and K is overwritten', async () => {
  const secret = new Uint8Array(32).fill(7);
  const pool = poolOf(secret);
  await pool.prepare();
  const [begun] = threads;
  expect(begun?.thread.running).toBe(false);
  pool.start();
  await until('a thread that works', () => begun?.thread.running);
  expect(secret).toEqual(new Uint8Array(32).fill(7));
  await pool.close();
  expect(begun?.thread.running).toBe(false);
  expect(secret).toEqual(new Uint8Array(32));
});

test.each([
  ['as many key pairs are made ahead as the thread likes', [], undefined],
  ['with -f none is made ahead', ['-f'], 0],
] as const)('%s', (_what, options, ahead) => {
  poolOf(new Uint8Array(32), ...options);
  expect(threads.map((one) => one.ahead)).toEqual([ahead]);
});
