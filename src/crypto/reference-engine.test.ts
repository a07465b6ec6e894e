/**
 * The reference engine's packets at the edges of lengths and numbers.
 *
 * Shows PK-1, PK-2, PK-6, PK-8, PK-9 and the invariants. For the bytes of packets see
 * `vectors.test.ts`, for all kinds of damage `fuzz/packets.test.ts`.
 */

import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { concat } from '../protocol/bytes.ts';
import { aes256Ctr, firstCounterBlock } from './aes-ctr.ts';
import { referenceEngine } from './reference-engine.ts';

const { sealPackets, openPackets } = referenceEngine;
const keys = { e: new Uint8Array(32).fill(0xe1), h: new Uint8Array(32).fill(0x41) };

describe('sealing', () => {
  //= PK-1
  //# Every packet MUST be exactly 1060 bytes and carry 1 to 1024 bytes of plaintext.
  test.each([
    [1, 1],
    [1023, 1],
    [1024, 1],
    [1025, 2],
    [2048, 2],
    [65_536, 64],
    [65_537, 65],
  ])(
    '%i bytes become %i packets of 1060 bytes, all full but the last (PK-1, PK-6)',
    (length, n) => {
      const plaintext = bytes(length);
      const packets = sealPackets(keys, 0n, plaintext);
      expect(packets).toHaveLength(n * 1060);
      const lengths = Array.from({ length: n }, (_, i) => {
        const packet = packets.subarray(i * 1060, (i + 1) * 1060);
        return openPackets(keys, BigInt(i), packet).plaintext.length;
      });
      expect(lengths).toEqual([...Array(n - 1).fill(1024), length - (n - 1) * 1024]);
      expect(openPackets(keys, 0n, packets)).toEqual({ plaintext, opened: n });
    },
  );

  //= PK-6
  //# A sender MUST NOT send a packet with an empty message.
  test('nothing becomes no packet (PK-6)', () => {
    expect(sealPackets(keys, 0n, new Uint8Array(0))).toHaveLength(0);
    expect(openPackets(keys, 0n, new Uint8Array(0))).toEqual({
      plaintext: new Uint8Array(0),
      opened: 0,
    });
  });

  //= PK-2
  //# The cleartext of a packet MUST be M, padded with zero bytes to 1024 bytes, followed by
  //# be32(length of M): 1028 bytes.
  test('a message is padded with zero bytes and followed by its length (PK-2)', () => {
    const [packet, message] = [sealPackets(keys, 7n, bytes(300)), bytes(300)];
    const cleartext = aes256Ctr(keys.e, firstCounterBlock(7n), packet.subarray(0, 1028));
    expect(cleartext.subarray(0, 300)).toEqual(message);
    expect(cleartext.subarray(300, 1024)).toEqual(new Uint8Array(724));
    expect(cleartext.subarray(1024)).toEqual(new Uint8Array([0, 0, 1, 44]));
  });
});

describe('opening', () => {
  test.each([0, 1025, 1028, 65_536, 0x01000001, 0x80000000, 0xffffffff])(
    'an authentic packet of length %i is refused for its length (PK-8)',
    (length) => {
      const packets = concat(
        sealPackets(keys, 0n, bytes(5)),
        forge(1n, new Uint8Array(1024), length),
      );
      expect(openPackets(keys, 0n, packets)).toEqual({
        plaintext: bytes(5),
        opened: 1,
        failure: 'length',
      });
    },
  );

  test('a packet with a bad MAC and a bad length is refused for its MAC (PK-7)', () => {
    const packet = forge(0n, new Uint8Array(1024), 0);
    packet[1059] = (packet[1059] ?? 0) ^ 1;
    expect(openPackets(keys, 0n, packet).failure).toBe('mac');
  });

  test('padding that is not zero is neither refused nor delivered (PK-9)', () => {
    const packet = forge(0n, new Uint8Array(1024).fill(0x55), 3);
    expect(openPackets(keys, 0n, packet)).toEqual({
      plaintext: new Uint8Array(3).fill(0x55),
      opened: 1,
    });
  });
});

describe('the caller', () => {
  const last = (1n << 64n) - 1n;

  test('may use the packet number 2^64 - 1, and no number from 2^64 on (PK-10)', () => {
    const packet = sealPackets(keys, last, bytes(1024));
    expect(openPackets(keys, last, packet).opened).toBe(1);
    expect(() => sealPackets(keys, last, bytes(1025))).toThrow('invariant');
    expect(() => sealPackets(keys, last + 1n, bytes(1))).toThrow('invariant');
    expect(() => openPackets(keys, last + 1n, packet)).toThrow('invariant');
    expect(() => sealPackets(keys, -1n, bytes(1))).toThrow('invariant');
  });

  test('brings whole packets', () => {
    expect(() => openPackets(keys, 0n, new Uint8Array(1059))).toThrow('invariant');
    expect(() => openPackets(keys, 0n, new Uint8Array(1061))).toThrow('invariant');
  });
});

/** An authentic packet with any padded message and any length field. */
function forge(packetNumber: bigint, padded: Uint8Array, length: number): Uint8Array {
  const cleartext = new Uint8Array(1028);
  cleartext.set(padded);
  new DataView(cleartext.buffer).setUint32(1024, length);
  const counterBlock = firstCounterBlock(packetNumber);
  const ciphertext = aes256Ctr(keys.e, counterBlock, cleartext);
  const mac = createHmac('sha256', keys.h).update(ciphertext).update(counterBlock.subarray(0, 8));
  return concat(ciphertext, mac.digest());
}

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
}
