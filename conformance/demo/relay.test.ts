/** The wire tap changes nothing, counts everything, and keeps what it promises to keep. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Relay, startRelay } from './relay.ts';

let over: AbortController;
const undo: (() => Promise<unknown> | unknown)[] = [];

beforeEach(() => {
  over = new AbortController();
});

afterEach(async () => {
  over.abort();
  for (const undoOne of undo.splice(0).reverse()) await undoOne();
});

/** A server on a free port that hands its connections to `serve`. */
async function listen(serve: (socket: Socket) => void): Promise<[Server, number]> {
  const server = createServer({ allowHalfOpen: true }, serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => server.close());
  return [server, (server.address() as AddressInfo).port];
}

async function relayTo(targetPort: number, keep: number): Promise<Relay> {
  const relay = await startRelay({ targetPort, keep, signal: over.signal });
  undo.push(() => relay.close());
  return relay;
}

function dial(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  undo.push(() => socket.destroy());
  return socket;
}

/** Everything to the end of the stream; the socket stays open for writing. */
async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'end');
  return Buffer.concat(chunks);
}

test('bytes and half-closes pass unchanged in both directions, and are counted and kept', async () => {
  const question = Buffer.alloc(100_000, 'question ');
  let asked: Buffer | undefined;
  const [, port] = await listen(async (socket) => {
    // The answer comes only after the question's end: a relay that closes both ways loses it.
    asked = await readAll(socket);
    socket.end('the answer');
  });
  const relay = await relayTo(port, 16);
  const socket = dial(relay.port);
  socket.end(question);

  expect((await readAll(socket)).toString()).toBe('the answer');
  expect(asked?.equals(question)).toBe(true);
  const [wire] = relay.connections;
  expect(wire?.clientToServer.bytes).toBe(question.length);
  expect(wire?.serverToClient.bytes).toBe(10);
  expect(Buffer.concat(wire?.clientToServer.kept ?? [])).toEqual(question.subarray(0, 16));
  await wire?.closed;
});

test('the handshake is over with byte 320 of the server, not before', async () => {
  let server: Socket | undefined;
  const [, port] = await listen((socket) => {
    server = socket;
    socket.resume();
    socket.write(Buffer.alloc(319));
  });
  const relay = await relayTo(port, 0);
  const socket = dial(relay.port);
  const got = once(socket, 'data');
  await got;
  const [wire] = relay.connections;
  expect(wire?.handshakeMilliseconds).toBeUndefined();

  const last = once(socket, 'data');
  server?.write(Buffer.alloc(1));
  await last;
  expect(wire?.handshakeMilliseconds).toBeGreaterThanOrEqual(0);
});

test('a connection that comes before the target listens waits for it', async () => {
  // A port that was free a moment ago, and that nobody listens on until below.
  const early = createServer().listen(0, '127.0.0.1');
  await once(early, 'listening');
  const { port } = early.address() as AddressInfo;
  early.close();
  await once(early, 'close');

  const relay = await relayTo(port, 0);
  const socket = dial(relay.port);
  await once(socket, 'connect');
  const server = createServer((accepted) => accepted.end('late')).listen(port, '127.0.0.1');
  undo.push(() => server.close());
  expect((await readAll(socket)).toString()).toBe('late');
});

test('a connection reset at one end is ended at the other', async () => {
  const [, port] = await listen((socket) => {
    socket.resetAndDestroy();
  });
  const relay = await relayTo(port, 0);
  const socket = dial(relay.port);
  expect(await readAll(socket)).toHaveLength(0);
  // Nobody ends this socket's own direction, so only the reset can have closed the connection.
  await relay.connections[0]?.closed;
});
