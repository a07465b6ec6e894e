/**
 * Goal of these tests: the kernel is asked for what CN-17 wants of TCP sockets, on both sides.
 *
 * Node gives no way to read an option of a socket, so that the calls of its handles are watched.
 */

import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openListener } from './listener.ts';
import { dial } from './socket.ts';
import { listenOnLoopback, socketPair } from './testing/socket-pair.ts';

/** What a socket of Node has below it. */
interface Handle {
  setNoDelay(on: boolean): number;
  setKeepAlive(on: boolean, seconds: number): number;
}

const handleOf = (socket: Socket): Handle => (socket as Socket & { _handle: Handle })._handle;

const calls: { handle: unknown; option: string; on: boolean }[] = [];
const opened: { destroy(): void }[] = [];

beforeEach(async () => {
  const pair = await socketPair();
  const handles = Object.getPrototypeOf(handleOf(pair.far)) as Handle;
  pair.close();
  for (const option of ['setNoDelay', 'setKeepAlive'] as const) {
    const real = handles[option];
    vi.spyOn(handles, option).mockImplementation(function (this: Handle, on: boolean, seconds = 0) {
      calls.push({ handle: this, option, on });
      return real.call(this, on, seconds);
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  calls.length = 0;
  for (const one of opened.splice(0)) one.destroy();
});

/** What was set on the one socket on which something was set: the other end is Node's alone. */
function whatWasSet(): Record<string, boolean> {
  expect(new Set(calls.map(({ handle }) => handle)).size).toBe(1);
  return Object.fromEntries(calls.map(({ option, on }) => [option, on]));
}

//= CN-17
//# TCP sockets SHOULD have `TCP_NODELAY` set, and keep-alive on unless `-j` is given, on both sides.
test.each([
  ['', true, { setNoDelay: true, setKeepAlive: true }],
  [' with -j', false, { setNoDelay: true }],
])(
  'CN-17: an accepted socket has no delay, and keep-alive as asked%s',
  async (_, keepAlive, what) => {
    const port = await freePort();
    let accepted: () => void = () => {};
    const listener = await openListener({
      context: { maximumOpen: 2, maximumWaiting: 1 },
      endpoint: { host: '127.0.0.1', port, family: 4 },
      sockets: { keepAlive },
      serve: (socket, ended) => {
        opened.push(socket, { destroy: ended });
        accepted();
      },
      limitReached: () => {},
      acceptFailed: () => {},
      socketLeft: () => {},
    });
    opened.push({ destroy: () => listener.shutDown() });
    const served = new Promise<void>((resolve) => {
      accepted = resolve;
    });
    opened.push(connect(port, '127.0.0.1'));
    await served;
    expect(whatWasSet()).toEqual(what);
  },
);

//= CN-17
//# TCP sockets SHOULD have `TCP_NODELAY` set, and keep-alive on unless `-j` is given, on both sides.
test.each([
  ['', true, { setNoDelay: true, setKeepAlive: true }],
  [' with -j', false, { setNoDelay: true }],
])(
  'CN-17: a dialled socket has no delay, and keep-alive as asked%s',
  async (_, keepAlive, what) => {
    const server = createServer((socket) => opened.push(socket));
    opened.push({ destroy: () => server.close() });
    const port = await listenOnLoopback(server);
    await new Promise<void>((resolve, reject) => {
      dial(
        [{ host: '127.0.0.1', port, family: 4 }],
        { keepAlive },
        {
          connected: (channel) => {
            opened.push(channel);
            resolve();
          },
          failed: reject,
        },
      );
    });
    expect(whatWasSet()).toEqual(what);
  },
);

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
