/** A daemon's heap: collected once in so many connections, by a function that V8 has. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import {
  BYTES_PER_COLLECTION,
  CONNECTIONS_PER_COLLECTION,
  HEAP_OPTIONS,
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

test('where Node was not told to give a function to collect with, nothing is collected', () => {
  const keeper = keepHeapSmall();
  for (let i = 0; i < CONNECTIONS_PER_COLLECTION; i++) keeper.connectionEnded();
});

/** A test program under the options that a daemon runs with. */
async function withHeapOptions(name: string): Promise<string> {
  const script = fileURLToPath(new URL(`testing/${name}.ts`, import.meta.url));
  const args = [...HEAP_OPTIONS, '--import', 'tsx', script];
  return (await promisify(execFile)(process.execPath, args)).stdout;
}

test('a collection frees what nobody refers to', async () => {
  expect(await withHeapOptions('collected')).toBe('freed\n');
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
  const bytes = Number(await withHeapOptions('new-space'));
  // Left to itself it takes 8 MiB or more (Node 20) after so much garbage.
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(4 * 1024 * 1024);
});
