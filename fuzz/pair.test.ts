/**
 * Goal of these tests: two cores against each other deliver every byte in order and end in order,
 * whatever the sizes of reads, the order of completions and the time the target takes; and every
 * run, folded again, is the same.
 */

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HIGH_WATER_BYTES } from '../src/protocol/flow.ts';
import { PACKET_BYTES } from '../src/protocol/parameters.ts';
import { chooser } from './bench/chooser.ts';
import { foldAgain } from './bench/fold-again.ts';
import {
  materialOf,
  NONCE_C,
  NONCE_S,
  PAIR_C,
  PAIR_S,
  PLAIN_POLICY,
  SECRET,
  sharedSecret,
  suite,
  WEAK,
} from './bench/material.ts';
import { Pair } from './bench/pair.ts';

/** Bytes that tell where they belong: the same seed gives the same bytes. */
function payload(length: number, seed: number): Buffer {
  const block = createHash('sha256').update(`payload ${seed}`).digest();
  return Buffer.alloc(length, block);
}

const LENGTHS = fc.oneof(
  fc.constantFrom(0, 1, 1023, 1024, 1025, 2048),
  fc.integer({ min: 0, max: 20_000 }),
);

//= CN-8
//# Each direction MUST deliver the bytes it reads in order, each once, until its end or a fatal
//# event.
//= PK-16
//# The way in which a plaintext is divided into packets MUST NOT change the bytes that are
//# delivered.
test('CN-8, CN-10, CN-12: every byte is delivered in order, and both ends close in order', () => {
  fc.assert(
    fc.property(
      LENGTHS,
      LENGTHS,
      fc.constantFrom(PLAIN_POLICY, WEAK),
      fc.constantFrom(PLAIN_POLICY, WEAK),
      fc.integer(),
      (up, down, client, server, seed) => {
        const load = { fromClient: payload(up, 1), fromServer: payload(down, 2) };
        const pair = new Pair(load, { client, server });
        const choose = chooser(seed);
        pair.run(choose);
        foldAgain([pair.client, pair.server], choose);
        expect(pair.delivered.atServer.equals(load.fromClient)).toBe(true);
        expect(pair.delivered.atClient.equals(load.fromServer)).toBe(true);
        expect(pair.client.outcome).toEqual({ code: 'closed' });
        expect(pair.server.outcome).toEqual({ code: 'closed' });
      },
    ),
    { numRuns: 200 },
  );
});

//= CN-9
//# When one side accepts data more slowly than the other sends it, an end MUST stop reading the
//# faster side, so that the bytes held for each direction stay under a fixed bound.
test('CN-9: what waits to be written stays under the bound, however slow the other end', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const load = { fromClient: payload(700_000, 1), fromServer: payload(700_000, 2) };
      const pair = new Pair(load);
      const choose = chooser(seed);
      pair.run(choose);
      foldAgain([pair.client, pair.server], choose);
      expect(pair.delivered.atServer.equals(load.fromClient)).toBe(true);
      expect(pair.highestUnsent).toBeLessThan(HIGH_WATER_BYTES + 68 * 1024);
    }),
    { numRuns: 4 },
  );
});

/** E_C, H_C, E_S, H_S of every pair without `-f`: its material is always the same. */
const dk2 = suite.pbkdf2(
  SECRET,
  Buffer.concat([NONCE_C, NONCE_S, sharedSecret(PAIR_C.x, PAIR_S.y)]),
  128,
);

//= HS-27
//# An end MUST send nothing on the cipher side but its nonce, then its y ‖ h, then whole packets.
test('HS-27: each end sends its nonce, its y ‖ h and whole packets, and nothing else', () => {
  fc.assert(
    fc.property(LENGTHS, LENGTHS, fc.integer(), (up, down, seed) => {
      const pair = new Pair({ fromClient: payload(up, 1), fromServer: payload(down, 2) });
      const choose = chooser(seed);
      pair.run(choose);
      foldAgain([pair.client, pair.server], choose);
      for (const role of ['client', 'server'] as const) {
        const { sent } = pair[role].sides.cipher;
        const { nonce, pair: own } = materialOf(role);
        expect(sent.subarray(0, 32)).toEqual(Buffer.from(nonce));
        expect(sent.subarray(32, 288)).toEqual(Buffer.from(own.y));
        const packets = sent.subarray(320);
        expect(packets.length % PACKET_BYTES).toBe(0);
        const at = role === 'client' ? 0 : 64;
        const keys = { e: dk2.subarray(at, at + 32), h: dk2.subarray(at + 32, at + 64) };
        expect(suite.openPackets(keys, 0n, packets).failure).toBeUndefined();
      }
    }),
    { numRuns: 25 },
  );
});
