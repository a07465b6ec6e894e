/**
 * What a server's target gets of the plaintext that was accepted before a fatal event, and how its
 * stream ends then: one trial, with any program as the `-d` end.
 *
 * A client that has the key sends good packets and then what is fatal: a bad packet, a reset, or an
 * end inside a packet. The target reads at once, or it is slow: it reads nothing until all that was
 * on its way has come to rest. What C and ours do is in of spec/register.md.
 */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeyedClient } from './keyed-client.ts';
import type { UpstreamServer } from './upstream-server.ts';

/** What ends the client's stream. */
export type Ending = 'bad packet' | 'reset' | 'cut packet';

export interface Trial {
  readonly ending: Ending;
  /** Good packets of 1024 bytes before it; fewer where the connection takes no more before a reset. */
  readonly packets: number;
  readonly target: 'fast' | 'slow';
  /** Bytes that the target sends, of which the client reads none. */
  readonly answer: number;
}

export interface Result {
  /** Plaintext bytes of good packets that the program's machine had taken. */
  readonly accepted: number;
  /** How many of them did not reach the target. */
  readonly lost: number;
  /** How the target's stream ended: `in order`, or by an error with this code. */
  readonly end: string;
  /** From the fatal event to the end of the client's connection, in milliseconds; 0 after a reset. */
  readonly cipherOpen: number;
}

const MESSAGE = randomBytes(1024);
const PACKETS_A_WRITE = 32;
/** So long nothing may move until all is called at rest. */
const REST = 400;

/** Run one trial against a server. */
export async function tryFatalEnd(
  server: UpstreamServer,
  keyFile: Uint8Array,
  { ending, packets, target: pace, answer }: Trial,
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
      await rest(target.socket);
    }
    const good = Array.from({ length: packets }, () => client.packet(MESSAGE));
    const last = client.packet(MESSAGE);
    if (ending === 'bad packet') {
      last[0] = (last[0] ?? 0) ^ 1;
      good.push(last);
    } else if (ending === 'cut packet') good.push(last.subarray(0, 500));
    for (let i = 0; i < good.length; i += PACKETS_A_WRITE) {
      client.socket.write(Buffer.concat(good.slice(i, i + PACKETS_A_WRITE)));
    }
    let accepted = packets;
    const closed = new Promise<void>((resolve) => client.socket.once('close', () => resolve()));
    if (ending === 'cut packet') client.socket.end();
    if (ending === 'reset' || pace === 'slow') await rest(client.socket);
    const began = performance.now();
    if (ending === 'reset') {
      const unsent = client.socket.writableLength + unacknowledged(client.socket);
      accepted = Math.min(packets, Math.floor((packets * 1060 - unsent) / 1060));
      client.socket.resetAndDestroy();
    }
    let cipherOpen = 0;
    void closed.then(() => (cipherOpen = performance.now() - began));
    if (pace === 'slow') {
      await sleep(REST);
      target.socket.resume();
    }
    const end = await target.end;
    const lost = accepted * MESSAGE.length - target.received().length;
    return { accepted: accepted * MESSAGE.length, lost: Math.max(0, lost), end, cipherOpen };
  } finally {
    client.close();
    target.socket.destroy();
  }
}

/** Until nothing has moved on this socket for a while. */
async function rest(socket: Socket): Promise<void> {
  let before = -1;
  for (;;) {
    const waiting = socket.writableLength + unacknowledged(socket);
    if (waiting === before) return;
    before = waiting;
    await sleep(REST);
  }
}

/** Bytes in the kernel that the other end's kernel has not acknowledged (Linux only; 0 elsewhere). */
function unacknowledged({ localPort = 0 }: Socket): number {
  const port = localPort.toString(16).toUpperCase().padStart(4, '0');
  let table = '';
  try {
    table = readFileSync('/proc/net/tcp', 'utf8');
  } catch {}
  for (const line of table.split('\n')) {
    const [, local, , , queues = ''] = line.trim().split(/\s+/);
    if (local?.endsWith(`:${port}`)) return Number.parseInt(queues.split(':')[0] ?? '0', 16);
  }
  return 0;
}
