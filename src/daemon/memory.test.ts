/** A daemon's heap: collected once in so many connections, by a function that V8 does have. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { BYTES_PER_COLLECTION, CONNECTIONS_PER_COLLECTION, keepHeapSmall } from './memory.ts';

test('the heap is collected once in a thousand connections', () => {
  let collections = 0;
  const keeper = keepHeapSmall(() => {
    collections += 1;
  });
  for (let i = 1; i < CONNECTIONS_PER_COLLECTION; i++) keeper.connectionEnded();
  expect(collections).toBe(0);
  keeper.connectionEnded();
  expect(collections).toBe(1);
  for (let i = 0; i < CONNECTIONS_PER_COLLECTION; i++) keeper.connectionEnded();
  expect(collections).toBe(2);
});

test('a collection frees what nobody refers to, and the program has no gc of its own after it', async () => {
  const keeper = keepHeapSmall();
  let freed = false;
  const registry = new FinalizationRegistry(() => {
    freed = true;
  });
  registry.register({}, 'an object');
  for (let turn = 0; turn < 1000 && !freed; turn++) {
    for (let i = 0; i < CONNECTIONS_PER_COLLECTION; i++) keeper.connectionEnded();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(freed).toBe(true);
  expect('gc' in globalThis).toBe(false);
});

test('new objects are collected once in so many bytes', () => {
  const collections: string[] = [];
  const keeper = keepHeapSmall(({ type }) => collections.push(type));
  keeper.bytesReceived(BYTES_PER_COLLECTION - 1);
  expect(collections).toEqual([]);
  keeper.bytesReceived(1);
  expect(collections).toEqual(['minor']);
  keeper.bytesReceived(BYTES_PER_COLLECTION - 1);
  expect(collections).toEqual(['minor']);
});

test('the space for new objects stays small, also when a thread has begun', async () => {
  // In a process of its own: the one of the tests has grown long ago.
  const script = fileURLToPath(new URL('testing/new-space.ts', import.meta.url));
  const args = ['--import', 'tsx', script, 'fixed'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  // Left to itself it takes 8 MiB or more (Node 20) after so much garbage.
  expect(Number(stdout)).toBeGreaterThan(0);
  expect(Number(stdout)).toBeLessThanOrEqual(4 * 1024 * 1024);
});
