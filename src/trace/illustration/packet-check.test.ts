/** Goal: a packet is good when its MAC holds and its length is one, and nothing after a bad one counts. */

import { expect, test } from 'vitest';
import { aes256Ctr, firstCounterBlock } from '../../crypto/aes-ctr.ts';
import { createSuite, referenceEngine } from '../../crypto/index.ts';
import { concat } from '../../protocol/bytes.ts';
import { checkPackets } from './packet-check.ts';

const suite = createSuite(referenceEngine);
const keys = { e: new Uint8Array(32).fill(1), h: new Uint8Array(32).fill(2) };

/** A packet with this in its length field, whatever it is, and a MAC that fits (PK-2 … PK-4). */
function packet(number: number, length: number): Uint8Array {
  const cleartext = new Uint8Array(1028);
  new DataView(cleartext.buffer).setUint32(1024, length);
  const block = firstCounterBlock(BigInt(number));
  const ciphertext = aes256Ctr(keys.e, block, cleartext);
  return concat(ciphertext, suite.hmac(keys.h, concat(ciphertext, block.subarray(0, 8))));
}

const kindsOf = (packets: readonly Uint8Array[]): readonly string[] => {
  const seen = packets.map((bytes, what) => ({ what, start: 0, end: 1060, bytes }));
  return [...checkPackets(suite, keys, seen).values()].map(({ kind }) => kind);
};

test.each([
  [0, 'after a failure'],
  [1, 'opened'],
  [1024, 'opened'],
  [1025, 'after a failure'],
])('after one whose length is %d the next is: %s (PK-8)', (length, next) => {
  expect(kindsOf([packet(0, length), packet(1, 5)])).toEqual(['opened', next]);
});

test('one with the number of another place is forged, and the next is not looked at (PK-7)', () => {
  expect(kindsOf([packet(0, 5), packet(0, 5), packet(2, 5)])).toEqual([
    ...['opened', 'forged', 'after a failure'],
  ]);
});
