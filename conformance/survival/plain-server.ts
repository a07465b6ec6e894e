/**
 * A target whose behaviour can change between connections, and which counts what is open.
 *
 * Unlike the targets of the interop matrix it reads only what its behaviour reads, so that it can be
 * one that never reads.
 */

import { createServer, type Server, type Socket } from 'node:net';
import { type Address, addressOf } from '../subjects/addresses.ts';
import { within } from '../subjects/deadline.ts';
import type { Scope } from '../subjects/scope.ts';

/** What the server does with a new connection, which is paused. */
export type Manner = (socket: Socket) => void;

/** Sends back what comes, and its end. */
export const echoing: Manner = (socket) => {
  socket.pipe(socket);
};

/** Reads nothing, says nothing, ends nothing. */
export const ignoring: Manner = () => {};

export class PlainServer {
  readonly address: Address;
  /** What is done with the connections to come. */
  manner: Manner;
  /** Connections so far. */
  accepted = 0;
  readonly open = new Set<Socket>();
  readonly #server: Server;

  private constructor(server: Server, port: number, manner: Manner) {
    this.address = addressOf('ipv4', port);
    this.manner = manner;
    this.#server = server;
    server.on('connection', (socket) => {
      this.accepted += 1;
      this.open.add(socket);
      // A connection that the pipe resets is an end like another.
      socket.on('error', () => {});
      socket.once('close', () => this.open.delete(socket));
      this.manner(socket);
    });
  }

  /** Listens on a port of 127.0.0.1: the given one, or any. */
  static async start(scope: Scope, manner: Manner, port = 0): Promise<PlainServer> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: '127.0.0.1', port, backlog: BACKLOG }, resolve);
    });
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port');
    const target = new PlainServer(server, bound.port, manner);
    scope.onClose(() => target.close());
    return target;
  }

  /** Stops listening and destroys what is open. Safe to call twice. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.open) socket.destroy();
    await within('the target closes', closed);
  }
}

const BACKLOG = 1_024;
