/**
 * Payload cases: bytes of every length that matters to a packet go through and come back.
 */

import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { InteropCase } from '../case.ts';
import type { Pairing } from '../pairing.ts';
import type { PlainEnd } from '../plain-end.ts';
import { sumOf } from '../receiver.ts';
import { echo, sink, speakFirst } from '../targets.ts';

/** Around a cipher block (16 bytes), around a packet (1024), and many packets. */
const LENGTHS: readonly (readonly [id: string, bytes: number])[] = [
  ['0', 0],
  ['1', 1],
  ['16', 16],
  ['17', 17],
  ['1023', 1023],
  ['1024', 1024],
  ['1025', 1025],
  ['64KiB', 65_536],
];

/**
 * 64 MiB and a packet. 64 MiB are 65,536 full packets, whose numbers fit into 16 bits: one that wraps
 * there would not be seen.
 */
export const LARGE = 67_109_888;

/** C listens with a queue of ten: a crowd would wait for TCP's retries, many seconds. */
const AT_A_TIME = 8;

export const payloads: readonly InteropCase[] = [
  ...LENGTHS.map(([id, length]) => payload(id, length)),
  {
    id: 'payload-64MiB',
    goal: '67109888 random bytes, in more packets than 16 bits count, reach the target with the same SHA-256 (CN-8)',
    everyEngine: true,
    worthwhile: (pairing) =>
      isQuick(pairing) || (pairing.entry === 'spiped' && isWithAnother(pairing)),
    async run({ line }) {
      const { bytes, sum } = large();
      const { end, visit } = (await line()).connect(sink);
      end.end(bytes);
      const { received } = await visit();
      expect(await received.over()).toBe('end');
      expect(received.sum).toBe(sum);
      expect(await end.over()).toBe('in order');
      expect(end.received.bytes).toBe(0);
    },
  },
  {
    id: 'both-directions',
    goal: 'different bytes flow in both directions at once, 8 MiB each, and arrive unchanged (CN-8)',
    everyEngine: true,
    worthwhile: (pairing) => isQuick(pairing) || pairing.entry === 'spiped',
    async run({ line }) {
      const up = large().bytes.subarray(0, 8_388_608);
      const down = large().bytes.subarray(-8_388_608);
      const { end, visit } = (await line()).connect(speakFirst(down));
      end.end(up);
      const { received } = await visit();
      expect(await received.over()).toBe('end');
      expect(received.sum).toBe(sumOf(up));
      expect(await end.over()).toBe('in order');
      expect(end.received.sum).toBe(sumOf(down, up));
    },
  },
  {
    id: 'at-once',
    goal: 'a hundred connections are open at once (spipe: eight processes), each with its own bytes (CN-1)',
    async run({ pairing, line }) {
      const count = pairing.entry === 'spiped' ? 100 : 8;
      const pipe = await line();
      const clients: { readonly end: PlainEnd; readonly bytes: Buffer }[] = [];
      while (clients.length < count) {
        const few = Array.from({ length: Math.min(AT_A_TIME, count - clients.length) }, () => {
          const bytes = randomBytes(3_000);
          const { end } = pipe.connect(echo);
          end.send(bytes);
          return { end, bytes };
        });
        for (const { end, bytes } of few) await end.received.reached(bytes.length);
        clients.push(...few);
      }
      // Nobody has ended before everybody got everything: all of them are open now.
      for (const { end } of clients) end.end();
      for (const { end, bytes } of clients) {
        expect(await end.over()).toBe('in order');
        expect(end.received.sum).toBe(sumOf(bytes));
      }
    },
  },
];

/** The reference engine is made to be read; many megabytes through it take many seconds. */
function isQuick({ client, server }: Pairing): boolean {
  return client.engine !== 'reference' && server.engine !== 'reference';
}

/** Is the other end another implementation? */
function isWithAnother({ client, server }: Pairing): boolean {
  return client.name !== server.name;
}

let sent: { readonly bytes: Uint8Array; readonly sum: string } | undefined;

/** {@link LARGE} random bytes. The same for all cells: making and summing them takes its time, too. */
function large() {
  if (sent === undefined) {
    const bytes = randomBytes(LARGE);
    sent = { bytes, sum: sumOf(bytes) };
  }
  return sent;
}

function payload(id: string, length: number): InteropCase {
  return {
    id: `payload-${id}`,
    goal:
      length === 0
        ? 'an end without any bytes reaches the target and comes back (PK-6, CN-16)'
        : `${length} random bytes reach the target and come back with the same SHA-256 (PK-1, CN-8)`,
    everyEngine: true,
    async run({ line }) {
      const bytes = randomBytes(length);
      const { end, visit } = (await line()).connect(echo);
      end.end(bytes);
      const { received } = await visit();
      expect(await received.over()).toBe('end');
      expect(received.sum).toBe(sumOf(bytes));
      expect(await end.over()).toBe('in order');
      expect(end.received.sum).toBe(sumOf(bytes));
    },
  };
}
