/** What is said where a UNIX socket cannot be made. Replacing one is tested with the listener. */

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listen } from './listen.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spiped-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

test('a UNIX socket in a directory that does not exist is refused with ENOENT, as in C', async () => {
  await expect(
    listen(createServer(), { path: join(directory, 'missing', 'socket') }),
  ).rejects.toMatchObject({ code: 'ENOENT', syscall: 'listen', errno: -2 });
});

test('a UNIX socket in a directory that may not be written stays EACCES', async () => {
  // Root may write everywhere: so the system's refusal is played.
  const server = createServer();
  const refusal = Object.assign(new Error('refused'), { code: 'EACCES' });
  server.listen = () => {
    process.nextTick(() => server.emit('error', refusal));
    return server;
  };
  await expect(listen(server, { path: join(directory, 'socket') })).rejects.toBe(refusal);
});
