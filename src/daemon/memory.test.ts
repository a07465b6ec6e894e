/** A daemon's heap: collected once in so many connections, by a function that V8 does have. */

import { getHeapSpaceStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import {
  BYTES_PER_COLLECTION,
  CONNECTIONS_PER_COLLECTION,
  fixNewSpace,
  keepHeapSmall,
} from './memory.ts';

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

test('the space for new objects does not grow, also when it is fixed after a thread has begun', async () => {
  const thread = new Worker('setInterval(() => {}, 1000)', { eval: true });
  try {
    await new Promise((resolve) => thread.once('online', resolve));
    const before = newSpace();
    fixNewSpace();
    let kept: object[] = [];
    for (let i = 0; i < 2_000_000; i++) {
      kept.push({ i });
      if (kept.length === 20_000) kept = [];
    }
    // Left to itself it has 8 MiB or more by now.
    expect(newSpace()).toBeLessThanOrEqual(Math.max(before, 4 * 1024 * 1024));
  } finally {
    await thread.terminate();
  }
});

function newSpace(): number {
  const spaces = getHeapSpaceStatistics();
  return spaces.find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}
