/**
 * Plain servers to put behind a pipe: what each does with a connection, and what it saw.
 *
 * All of them keep half-closed connections open, as the pipe must.
 */

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import {
  type Address,
  addressOf,
  newAddress,
  type Spelling,
  unixAddress,
} from '../subjects/addresses.ts';
import { within } from '../subjects/deadline.ts';
import type { Scope } from '../subjects/scope.ts';
import { Receiver, writeForever } from './receiver.ts';

/** One connection that reached a target. */
export interface Visit {
  readonly socket: Socket;
  readonly received: Receiver;
  /** The port it came from; undefined on a UNIX socket. */
  readonly remotePort: number | undefined;
}

/** What a target does with a new connection. Receiving is counted whatever it does. */
export type Behaviour = (visit: Visit) => void;

/** Sends back what it gets, and its end. */
export const echo: Behaviour = ({ socket }) => {
  socket.pipe(socket);
};

/** Takes everything; ends when the other side has. */
export const sink: Behaviour = ({ socket, received }) => {
  void received.ended.then(() => socket.end());
};

/** Takes everything, and only then, after the other side's end, sends `bytes` and ends. */
export const answerAfterEnd =
  (bytes: Uint8Array): Behaviour =>
  ({ socket, received }) => {
    void received.ended.then(() => socket.end(bytes));
  };

/** Speaks first: sends `bytes` at once; then echoes. */
export const speakFirst =
  (bytes: Uint8Array): Behaviour =>
  ({ socket }) => {
    socket.write(bytes);
    socket.pipe(socket);
  };

/** Sends `bytes` and ends at once, but goes on receiving. */
export const endFirst =
  (bytes: Uint8Array): Behaviour =>
  ({ socket }) => {
    socket.end(bytes);
  };

/** Sends without end, and receives; never ends by itself. */
export const stream: Behaviour = ({ socket }) => {
  void writeForever(socket);
};

/**
 * A behaviour that is another one for each connection: the one that was asked for next. So one
 * target serves many cases, one after the other.
 */
export class Turns {
  /** To be given to {@link Target.start}. */
  readonly behaviour: Behaviour;
  /** Connections that nobody had asked for; each was closed at once. */
  strays = 0;
  readonly #waiting: { readonly behaviour: Behaviour; readonly arrived: (visit: Visit) => void }[] =
    [];

  constructor() {
    this.behaviour = (visit) => {
      const next = this.#waiting.shift();
      if (next === undefined) {
        this.strays += 1;
        visit.socket.destroy();
        return;
      }
      next.behaviour(visit);
      next.arrived(visit);
    };
  }

  /** The next connection that nobody else waits for, and what to do with it. */
  next(behaviour: Behaviour): Promise<Visit> {
    return new Promise((arrived) => {
      this.#waiting.push({ behaviour, arrived });
    });
  }

  /** How many that were asked for have not come. */
  get missing(): number {
    return this.#waiting.length;
  }

  /** Waits no longer for those that have not come. */
  giveUp(): void {
    this.#waiting.length = 0;
  }
}

/** A listening target and the connections it got, in order. */
export class Target {
  readonly address: Address;
  readonly visits: Visit[] = [];
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();

  private constructor(server: Server, address: Address, behaviour: Behaviour) {
    this.#server = server;
    this.address = address;
    server.on('connection', (socket) => {
      const visit = {
        socket,
        remotePort: socket.remotePort,
        received: new Receiver(`the target's connection ${this.visits.length + 1}`, socket),
      };
      // A connection that the pipe resets is an end like another; the receiver has noted it.
      socket.on('error', () => {});
      this.visits.push(visit);
      behaviour(visit);
      for (const look of this.#waiting) look();
    });
  }

  /** Starts a target at a new address of this spelling, or at the given one. */
  static async start(
    scope: Scope,
    behaviour: Behaviour,
    where: Spelling | Address = 'ipv4',
  ): Promise<Target> {
    const server = createServer({ allowHalfOpen: true });
    const address = await listen(server, where, scope);
    const target = new Target(server, address, behaviour);
    scope.onClose(() => target.#close());
    scope.onAccount(() => target.account());
    return target;
  }

  /** The n-th connection, counted from 1; waits for it. */
  async visit(n = 1): Promise<Visit> {
    const arrived = new Promise<Visit>((resolve) => {
      const look = () => {
        const visit = this.visits[n - 1];
        if (visit === undefined) return;
        this.#waiting.delete(look);
        resolve(visit);
      };
      this.#waiting.add(look);
      look();
    });
    return await within(`connection ${n} reaches the target`, arrived);
  }

  /**
   * The connections made before this call, once each has been accepted and has ended. To be called
   * when nobody has a reason to hold one open. TCP only.
   */
  async settle(): Promise<readonly Visit[]> {
    // Connections are accepted in order, so when this one is here, so is every earlier one.
    const probe = connect(this.address.net);
    await once(probe, 'connect');
    const own = await this.#visitFrom(probe.localPort);
    probe.destroy();
    for (const { received } of this.visits) await received.over();
    return this.visits.filter((visit) => visit !== own);
  }

  async #visitFrom(port: number | undefined): Promise<Visit> {
    if (port === undefined) throw new Error('only connections over TCP can be told apart');
    for (let n = 1; ; n += 1) {
      const visit = await this.visit(n);
      if (visit.remotePort === port) return visit;
    }
  }

  async #close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const { socket } of this.visits) socket.destroy();
    await within('the target closes', closed);
  }

  /** For the message of a failed test: its connections, without the first so many. */
  account(without = 0): string {
    const visits = this.visits.slice(without).map(({ received }) => `  | ${received.account()}\n`);
    return `target on ${this.address.text}: ${visits.length} connections\n${visits.join('')}`;
  }
}

async function listen(server: Server, where: Spelling | Address, scope: Scope): Promise<Address> {
  if (typeof where !== 'string') {
    await listenAt(server, where.net);
    return where;
  }
  if (where === 'unix') {
    const address = await newAddress('unix', scope.directory);
    await listenAt(server, address.net);
    return address;
  }
  // A name is served on IPv4 only: whoever dials it may have to try several addresses.
  await listenAt(server, { host: where === 'ipv6' ? '::1' : '127.0.0.1', port: 0 });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return unixAddress(String(bound));
  return addressOf(where, bound.port);
}

async function listenAt(server: Server, where: Address['net']): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
