/** Goal of these tests: a dial tries its endpoints in order and says how it ended, once. */

import { once } from 'node:events';
import { createServer, type Server, Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Channel } from './channel.ts';
import type { Endpoint } from './resolve.ts';
import { acceptedChannel, dial, nameEndpoint, type SocketOptions } from './socket.ts';
import { listenOnLoopback } from './testing/socket-pair.ts';

let server: Server;
let port: number;
const opened: { destroy(): void }[] = [];

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => opened.push(socket));
  port = await listenOnLoopback(server);
});

afterEach(() => {
  for (const one of opened.splice(0)) one.destroy();
  server.close();
});

/** A port of loopback on which nothing listens. */
async function deafPort(): Promise<number> {
  const closed = createServer();
  const free = await listenOnLoopback(closed);
  await new Promise((resolve) => closed.close(resolve));
  return free;
}

function dialled(
  endpoints: readonly Endpoint[],
  options: SocketOptions = { keepAlive: true },
): Promise<Channel | string> {
  return new Promise((resolve) => {
    dial(endpoints, options, {
      connected: (channel) => {
        opened.push(channel);
        resolve(channel);
      },
      failed: resolve,
    });
  });
}

const local = (at: number): Endpoint => ({ host: '127.0.0.1', port: at, family: 4 });

//= CN-5
//# The addresses of a target MUST be tried in the order the resolver gives, one at a time, and the
//# first that connects is used.
test('CN-5: the first endpoint that answers is used', async () => {
  const deaf = await deafPort();
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const channel = await dialled([local(deaf), local(port), local(deaf)]);
  const [socket] = await accepted;
  expect(channel).toMatchObject({
    peer: `[127.0.0.1]:${port}`,
    // Our own end, as the other one sees it.
    local: `[127.0.0.1]:${socket.remotePort}`,
  });
});

test('CN-4: when none answers, the last reason is told', async () => {
  const deaf = await deafPort();
  expect(await dialled([{ path: '/nonexistent/socket' }, local(deaf)])).toBe('ECONNREFUSED');
  expect(await dialled([local(deaf), { path: '/nonexistent/socket' }])).toBe('ENOENT');
});

test('without an endpoint the dial fails', async () => {
  expect(await dialled([])).toBe('EADDRNOTAVAIL');
});

//= CL-22
//# Connections to the target MUST be made from the address of `-b`, when it is given, whose port
//# may be left out.
test('-b: the connection comes from the given address, and port', async () => {
  const from = await deafPort();
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  await dialled([local(port)], { keepAlive: true, bind: { host: '127.0.0.2', port: from } });
  const [socket] = await accepted;
  expect([socket.remoteAddress, socket.remotePort]).toEqual(['127.0.0.2', from]);
});

test('-b: an address that is not ours fails like an endpoint', async () => {
  const code = await dialled([local(port)], {
    keepAlive: true,
    bind: { host: '192.0.2.1', port: 0 },
  });
  expect(code).toBe('EADDRNOTAVAIL');
});

test('a cancelled dial says nothing', async () => {
  const deaf = await deafPort();
  const heard: string[] = [];
  const cancel = dial(
    [local(deaf), local(port)],
    { keepAlive: true },
    {
      connected: () => heard.push('connected'),
      failed: (code) => heard.push(code),
    },
  );
  cancel();
  // Another dial to the same places comes to its end; the cancelled one would have, too.
  await dialled([local(deaf), local(port)]);
  expect(heard).toEqual([]);
});

test('a dial that is cancelled when its failure is on its way says nothing either', async () => {
  const heard = (): void => expect.unreachable('this was cancelled');
  const options = { keepAlive: true, bind: { host: '192.0.2.1', port: 0 } };
  const cancel = dial([local(port)], options, { connected: heard, failed: heard });
  // Node finds out in one tick, and tells it in the tick after the next.
  process.nextTick(cancel);
  await dialled([local(port)], options);
});

test('what happens to a connected socket is not the dial’s business any more', async () => {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const listener = { connected: vi.fn<(channel: Channel) => void>(), failed: vi.fn() };
  const connected = new Promise<Channel>((resolve) => {
    listener.connected.mockImplementation(resolve);
  });
  const cancel = dial([local(port), local(port)], { keepAlive: true }, listener);
  const channel = await connected;
  opened.push(channel);
  // Without effect when the dial is over.
  cancel();
  const [socket] = await accepted;
  const failed = new Promise((resolve) => {
    channel.attach({
      bytesReceived: () => {},
      endReceived: () => {},
      writeCompleted: () => {},
      endCompleted: () => {},
      failed: resolve,
    });
  });
  channel.startReading();
  socket.resetAndDestroy();
  expect(await failed).toBe('ECONNRESET');
  // A dial to the second endpoint would come before this one.
  await dialled([local(port)]);
  expect(listener.connected).toHaveBeenCalledOnce();
  expect(listener.failed).not.toHaveBeenCalled();
});

test('CN-10: a dialled socket can be written to after the other end has ended', async () => {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const channel = await dialled([local(port)]);
  if (typeof channel === 'string') throw new Error(channel);
  const [socket] = await accepted;
  await new Promise<void>((resolve) => {
    channel.attach({
      bytesReceived: () => {},
      endReceived: resolve,
      writeCompleted: () => {},
      endCompleted: () => {},
      failed: () => {},
    });
    channel.startReading();
    socket.end();
  });
  await new Promise(setImmediate);
  channel.send(Buffer.from('still here'));
  expect(String((await once(socket, 'data'))[0])).toBe('still here');
});

test('endpoints and peers are named as addresses are written', async () => {
  expect(nameEndpoint({ host: '::1', port: 25, family: 6 })).toBe('[::1]:25');
  expect(nameEndpoint({ path: '/run/x' })).toBe('/run/x');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  await dialled([local(port)]);
  const [socket] = await accepted;
  expect(acceptedChannel(socket, local(port)).peer).toMatch(/^\[127\.0\.0\.1\]:\d+$/);
  expect(acceptedChannel(socket, { path: '/run/x' }).peer).toBe('local client');
  // A socket without a remote end: as one that was reset before it was accepted.
  expect(acceptedChannel(new Socket(), local(port)).peer).toBe('unknown client');
});
