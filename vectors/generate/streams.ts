/**
 * The families of many packets: streams of several (PK-5, PK-6), and digests of very many.
 */

import { createHash } from 'node:crypto';
import { accumulatedMessage } from '../accumulated.ts';
import type { AccumulatedVector, Family, StreamVector } from '../family.ts';
import { toHex } from '../format.ts';
import { frame, randomBytes, randomKeys, suite } from './material.ts';

/** The largest number that a tester can count up to on a live connection. */
const REACHABLE = 256n;

const STREAMS: readonly [length: number, first: bigint, comment: string][] = [
  ...(
    [0n, 255n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 64n - 2n] as const
  ).map((first): [number, bigint, string] => [1025, first, 'one byte more than a packet holds']),
  [1024, 0n, 'exactly one packet'],
  [2048, 0n, 'exactly two packets'],
  [2049, 254n, 'two packets and a byte'],
  [3072, 254n, 'three packets'],
  [4096, 2n ** 32n - 3n, 'four packets, across 2^32'],
  [4097, 2n ** 64n - 5n, 'five packets, the last of which has the last number'],
  [8192, 2n ** 53n - 4n, 'eight packets, across 2^53'],
  [16_385, 250n, 'seventeen packets, across 256'],
];

/** Plaintext of more than a packet. */
export function streams(): Family<StreamVector> {
  return {
    format: 1,
    family: 'streams',
    about:
      'Plaintext at hand at once becomes full packets and a last one, with consecutive numbers.',
    requirements: ['PK-1', 'PK-5', 'PK-6', 'PK-11'],
    notes: {
      Several: {
        bugType: 'FUNCTIONALITY',
        description:
          'Found: an end that splits elsewhere (allowed, but then compare the opened bytes only), or counts wrongly between packets.',
      },
      Carry: {
        bugType: 'EDGE_CASE',
        description: 'The packet number passes 256, 2^32, 2^53, or reaches 2^64 − 1.',
      },
    },
    vectors: STREAMS.map(([length, first, comment]) => {
      const keys = randomKeys('streams');
      const plaintext = randomBytes(`stream of ${length} bytes from ${first}`, length);
      return {
        ...frame(
          `streams/${length}-bytes-from-${first}`,
          comment,
          first === 0n ? ['Several'] : ['Several', 'Carry'],
          { blackBox: first <= REACHABLE },
        ),
        e: toHex(keys.e),
        h: toHex(keys.h),
        firstPacketNumber: first.toString(),
        plaintext: toHex(plaintext),
        packets: toHex(suite.sealPackets(keys, first, plaintext)),
      };
    }),
  };
}

const ACCUMULATED: readonly [packets: number, first: bigint, lengths: 'full' | 'varied'][] = [
  [100, 0n, 'full'],
  [100, 0n, 'varied'],
  [100, 206n, 'varied'],
  [100, 2n ** 32n - 50n, 'varied'],
  [100, 2n ** 53n - 50n, 'full'],
  [100, 2n ** 64n - 100n, 'varied'],
  [10_000, 0n, 'varied'],
  [10_000, 2n ** 32n - 5000n, 'full'],
  [1_000_000, 0n, 'varied'],
];

/**
 * Very many packets. `known` has the digests of an earlier run for the vectors that are not to be
 * computed now.
 */
export function accumulated(known: readonly AccumulatedVector[]): Family<AccumulatedVector> {
  return {
    format: 1,
    family: 'accumulated',
    about: 'The SHA-256 of consecutive packets, and of the plaintext in them.',
    requirements: ['PK-1', 'PK-2', 'PK-3', 'PK-4', 'PK-5'],
    notes: {
      Many: {
        bugType: 'FUNCTIONALITY',
        description:
          'Found: state that leaks from one packet into the next, a cache that goes stale, a counter that stops at 16 bits.',
      },
      Carry: {
        bugType: 'EDGE_CASE',
        description: 'The packet number passes 256, 2^32 or 2^53, or ends with 2^64 − 1.',
      },
    },
    vectors: ACCUMULATED.map(([count, first, lengths]) => {
      const id = `accumulated/${count}-${lengths}-from-${first}`;
      return (
        known.find((vector) => vector.id === id) ?? {
          ...frame(
            id,
            `${count} packets from number ${first}, ${lengths === 'full' ? 'all full' : 'of every length'}`,
            first === 0n ? ['Many'] : ['Many', 'Carry'],
            { blackBox: false },
          ),
          ...digestsOf(count, first, lengths),
        }
      );
    }),
  };
}

function digestsOf(count: number, first: bigint, lengths: 'full' | 'varied') {
  const keys = randomKeys('accumulated');
  const plaintexts = createHash('sha256');
  const wire = createHash('sha256');
  for (let i = 0; i < count; i++) {
    const text = accumulatedMessage(lengths, i);
    plaintexts.update(text);
    wire.update(suite.sealPackets(keys, first + BigInt(i), text));
  }
  return {
    e: toHex(keys.e),
    h: toHex(keys.h),
    firstPacketNumber: first.toString(),
    packets: count,
    lengths,
    plaintextSha256: plaintexts.digest('hex'),
    packetsSha256: wire.digest('hex'),
  };
}

/** The vectors whose values take a second or more. */
export function isLong(vector: AccumulatedVector): boolean {
  return vector.packets > 100;
}
