/**
 * Goal of these tests: a pool in this process lets go of everything at its end, and leaves K nowhere.
 */

import { afterEach, expect, test } from 'vitest';
import { parseSpiped } from '../cli/spiped-options.ts';
import { ExponentiationThread, type ThreadOptions } from '../io/exponentiation-thread.ts';
import { createInProcessPool } from './pool.ts';
import { until } from './testing/spiped-process.ts';

/** What a thread runs here: a thread of Node's takes no TypeScript everywhere. */
const script = new URL('../../dist/io/exponentiation-worker.js', import.meta.url);

/** The threads that were begun, and what each was told. */
const threads: TestThread[] = [];

class TestThread extends ExponentiationThread {
  readonly told: ThreadOptions;

  constructor(options: ThreadOptions) {
    super({ ...options, script });
    this.told = options;
    threads.push(this);
  }
}

afterEach(() => {
  for (const thread of threads.splice(0)) thread.close();
});

function poolOf(secret: Uint8Array, ...more: readonly string[]) {
  const parsed = parseSpiped(['-F', '-d', '-s', '/s', '-t', '/t', '-k', 'key', ...more]);
  if (parsed.kind !== 'run') throw new Error(parsed.text);
  const { config } = parsed;
  const endpoints = [{ path: '/t' }];
  const options = {
    config,
    names: { source: { path: '/s' }, target: endpoints, bind: undefined },
    secret,
    target: { endpoints },
    logger: { log: () => {} },
  };
  return createInProcessPool(options, TestThread);
}

//= KF-11
//# K SHOULD be overwritten in memory when the last connection that can use it has ended.
test('KF-11: at its end the thread is ended, and K is overwritten', async () => {
  const secret = new Uint8Array(32).fill(7);
  const pool = poolOf(secret);
  await pool.prepare();
  const [thread] = threads;
  expect(thread?.running).toBe(false);
  pool.start();
  await until('a thread that works', () => thread?.running);
  expect(secret).toEqual(new Uint8Array(32).fill(7));
  await pool.close();
  expect(thread?.running).toBe(false);
  expect(secret).toEqual(new Uint8Array(32));
});

test.each([
  ['as many key pairs are made ahead as the thread likes', [], undefined],
  ['with -f none is made ahead', ['-f'], 0],
] as const)('%s', (_what, options, ahead) => {
  poolOf(new Uint8Array(32), ...options);
  expect(threads.map(({ told }) => told.ahead)).toEqual([ahead]);
});
