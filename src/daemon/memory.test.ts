/** A daemon's heap: collected once in so many connections, by a function that V8 does have. */

import { expect, test } from 'vitest';
import { CONNECTIONS_PER_COLLECTION, keepHeapSmall } from './memory.ts';

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
