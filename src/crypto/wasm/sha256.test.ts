/**
 * SHA-256 of four messages at once, against what the standards print and against
 * OpenSSL.
 *
 * Shows HS-7 for HMAC as the packets use it: the same hash, begun at the states after the padded keys.
 */

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, readPublishedPrimitives, toHex } from '../../../vectors/format.ts';
import { concat } from '../../protocol/bytes.ts';
import { CONSTANTS, PACKETS, STATE } from './layout.ts';
import { machine } from './machine.ts';
import { initialHash, roundConstants } from './sha256-constants.ts';

const { functions, bytes, view } = machine();
const published = readPublishedPrimitives();

type Hash = (message: Uint8Array) => Uint8Array;

/** By `hashFour`: messages of the same padded length, `stride` bytes from one to the next. */
function four(messages: readonly Uint8Array[], stride: number): Uint8Array[] {
  const padded = messages.map(pad);
  initialHash().forEach((word, i) => {
    for (let lane = 0; lane < 4; lane++) view.setUint32(STATE + 16 * i + 4 * lane, word, true);
  });
  for (const [lane, message] of padded.entries()) bytes.set(message, PACKETS + lane * stride);
  functions.hashFour(STATE, PACKETS, stride, (padded[0]?.length ?? 0) / 64, CONSTANTS);
  return messages.map((_, lane) =>
    Uint8Array.from(
      { length: 32 },
      (_, i) => bytes[STATE + 4 * (i & ~3) + 4 * lane + 3 - (i & 3)] ?? 0,
    ),
  );
}

/** Each lane in turn has the message, the others have the same with other bytes. */
const inLane =
  (lane: number): Hash =>
  (message) => {
    const other = message.map((byte) => byte ^ 0xff);
    const messages = [0, 1, 2, 3].map((i) => (i === lane ? message : other));
    const digests = four(messages, 1060);
    const wrong = digests.filter((digest, i) => i !== lane && toHex(digest) !== sha256(other));
    expect(wrong).toEqual([]);
    return digests[lane] ?? other;
  };

/** FIPS 180-4 §5.1.1. */
function pad(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(64 * Math.ceil((message.length + 9) / 64));
  padded.set(message);
  padded[message.length] = 0x80;
  new DataView(padded.buffer).setUint32(padded.length - 4, 8 * message.length);
  return padded;
}

/** RFC 2104 over a hash. */
function hmac(hash: Hash, key: Uint8Array, message: Uint8Array): Uint8Array {
  const short = key.length > 64 ? hash(key) : key;
  const padded = (byte: number) =>
    Uint8Array.from({ length: 64 }, (_, i) => (short[i] ?? 0) ^ byte);
  return hash(concat(padded(0x5c), hash(concat(padded(0x36), message))));
}

function sha256(message: Uint8Array): string {
  return createHash('sha256').update(message).digest('hex');
}

describe.each([0, 1, 2, 3].map((lane) => ({ lane, hash: inLane(lane) })))(
  'lane $lane',
  ({ hash }) => {
    test.each(published.sha256.cases)(`${published.sha256.origin}: $name`, (vector) => {
      expect(toHex(hash(fromHex(vector.message)))).toBe(vector.digest);
    });

    test.each(published.hmacSha256.cases)(
      `${published.hmacSha256.origin}: $name (HS-7)`,
      ({ key, message, mac }) => {
        expect(toHex(hmac(hash, fromHex(key), fromHex(message)))).toBe(mac);
      },
    );

    test('agrees with OpenSSL for every length of the last block, and for long messages', () => {
      for (let length = 0; length <= 192; length++) {
        const message = Uint8Array.from({ length }, (_, i) => (i * length) ^ (i >> 2));
        expect(toHex(hash(message))).toBe(sha256(message));
      }
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 1040 }), (message) => {
          expect(toHex(hash(message))).toBe(sha256(message));
        }),
        { numRuns: 30 },
      );
    });
  },
);

test('four messages may lie at any distance from one another', () => {
  for (const stride of [64, 65, 1028, 1060, 4096]) {
    const messages = [1, 2, 3, 4].map((i) => new Uint8Array(40).fill(i));
    expect(four(messages, stride).map(toHex)).toEqual(messages.map(sha256));
  }
});

test('the constants begin and end as FIPS 180-4 prints them', () => {
  const hex = (words: readonly number[]) => words.map((word) => word.toString(16).padStart(8, '0'));
  expect(hex(initialHash())).toEqual(
    '6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19'.split(' '),
  );
  const constants = hex(roundConstants());
  expect(constants).toHaveLength(64);
  expect([constants[0], constants[63]]).toEqual(['428a2f98', 'c67178f2']);
});
