/**
 * Running one captured connection: keys, C's daemons, a relay or our own end, and the record.
 */

import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { CapturedEnd, CaptureVector } from '../../vectors/family.ts';
import { toHex } from '../../vectors/format.ts';
import { type Address, addressOf } from '../subjects/addresses.ts';
import { within } from '../subjects/deadline.ts';
import { Scope } from '../subjects/scope.ts';
import { startSpiped } from '../subjects/spiped.ts';
import { type Subject, upstreamSubject } from '../subjects/subject.ts';
import type { FoundUpstream } from '../upstream/locate.ts';
import type { CaptureCase } from './cases.ts';
import { OurEnd } from './our-end.ts';

/** What our own end is called in the record. */
const OURS = 'spiped-ts';

/** Runs the connection of a case, and returns all that is known of it. Waits for C to finish. */
export async function record(upstream: FoundUpstream, given: CaptureCase): Promise<CaptureVector> {
  const scope = await Scope.open();
  try {
    const keyFile = new Uint8Array(randomBytes(32));
    const key = join(scope.directory, 'key');
    await writeFile(key, keyFile, { mode: 0o600 });
    const c = upstreamSubject(upstream);
    const wire = await (given.ours === undefined
      ? betweenC(scope, c, key, given)
      : withUs(scope, c, key, keyFile, given));
    return vectorOf(upstream, given, keyFile, wire);
  } finally {
    await scope.close();
  }
}

/** What was seen of a connection. */
interface Wire {
  readonly fromClient: Uint8Array;
  readonly fromServer: Uint8Array;
  readonly clientPlaintext: Uint8Array;
  readonly serverPlaintext: Uint8Array;
  readonly own?: OurEnd['secrets'];
}

/** C at both ends: application → C → relay → C → application. */
async function betweenC(scope: Scope, c: Subject, key: string, given: CaptureCase): Promise<Wire> {
  const target = await Listening.open(scope);
  const daemon = await startSpiped(scope, c, {
    ...{ role: '-d', source: 'ipv4', target: target.address, key, policy: given.server },
  });
  const relay = await Listening.open(scope);
  const [fromClient, fromServer]: [Buffer[], Buffer[]] = [[], []];
  const relayed = relay.accepted.then(async (client) => {
    const server = open(scope, connect({ ...daemon.source.net, allowHalfOpen: true }));
    await Promise.all([copy(client, server, fromClient), copy(server, client, fromServer)]);
  });
  const encrypting = await startSpiped(scope, c, {
    ...{ role: '-e', source: 'ipv4', target: relay.address, key, policy: given.client },
  });
  const near = new Application(
    open(scope, connect({ ...encrypting.source.net, allowHalfOpen: true })),
  );
  const far = new Application(await within('C dials the target', target.accepted));
  const silence = { up: new Uint8Array(0), down: new Uint8Array(0) };
  if (given.refused !== undefined) {
    // The end that is not refused half-closes its application, and waits for its answer.
    near.endWhenEnded();
    far.endWhenEnded();
  }
  const spoken = given.refused === undefined ? await converse(near, far, given) : silence;
  await within('the relayed connection ends', relayed);
  return {
    fromClient: new Uint8Array(Buffer.concat(fromClient)),
    fromServer: new Uint8Array(Buffer.concat(fromServer)),
    clientPlaintext: spoken.up,
    serverPlaintext: spoken.down,
  };
}

/** C at one end, our core at the other, an application behind C. */
async function withUs(
  scope: Scope,
  c: Subject,
  key: string,
  keyFile: Uint8Array,
  given: CaptureCase,
): Promise<Wire> {
  const K = new Uint8Array(createHash('sha256').update(keyFile).digest());
  const listening = await Listening.open(scope);
  let end: OurEnd;
  let application: Application;
  if (given.ours === 'client') {
    const daemon = await startSpiped(scope, c, {
      ...{ role: '-d', source: 'ipv4', target: listening.address, key, policy: given.server },
    });
    const socket = open(scope, connect({ ...daemon.source.net, allowHalfOpen: true }));
    end = new OurEnd(socket, 'client', K, given);
    application = new Application(await within('C dials the target', listening.accepted));
  } else {
    const daemon = await startSpiped(scope, c, {
      ...{ role: '-e', source: 'ipv4', target: listening.address, key, policy: given.client },
    });
    const socket = open(scope, connect({ ...daemon.source.net, allowHalfOpen: true }));
    application = new Application(socket);
    end = new OurEnd(await within('C dials us', listening.accepted), 'server', K, given);
  }
  await within('the handshake is done', end.established);
  const [near, far] = given.ours === 'client' ? [end, application] : [application, end];
  const spoken = await converse(near, far, given);
  if (end.outcome !== 'closed') throw new Error(`${given.name}: ${end.outcome ?? 'does not end'}`);
  const theirs = new Uint8Array(Buffer.concat(end.received));
  return {
    fromClient: given.ours === 'client' ? end.sent : theirs,
    fromServer: given.ours === 'client' ? theirs : end.sent,
    clientPlaintext: spoken.up,
    serverPlaintext: spoken.down,
    own: end.secrets,
  };
}

/** Someone who writes plaintext into an end and reads what comes out of it. */
interface Speaker {
  readonly plaintext: Uint8Array;
  /** Settles when the connection is gone; never rejects. */
  readonly closed: Promise<void>;
  write(plaintext: Uint8Array): void;
  delivered(length: number): Promise<void>;
  end(): void;
}

/** One message after the other, in turns; then both streams end. */
async function converse(near: Speaker, far: Speaker, given: CaptureCase) {
  let [up, down] = [Buffer.alloc(0), Buffer.alloc(0)];
  for (let i = 0; i < Math.max(given.up.length, given.down.length); i++) {
    const [there, back] = [randomBytes(given.up[i] ?? 0), randomBytes(given.down[i] ?? 0)];
    up = Buffer.concat([up, there]);
    near.write(new Uint8Array(there));
    await within('a message arrives at the server’s end', far.delivered(up.length));
    down = Buffer.concat([down, back]);
    far.write(new Uint8Array(back));
    await within('a message arrives at the client’s end', near.delivered(down.length));
  }
  near.end();
  far.end();
  await within('the client’s end is over', near.closed);
  await within('the server’s end is over', far.closed);
  if (!up.equals(far.plaintext) || !down.equals(near.plaintext)) {
    throw new Error(`${given.name}: what arrived is not what was written`);
  }
  return { up: new Uint8Array(up), down: new Uint8Array(down) };
}

/** A plain connection to or from C. */
class Application implements Speaker {
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #received = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes]);
    });
  }

  get plaintext(): Uint8Array {
    return this.#received;
  }

  write(plaintext: Uint8Array): void {
    if (plaintext.length > 0) this.#socket.write(plaintext);
  }

  end(): void {
    this.#socket.end();
  }

  /** Closes when the other side does. */
  endWhenEnded(): void {
    this.#socket.once('end', () => this.#socket.end());
  }

  async delivered(length: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = () => {
        if (this.#received.length < length) return;
        this.#socket.off('data', look);
        resolve();
      };
      this.#socket.on('data', look);
      look();
    });
  }
}

/** A loopback port of ours and the first connection to it. */
class Listening {
  readonly address: Address;
  readonly accepted: Promise<Socket>;

  private constructor(scope: Scope, server: Server) {
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('no port');
    this.address = addressOf('ipv4', bound.port);
    this.accepted = new Promise((resolve) => {
      server.once('connection', (socket) => resolve(open(scope, socket)));
    });
    scope.onClose(() => server.close());
  }

  static async open(scope: Scope): Promise<Listening> {
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Listening(scope, server);
  }
}

function open(scope: Scope, socket: Socket): Socket {
  socket.on('error', () => {});
  scope.onClose(() => socket.destroy());
  return socket;
}

/** Passes one direction on, with its end, and keeps a copy. */
function copy(from: Socket, to: Socket, into: Buffer[]): Promise<void> {
  return new Promise((resolve) => {
    from.on('data', (bytes: Buffer) => {
      into.push(bytes);
      to.write(bytes);
    });
    from.once('end', () => to.end());
    from.once('close', () => {
      to.end();
      resolve();
    });
  });
}

function vectorOf(
  upstream: FoundUpstream,
  given: CaptureCase,
  keyFile: Uint8Array,
  wire: Wire,
): CaptureVector {
  const c = `C spiped ${upstream.version}`;
  const end = (role: 'client' | 'server', sent: Uint8Array, plaintext: Uint8Array): CapturedEnd => {
    const ours = given.ours === role;
    const complete = sent.length >= 320;
    return {
      implementation: ours ? OURS : c,
      policy: given[role],
      exponentForm: ours ? (wire.own?.form ?? null) : null,
      x: ours && wire.own?.x ? toHex(wire.own.x) : null,
      nonce: toHex(sent.subarray(0, 32)),
      y: complete ? toHex(sent.subarray(32, 288)) : null,
      h: complete ? toHex(sent.subarray(288, 320)) : null,
      packets: toHex(sent.subarray(320)),
      plaintext: toHex(plaintext),
      handshake: handshakeOf(given, role),
    };
  };
  return {
    id: `c-captures/${given.name}`,
    comment: given.comment,
    flags: given.flags,
    result: given.refused === undefined ? 'valid' : 'invalid',
    source: `captured from ${c}`,
    blackBox: false,
    keyFile: toHex(keyFile),
    ySC: given.refused === undefined ? toHex(wire.own?.ySC ?? one()) : null,
    client: end('client', wire.fromClient, wire.clientPlaintext),
    server: end('server', wire.fromServer, wire.serverPlaintext),
  };
}

function handshakeOf({ refused }: CaptureCase, role: 'client' | 'server'): string {
  if (refused === undefined) return 'established';
  if (refused.by === role) return refused.fault;
  return refused.by === 'server' ? 'handshake-ended-without-forward-secrecy' : 'established';
}

function one(): Uint8Array {
  const bytes = new Uint8Array(256);
  bytes[255] = 1;
  return bytes;
}
