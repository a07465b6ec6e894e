/**
 * How a peer comes to a subject that already runs: on one side its cipher connection, on the other
 * the plain end that belongs to it.
 *
 * A server is dialled, and what it dials in turn is told apart by what comes out of it, never by
 * counting: it may dial when it accepts (CN-2), later, or not at all (CN-20). A client is made to
 * dial the peer by a plain connection to its source; one at a time.
 */

import { createServer, type NetConnectOpts, type Server } from 'node:net';
import type { Role } from './parameters.ts';
import type { PlainSide } from './peer.ts';
import { until, Wire } from './wire.ts';

/** One connection through the subject. */
export interface Contact {
  /** The cipher side, as the peer has it. */
  readonly wire: Wire;
  readonly plain: PlainSide;
  /** Takes away what is left of it. */
  close(): void;
}

/** A subject in one role. */
export interface Reach {
  readonly subject: Role;
  /** The content of its key file. */
  readonly keyFile: Buffer;
  /** What its plain end says as soon as it is connected. */
  readonly greeting: Buffer;
  /**
   * A new connection. With a `token`, which is the first thing said on it, the plain side is the
   * one where that comes out; without, what no other connection has claimed since.
   */
  open(token?: Buffer): Promise<Contact>;
}

/** A listening socket on loopback that keeps what it accepts. */
export class Door {
  readonly accepted: Wire[] = [];
  readonly #server: Server;

  private constructor(limit: number, greeting: Buffer) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      const wire = new Wire(socket, limit);
      this.accepted.push(wire);
      void wire.write(greeting);
    });
  }

  /** Listens on a port that the system gives; says `greeting` to each that comes. */
  static async open(limit: number, greeting: Buffer = Buffer.alloc(0)): Promise<Door> {
    const door = new Door(limit, greeting);
    await new Promise<void>((resolve, reject) => {
      door.#server.once('error', reject);
      door.#server.listen(0, '127.0.0.1', resolve);
    });
    return door;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the door is closed');
    return address.port;
  }

  /** Closes it with all that it has accepted. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const wire of this.accepted) wire.destroy();
    await closed;
  }
}

/** A subject that is a server (`-d`): it listens on `source`, and its target is `backend`. */
export class ServerReach implements Reach {
  readonly subject = 'server';
  readonly keyFile: Buffer;
  readonly greeting: Buffer;
  readonly #source: NetConnectOpts;
  readonly #backend: Door;
  readonly #limit: number;
  readonly #claimed = new Set<Wire>();

  /** `greeting` is what the backend was opened with; `limit` milliseconds, for any one step. */
  constructor(
    keyFile: Buffer,
    source: NetConnectOpts,
    backend: Door,
    greeting: Buffer,
    limit: number,
  ) {
    this.keyFile = keyFile;
    this.#source = source;
    this.#backend = backend;
    this.greeting = greeting;
    this.#limit = limit;
  }

  async open(token?: Buffer): Promise<Contact> {
    const start = this.#backend.accepted.length;
    const wire = await Wire.connect(this.#source, this.#limit);
    const since = () => this.#backend.accepted.slice(start);
    const ends = () => {
      if (token === undefined) return since().filter((end) => !this.#claimed.has(end));
      const own = since().filter((end) => end.bytes().subarray(0, token.length).equals(token));
      for (const end of own) this.#claimed.add(end);
      return own;
    };
    return contact(wire, ends);
  }
}

/** A subject that is a client (`-e`): it listens on `source`, and its target is `door`. */
export class ClientReach implements Reach {
  readonly subject = 'client';
  readonly keyFile: Buffer;
  readonly greeting: Buffer;
  readonly #source: NetConnectOpts;
  readonly #door: Door;
  readonly #limit: number;
  #taken = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    keyFile: Buffer,
    source: NetConnectOpts,
    door: Door,
    greeting: Buffer,
    limit: number,
  ) {
    this.keyFile = keyFile;
    this.#source = source;
    this.#door = door;
    this.greeting = greeting;
    this.#limit = limit;
  }

  /** One after the other, so that who dials is the one that was made to. */
  open(): Promise<Contact> {
    const next = this.#last.then(() => this.#open());
    this.#last = next.catch(() => {});
    return next;
  }

  async #open(): Promise<Contact> {
    const plain = await Wire.connect(this.#source, this.#limit);
    await plain.write(this.greeting);
    const accepted = () => this.#door.accepted[this.#taken];
    await until('the subject to dial', this.#limit, () => accepted() !== undefined);
    const wire = accepted();
    if (wire === undefined) throw new Error('the subject has dialled, and has not');
    this.#taken += 1;
    return contact(wire, () => [plain]);
  }
}

function contact(wire: Wire, ends: () => readonly Wire[]): Contact {
  return {
    wire,
    plain: {
      bytes: () => Buffer.concat(ends().map((end) => end.bytes())),
      over: () => ends().length > 0 && ends().every((end) => end.ending !== undefined),
      open: () => ends().some((end) => end.ending === undefined),
      write: async (bytes) => {
        for (const end of ends()) await end.write(bytes);
      },
      end: () => {
        for (const end of ends()) end.end();
      },
      reset: () => {
        for (const end of ends()) end.reset();
      },
    },
    close: () => {
      wire.destroy();
      for (const end of ends()) end.destroy();
    },
  };
}
