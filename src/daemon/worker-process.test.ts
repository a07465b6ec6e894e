/**
 * Goal of this test: a worker is told what the daemon looks up, before the connections that it is
 * for; and its end is seen, though it has never read its key. The worker is a program of the test's
 * own, which reports what it is told.
 */

import { once } from 'node:events';
import { createServer, type Server, Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { within } from '../../conformance/subjects/deadline.ts';
import { until } from './testing/spiped-process.ts';
import { WorkerProcess } from './worker-process.ts';

const PROGRAM = Buffer.from(`
  process.on('message', (message, socket) => {
    socket?.destroy();
    const say = (level, text) => process.send({ kind: 'log', level, event: 'told', message: text });
    say('info', JSON.stringify(message));
    if (message.kind === 'serve') process.send({ kind: 'ended', number: message.number });
    if (message.kind === 'finish') process.disconnect();
  });
`);

let server: Server;
beforeEach(async () => {
  server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
});

/** An accepted socket. */
async function accepted(): Promise<Socket> {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const [[socket]] = await Promise.all([
    once(server, 'connection'),
    new Promise((resolve) => new Socket().connect(address.port).once('connect', resolve)),
  ]);
  return socket;
}

/** A worker with this program; what it has told, and why it ended. */
function start(program: Uint8Array, target: { readonly endpoints: readonly { path: string }[] }) {
  const told: string[] = [];
  const gone: string[] = [];
  const worker = new WorkerProcess({
    names: { source: { path: '/s' }, target: target.endpoints, bind: undefined },
    program,
    secret: new Uint8Array(32),
    target,
    logger: { log: (_level, _event, message) => told.push(JSON.parse(message).kind) },
    ready: () => {},
    gone: ({ reason }) => gone.push(reason),
  });
  return { worker, told, gone };
}

test('addresses that were looked up again are told before the next connection, and once', async () => {
  const target = { endpoints: [{ path: '/old' }] };
  const { worker, told, gone } = start(PROGRAM, target);
  const serve = async () => {
    const socket = await accepted();
    await within('a connection', new Promise<void>((ended) => worker.serve({ socket, ended })));
  };
  worker.start();
  await serve();
  target.endpoints = [{ path: '/new' }];
  await serve();
  await serve();
  worker.finish();
  await until('the end of the worker', () => gone.length > 0);
  expect(told).toEqual([
    ...['start', 'serve', 'served'],
    ...['target', 'serve', 'served', 'serve', 'served', 'finish'],
  ]);
  expect(gone).toEqual(['exit status 0']);
});

test('its end is told, though it has read neither all of its program nor its key', async () => {
  const { worker, gone } = start(Buffer.alloc(8 * 1024 * 1024, ' '), { endpoints: [] });
  worker.kill();
  await until('the end of the worker', () => gone.length > 0);
  expect(gone).toEqual(['SIGKILL']);
});
