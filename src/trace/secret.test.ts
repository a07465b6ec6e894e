/** Goal: K is there for the task, and nowhere afterwards, however the task ends (KF-8). */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withSecret, withSecretIfGiven } from './secret.ts';

let directory: string;
let keyFile: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'spiped-trace-secret-'));
  keyFile = path.join(directory, 'key');
  await writeFile(keyFile, 'a key');
});
afterEach(() => rm(directory, { recursive: true }));

const ERASED = new Uint8Array(32);

test('K is overwritten when its task is done, and not before', async () => {
  let seen: Uint8Array | undefined;
  const result = await withSecret(keyFile, async (secret) => {
    await Promise.resolve();
    expect(secret).not.toEqual(ERASED);
    seen = secret;
    return 'done';
  });
  expect(result).toBe('done');
  expect(seen).toEqual(ERASED);
});

test('K is overwritten when its task fails', async () => {
  let seen: Uint8Array | undefined;
  const failing = withSecretIfGiven(keyFile, async (secret) => {
    seen = secret;
    throw new Error('on command');
  });
  await expect(failing).rejects.toThrow('on command');
  expect(seen).toEqual(ERASED);
});

test('K is overwritten when its task throws before it has a promise', async () => {
  let seen: Uint8Array | undefined;
  const failing = withSecret(keyFile, (secret): Promise<never> => {
    seen = secret;
    throw new Error('on command');
  });
  await expect(failing).rejects.toThrow('on command');
  expect(seen).toEqual(ERASED);
});

test('without a file there is no key', async () => {
  expect(await withSecretIfGiven(undefined, async (secret) => secret)).toBeUndefined();
});
