/**
 * A port where connecting hangs: somebody listens and never accepts, and the queue is full, so that
 * the kernel drops every further SYN.
 */

import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { within } from '../subjects/deadline.ts';
import type { Scope } from '../subjects/scope.ts';
import { watch } from './vitals.ts';

/** A blocked port, until it is released, by the end of its scope at the latest. */
export interface BlockedPort {
  /** Nobody listens there any more. Safe to call twice. */
  release(): Promise<void>;
}

/** Node accepts whatever comes as long as its event loop turns: so this one stands still. */
const BLOCKED_LISTENER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.on('error', (error) => { throw error; });
  server.listen({ host: '127.0.0.1', port: workerData.port, backlog: 1 }, () => {
    parentPort.postMessage('listening');
    Atomics.wait(workerData.released, 0, 0);
    process.exit();
  });
`;

/** More connections than a queue for one takes. */
const FILLERS = 6;
/** Without an answer for so long, on loopback, a connection hangs; in milliseconds. */
const SILENCE = 100;

/** Blocks this port of 127.0.0.1, on which nobody listens. */
export async function blockPort(scope: Scope, port: number): Promise<BlockedPort> {
  const released = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(BLOCKED_LISTENER, { eval: true, workerData: { port, released } });
  const fillers: Socket[] = [];
  const release = async (): Promise<void> => {
    for (const filler of fillers) filler.destroy();
    Atomics.store(released, 0, 1);
    Atomics.notify(released, 0);
    await within('a blocked port is free', ended);
  };
  scope.onClose(release);
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  await within(
    'a blocked port listens',
    new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject)),
  );
  for (let n = 0; n < FILLERS; n += 1) {
    fillers.push(connect({ host: '127.0.0.1', port }).on('error', () => {}));
  }
  // The queue is full when one of them is left without an answer.
  let connected = -1;
  await watch(
    async () => {
      const before = connected;
      await new Promise((resolve) => setTimeout(resolve, SILENCE));
      connected = fillers.filter((filler) => !filler.connecting).length;
      return connected === before && connected > 0 && connected < FILLERS;
    },
    (full) => full,
  );
  return { release };
}
