/**
 * What a server's target gets of the plaintext that was accepted before a fatal event, and how its
 * stream ends then: one trial, with any program as the `-d` end.
 *
 * A client that has the key sends good packets and then what is fatal: a bad packet, a reset, or an
 * end inside a packet. The target reads at once, or it is slow: it reads nothing until all that was
 * on its way has come to rest. What is found is in of spec/register.md.
 */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '../subjects/deadline.ts';
import { KeyedClient } from './keyed-client.ts';
import type { UpstreamServer } from './upstream-server.ts';

/** What ends the client's stream. */
export type Ending = 'bad packet' | 'reset' | 'cut packet';

export interface Trial {
  readonly ending: Ending;
  /** Good packets of 1024 bytes before it; fewer where the connection takes no more before a reset. */
  readonly packets: number;
  readonly target: 'fast' | 'slow';
  /** Bytes that the target sends first, of which the client reads none. */
  readonly answer: number;
  /** A slow target reads nothing until the client's connection is closed, however long that takes. */
  readonly untilClosed?: boolean;
}

export interface Result {
  /** Plaintext bytes of the good packets that the program's machine had taken. */
  readonly accepted: number;
  /** How many of them did not reach the target. */
  readonly lost: number;
  /** How the target's stream ended: `in order`, or by an error with this code. */
  readonly end: string;
  /** Whether the client's connection was closed while the target had read nothing yet. */
  readonly closedAtOnce: boolean;
}

const MESSAGE = randomBytes(1024);
const PACKETS_A_WRITE = 32;

/** Run one trial against a server with this key. */
export async function tryFatalEnd(
  server: UpstreamServer,
  keyFile: Uint8Array,
  { ending, packets, target: pace, answer, untilClosed = false }: Trial,
): Promise<Result> {
  const client = await KeyedClient.connect(server.port, keyFile);
  const target = await server.next();
  try {
    if (pace === 'slow') target.socket.pause();
    client.socket.write(await client.exchangeNonces(() => randomBytes(32)));
    client.socket.write(client.publicValueMessage(1n));
    await client.receivePublicValue();
    client.agreeOn(1n);
    if (answer > 0) {
      client.socket.pause();
      target.socket.write(Buffer.alloc(answer));
      await atRest(target.socket);
    }
    let closed = false;
    const clientEnd = client.untilEnd().then(() => {
      closed = true;
    });
    send(client, packets, ending);
    if (untilClosed) await within("the end of the client's connection", clientEnd);
    else if (ending === 'reset' || pace === 'slow') await atRest(client.socket);
    let accepted = packets;
    if (ending === 'reset') {
      const unsent = client.socket.writableLength + unacknowledged(client.socket);
      accepted = Math.min(packets, Math.floor((packets * 1060 - unsent) / 1060));
      client.socket.resetAndDestroy();
      if (pace === 'slow') await sleep(REST);
    }
    const closedAtOnce = closed;
    target.socket.resume();
    const end = await within('the end at the target', target.end, () => target.received().length);
    const lost = accepted * MESSAGE.length - target.received().length;
    return {
      accepted: accepted * MESSAGE.length,
      // What was still on its way to the program's machine may have arrived, too.
      lost: Math.max(0, lost),
      end,
      closedAtOnce,
    };
  } finally {
    client.close();
    target.socket.destroy();
  }
}

/** Good packets, and in one write with the last of them what is fatal, unless that is a reset. */
function send(client: KeyedClient, packets: number, ending: Ending): void {
  const stream = Array.from({ length: packets }, () => client.packet(MESSAGE));
  const last = client.packet(MESSAGE);
  last[0] = (last[0] ?? 0) ^ 1;
  if (ending === 'bad packet') stream.push(last);
  if (ending === 'cut packet') stream.push(last.subarray(0, 500));
  for (let i = 0; i < stream.length; i += PACKETS_A_WRITE) {
    client.socket.write(Buffer.concat(stream.slice(i, i + PACKETS_A_WRITE)));
  }
  if (ending === 'cut packet') client.socket.end();
}

/** So long nothing may move until all is called at rest, in milliseconds. */
const REST = 300;

/** Nothing has moved on this socket for a while. */
async function atRest(socket: Socket): Promise<void> {
  let before = -1;
  for (let waiting = 0; waiting !== before; await sleep(REST)) {
    before = waiting;
    waiting = socket.writableLength + unacknowledged(socket);
  }
}

/** Bytes of this TCP socket that the other machine has not acknowledged (Linux; 0 elsewhere). */
function unacknowledged({ localPort = 0, remotePort = 0 }: Socket): number {
  const [own, peer] = [localPort, remotePort].map(
    (port) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`,
  );
  // The kernel's list is read in pieces: where sockets come and go, one can be missing.
  for (let attempt = 0; attempt < 20; attempt++) {
    for (const line of openSockets().split('\n')) {
      const [, local = '', remote = '', , queues = ''] = line.trim().split(/\s+/);
      if (local.endsWith(own ?? '') && remote.endsWith(peer ?? '')) {
        return Number.parseInt(queues, 16);
      }
    }
  }
  return 0;
}

function openSockets(): string {
  try {
    return readFileSync('/proc/net/tcp', 'utf8');
  } catch {
    return '';
  }
}
