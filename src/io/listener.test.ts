/** Goal of these tests: the listener holds, serves and refuses real sockets, and finishes. */

import { once } from 'node:events';
import fs, {
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net, { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { Channel } from './channel.ts';
import { type Listener, openListener } from './listener.ts';
import type { Endpoint } from './resolve.ts';
import { acceptedChannel } from './socket.ts';
import { listenOnLoopback } from './testing/socket-pair.ts';

const clients: Socket[] = [];
const directories: string[] = [];
const listeners: Listener[] = [];

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  for (const client of clients.splice(0)) client.destroy();
  for (const listener of listeners.splice(0)) listener.shutDown();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'listener-'));
  directories.push(directory);
  return directory;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Served {
  readonly channel: Channel;
  end(): void;
}

/** A listener that collects what it serves. */
async function collecting(endpoint: Endpoint, maximumOpen = 100, maximumWaiting = 10) {
  const served: Served[] = [];
  const limits: number[] = [];
  let wake: (() => void) | undefined;
  const listener = await openListener({
    context: { maximumOpen, maximumWaiting },
    endpoint,
    sockets: { keepAlive: true },
    serve: (socket, ended) => {
      const channel = acceptedChannel(socket, endpoint);
      served.push({
        channel,
        end: () => {
          channel.destroy();
          ended();
        },
      });
      wake?.();
    },
    limitReached: (limit) => limits.push(limit),
    acceptFailed: () => {},
    socketLeft: () => {},
  });
  listeners.push(listener);
  const reached = async (count: number): Promise<void> => {
    while (served.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { listener, served, limits, reached };
}

async function knock(endpoint: Endpoint): Promise<Socket> {
  const client = connect(endpoint).on('error', () => {});
  clients.push(client);
  await once(client, 'connect');
  return client;
}

test('CN-18: beyond the limit a connection waits unread, and is served when one ends', async () => {
  const endpoint = { host: '127.0.0.1', port: await freePort(), family: 4 as const };
  const { served, limits, reached } = await collecting(endpoint, 2);
  for (let i = 0; i < 4; i++) await knock(endpoint);
  clients[2]?.write('I wait');
  await reached(2);
  expect(limits).toEqual([2]);
  served[0]?.end();
  await reached(3);
  expect(served).toHaveLength(3);
  const received = new Promise<string>((resolve) => {
    served[2]?.channel.attach({
      bytesReceived: (bytes) => resolve(Buffer.from(bytes).toString()),
      endReceived: () => {},
      writeCompleted: () => {},
      endCompleted: () => {},
      failed: resolve,
    });
  });
  served[2]?.channel.startReading();
  expect(await received).toBe('I wait');
});

//= CN-25
//# A daemon at its limit MAY close connections that cannot be queued.
test('CN-18: when too many wait, the next is refused by a close', async () => {
  const endpoint = { host: '127.0.0.1', port: await freePort(), family: 4 as const };
  const { served, reached } = await collecting(endpoint, 1, 1);
  await knock(endpoint);
  await knock(endpoint);
  const third = await knock(endpoint);
  await once(third.resume(), 'close');
  await reached(1);
  expect(served).toHaveLength(1);
});

test('CN-19: a shutdown refuses the waiting, and finishes with the last open one', async () => {
  const endpoint = { host: '127.0.0.1', port: await freePort(), family: 4 as const };
  const { listener, served, reached } = await collecting(endpoint, 1);
  await knock(endpoint);
  const waiting = await knock(endpoint);
  await reached(1);
  // The waiting one has been accepted when a third connection, behind it, has been.
  listener.shutDown();
  await once(waiting.resume(), 'close');
  let finished = false;
  void listener.finished.then(() => {
    finished = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(finished).toBe(false);
  expect([listener.open, listener.served]).toEqual([1, 1]);
  served[0]?.end();
  await listener.finished;
  expect([listener.open, listener.served]).toEqual([0, 1]);
  const late = connect(endpoint);
  const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});

test('CN-18: of a socket that is held nothing is read; CN-10: it can be written to after its end', async () => {
  const endpoint = { host: '127.0.0.1', port: await freePort(), family: 4 as const };
  const served: Socket[] = [];
  let end = (): void => {};
  const listener = await openListener({
    context: { maximumOpen: 1, maximumWaiting: 1 },
    endpoint,
    sockets: { keepAlive: true },
    serve: (socket, ended) => {
      served.push(socket);
      end = ended;
    },
    limitReached: () => {},
    acceptFailed: () => {},
    socketLeft: () => {},
  });
  listeners.push(listener);
  await knock(endpoint);
  const waiting = await knock(endpoint);
  await new Promise((done) => waiting.end('I wait', () => done(undefined)));
  // The third is refused when the second has been accepted, and could have been read.
  const third = await knock(endpoint);
  await once(third.resume(), 'close');
  served[0]?.destroy();
  end();
  const [, socket] = served;
  if (socket === undefined) throw new Error('not served');
  expect(socket.bytesRead).toBe(0);
  const [data] = await Promise.all([once(socket, 'data'), once(socket, 'end'), socket.resume()]);
  expect(String(data[0])).toBe('I wait');
  await new Promise(setImmediate);
  socket.end('and still hear');
  expect(String((await once(waiting, 'data'))[0])).toBe('and still hear');
  end();
});

test('CN-15: a socket that fails before there is a channel over it ends nothing else', async () => {
  const endpoint = { host: '127.0.0.1', port: await freePort(), family: 4 as const };
  const over: number[] = [];
  const listener = await openListener({
    context: { maximumOpen: 1, maximumWaiting: 10 },
    endpoint,
    sockets: { keepAlive: true },
    serve: (socket, ended) => {
      socket.once('close', () => {
        over.push(listener.served);
        ended();
      });
      socket.destroy(new Error('reset'));
    },
    limitReached: () => {},
    acceptFailed: () => {},
    socketLeft: () => {},
  });
  listeners.push(listener);
  for (const nth of [1, 2]) {
    const client = await knock(endpoint);
    await once(client.resume(), 'close');
    expect(over).toHaveLength(nth);
  }
});

test('a UNIX socket is removed when listening stops, and nothing else', async () => {
  const path = join(newDirectory(), 'socket');
  const { listener, reached } = await collecting({ path });
  await knock({ path });
  await reached(1);
  listener.shutDown();
  expect(existsSync(path)).toBe(false);
  const next = await collecting({ path });
  writeFileSync(`${path}.new`, 'data');
  renameSync(`${path}.new`, path);
  next.listener.shutDown();
  expect(readFileSync(path, 'utf8')).toBe('data');
});

test('a failure to remove the UNIX socket, or to accept, is told with its code', async () => {
  const path = join(newDirectory(), 'socket');
  let end = (): void => {};
  const told: string[] = [];
  const servers: Server[] = [];
  const real = net.createServer;
  vi.spyOn(net, 'createServer').mockImplementation(((options: net.ServerOpts) => {
    const server = real(options);
    servers.push(server);
    return server;
  }) as typeof createServer);
  syncBuiltinESMExports();
  const listener = await openListener({
    context: { maximumOpen: 1, maximumWaiting: 1 },
    endpoint: { path },
    sockets: { keepAlive: true },
    serve: (socket, ended) => {
      end = () => {
        socket.destroy();
        ended();
      };
    },
    limitReached: () => {},
    acceptFailed: (code) => told.push(`accept ${code}`),
    socketLeft: (code) => told.push(`left ${code}`),
  });
  servers[0]?.emit('error', Object.assign(new Error(), { code: 'ENOBUFS' }));
  vi.spyOn(fs, 'openSync').mockImplementation(() => {
    throw Object.assign(new Error(), { code: 'EMFILE' });
  });
  vi.spyOn(fs, 'unlinkSync').mockImplementation(() => {
    throw Object.assign(new Error(), { code: 'EACCES' });
  });
  syncBuiltinESMExports();
  await knock({ path });
  while (told.length < 2) await new Promise(setImmediate);
  listener.shutDown();
  expect(told).toEqual(['accept ENOBUFS', 'accept EMFILE', 'left EACCES']);
  end();
  await listener.finished;
});

test('a port that is taken is an error of the system', async () => {
  const other = createServer();
  const port = await listenOnLoopback(other);
  await expect(collecting({ host: '127.0.0.1', port, family: 4 })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  other.close();
});
