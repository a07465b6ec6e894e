/**
 * Packets under every kind of damage: what opens is a prefix of what was sealed, and no more.
 *
 * Shows PK-1, PK-6, PK-7, PK-8, PK-9 and PK-11 as properties of a packet engine, whichever it is.
 * Packets that the engine would not make (empty, too long, strange padding) are built here from
 * Node's primitives, with a counter mode of their own. The stream and its segments are not here:
 * they are the core's.
 */

import { createCipheriv, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  batchedEngine,
  createSuite,
  type PacketEngine,
  referenceEngine,
} from '../src/crypto/index.ts';
import { concat } from '../src/protocol/bytes.ts';
import type { OpenedPackets, PacketKeys } from '../src/protocol/suite.ts';

const PACKET = 1060;
const MESSAGE = 1024;
const MOST = 8 * MESSAGE;
const LIMIT = 1n << 64n;

const engines: readonly { readonly name: string; readonly engine: PacketEngine }[] = [
  { name: 'reference', engine: referenceEngine },
  { name: 'batched', engine: batchedEngine },
];

const anyKeys = fc.tuple(exactly(32), exactly(32)).map(([e, h]): PacketKeys => ({ e, h }));

/** Lengths at every edge as often as any other; up to 8 packets. */
const anyPlaintext = fc
  .oneof(
    fc.constantFrom(1, 15, 16, 17, 1023, 1024, 1025, 2047, 2048, 2049, MOST - 1, MOST),
    fc.integer({ min: 1, max: MOST }),
  )
  .chain(exactly);

/** A first packet number that leaves room for 16 packets, often near a carry or the end. */
const anyNumber = fc.oneof(
  fc.constantFrom(0n, 254n, 2n ** 32n - 2n, 2n ** 53n - 2n, 2n ** 63n - 2n, LIMIT - 16n),
  fc.bigInt({ min: 0n, max: LIMIT - 16n }),
);

/** Keys, a first packet number, a plaintext: what becomes one sealed chunk. */
const anyChunk = fc.record({ keys: anyKeys, first: anyNumber, plaintext: anyPlaintext });

describe.each(engines)('the $name engine', ({ engine }) => {
  const suite = createSuite(engine);
  const { sealPackets } = suite;
  const openPackets = (...from: Parameters<typeof suite.openPackets>) =>
    readable(suite.openPackets(...from));

  test('opens what it sealed, whole, in the fewest packets (PK-1, PK-6)', () => {
    fc.assert(
      fc.property(anyChunk, ({ keys, first, plaintext }) => {
        const packets = sealPackets(keys, first, plaintext);
        const count = Math.ceil(plaintext.length / MESSAGE);
        expect(packets).toHaveLength(count * PACKET);
        expect(openPackets(keys, first, packets)).toEqual(readable({ plaintext, opened: count }));
      }),
    );
  });

  //= PK-3
  //# The cleartext MUST be encrypted with AES-256 in counter mode under E, where counter block i,
  //# for i = 0 … 64, is be64(N) ‖ be64(i).
  //= PK-4
  //# The last 32 bytes MUST be HMAC(H, ciphertext ‖ be64(N)), where the packet number is
  //# authenticated but not sent.
  test('seals to the same packets as a counter mode built from single blocks (PK-2 … PK-4)', () => {
    fc.assert(
      fc.property(anyChunk, ({ keys, first, plaintext }) => {
        expect(hex(sealPackets(keys, first, plaintext))).toBe(
          hex(
            concat(
              ...messagesOf(plaintext).map((m, i) => build(keys, first + BigInt(i), m, m.length)),
            ),
          ),
        );
      }),
      { numRuns: 30 },
    );
  });

  test('seals and opens up to the packet number 2^64 - 1', () => {
    fc.assert(
      fc.property(anyKeys, anyPlaintext, (keys, plaintext) => {
        const count = Math.ceil(plaintext.length / MESSAGE);
        const first = LIMIT - BigInt(count);
        const packets = sealPackets(keys, first, plaintext);
        expect(openPackets(keys, first, packets)).toEqual(readable({ plaintext, opened: count }));
      }),
      { numRuns: 20 },
    );
  });

  test('finds the same packets however a chunk is cut between calls (PK-12)', () => {
    fc.assert(
      fc.property(anyChunk, fc.nat(), ({ keys, first, plaintext }, at) => {
        const packets = sealPackets(keys, first, plaintext);
        const cut = at % (packets.length / PACKET + 1);
        const head = openPackets(keys, first, packets.subarray(0, cut * PACKET));
        const tail = openPackets(keys, first + BigInt(cut), packets.subarray(cut * PACKET));
        expect(head.plaintext + tail.plaintext).toBe(hex(plaintext));
        expect(head.opened + tail.opened).toBe(packets.length / PACKET);
      }),
      { numRuns: 40 },
    );
  });

  //= PK-15
  //# A receiver MUST NOT deliver a bad packet or anything after it.
  test('stops with mac at the packet with a flipped bit, with all before it (PK-7, PK-11)', () => {
    const anyBit = fc.oneof(
      fc.nat(),
      // The MAC is 3 % of a packet: aim at it, and at both its ends, as often.
      fc.tuple(fc.nat(7), fc.constantFrom(1028, 1029, 1058, 1059)).map(([k, b]) => place(k, b)),
      fc.tuple(fc.nat(7), fc.integer({ min: 1024, max: 1059 })).map(([k, b]) => place(k, b)),
    );
    fc.assert(
      fc.property(anyChunk, anyBit, ({ keys, first, plaintext }, bit) => {
        const packets = sealPackets(keys, first, plaintext);
        const at = bit % (packets.length * 8);
        const damaged = flip(packets, at);
        const k = Math.floor(at / 8 / PACKET);
        expect(openPackets(keys, first, damaged)).toEqual(stoppedAt(k, plaintext, 'mac'));
      }),
      { numRuns: 200 },
    );

    function place(packet: number, byte: number): number {
      return (packet * PACKET + byte) * 8 + 3;
    }
  });

  //= PK-7
  //# A receiver MUST compare a packet's MAC with the one it computes for the expected packet
  //# number, over all 32 bytes, in time that does not depend on their content, before it decides
  //# anything on the packet.
  test('refuses a flip of each bit of one packet (PK-7)', () => {
    const keys = { e: new Uint8Array(32).fill(1), h: new Uint8Array(32).fill(2) };
    const packet = sealPackets(keys, 5n, new Uint8Array(20).fill(3));
    for (let bit = 0; bit < PACKET * 8; bit++) {
      if (openPackets(keys, 5n, flip(packet, bit)).failure !== 'mac') throw new Error(`bit ${bit}`);
    }
  });

  test('refuses the first packet under any other packet number (PK-7)', () => {
    const anyOther = fc.oneof(
      anyNumber,
      fc.nat(63).map((bit) => 1n << BigInt(bit)),
    );
    fc.assert(
      fc.property(anyChunk, anyOther, ({ keys, first, plaintext }, other) => {
        const wrong = other < LIMIT - 16n ? other : other - 16n;
        fc.pre(wrong !== first);
        const packets = sealPackets(keys, first, plaintext);
        expect(openPackets(keys, wrong, packets)).toEqual(stoppedAt(0, plaintext, 'mac'));
      }),
    );
  });

  test('refuses packets under another key, of either kind', () => {
    fc.assert(
      fc.property(anyChunk, exactly(32), ({ keys, first, plaintext }, other) => {
        fc.pre(!same(other, keys.h) && !same(other, keys.e));
        const packets = sealPackets(keys, first, plaintext);
        const wrongMac = { e: keys.e, h: other };
        expect(openPackets(wrongMac, first, packets)).toEqual(stoppedAt(0, plaintext, 'mac'));
        // A wrong E passes the MAC and gives noise: its length is almost never 1 to 1024, and
        // what comes out is never what went in.
        const wrongCipher = openPackets({ e: other, h: keys.h }, first, packets);
        expect(wrongCipher.plaintext).not.toBe(hex(plaintext));
        expect(wrongCipher.failure).not.toBe('mac');
      }),
      { numRuns: 30 },
    );
  });

  test('stops where packets are exchanged, left out or repeated (PK-7)', () => {
    const anyMany = anyChunk.filter(({ plaintext }) => plaintext.length > MESSAGE);
    fc.assert(
      fc.property(anyMany, fc.nat(), fc.nat(), ({ keys, first, plaintext }, a, b) => {
        const packets = sealPackets(keys, first, plaintext);
        const order = Array.from({ length: packets.length / PACKET }, (_, k) => k);
        const i = a % order.length;
        const j = b % order.length;
        fc.pre(i < j);
        const open = (kept: readonly number[]) => openPackets(keys, first, pick(packets, kept));

        expect(open(order.with(i, j).with(j, i))).toEqual(stoppedAt(i, plaintext, 'mac'));
        // i is not the last: leaving that out is a truncation, which no packet can show (CN-14).
        expect(open(order.toSpliced(i, 1))).toEqual(stoppedAt(i, plaintext, 'mac'));
        expect(open(order.toSpliced(j, 0, i))).toEqual(stoppedAt(j, plaintext, 'mac'));
      }),
      { numRuns: 60 },
    );
  });

  //= PK-8
  //# A receiver MUST treat a length of 0 or above 1024, seen after the MAC was accepted, as fatal.
  test('stops with length at an authentic packet of 0 or more than 1024 bytes (PK-8)', () => {
    const anyBadLength = fc.oneof(
      fc.constantFrom(0, 1025, 0x10000, 0x01000000, 0x80000000, 0xffffffff),
      fc.integer({ min: 1025, max: 0xffffffff }),
    );
    fc.assert(
      fc.property(
        anyChunk,
        anyBadLength,
        fc.nat(),
        exactly(MESSAGE),
        ({ keys, first, plaintext }, length, at, padded) => {
          const packets = sealPackets(keys, first, plaintext);
          const k = at % (packets.length / PACKET);
          packets.set(build(keys, first + BigInt(k), padded, length), k * PACKET);
          expect(openPackets(keys, first, packets)).toEqual(stoppedAt(k, plaintext, 'length'));
        },
      ),
    );
  });

  //= PK-9
  //# A receiver MUST ignore the padding bytes: it MUST NOT refuse a packet for them and MUST NOT
  //# deliver them.
  test('delivers the message of a packet with any padding, and none of the padding (PK-9)', () => {
    fc.assert(
      fc.property(
        anyKeys,
        anyNumber,
        exactly(MESSAGE),
        fc.integer({ min: 1, max: MESSAGE }),
        (keys, number, padded, length) => {
          expect(openPackets(keys, number, build(keys, number, padded, length))).toEqual({
            plaintext: hex(padded.subarray(0, length)),
            opened: 1,
          });
        },
      ),
    );
  });

  test('takes any bytes for packets without throwing (they are a peer to it)', () => {
    fc.assert(
      fc.property(anyKeys, anyNumber, fc.nat(4), fc.nat(), (keys, first, count, seed) => {
        const noise = Uint8Array.from({ length: count * PACKET }, (_, i) => (i * seed) >> 3);
        const expected = count === 0 ? {} : { failure: 'mac' };
        expect(openPackets(keys, first, noise)).toEqual({
          plaintext: '',
          opened: 0,
          ...expected,
        });
      }),
      { numRuns: 30 },
    );
  });
});

/** The same with its bytes in hex: much faster to compare than long arrays, and to look at. */
function readable(opened: OpenedPackets) {
  return { ...opened, plaintext: hex(opened.plaintext) };
}

/** What opening gives when packet `k` of the sealed `plaintext` is the bad one. */
function stoppedAt(k: number, plaintext: Uint8Array, failure: 'mac' | 'length') {
  return readable({ plaintext: plaintext.slice(0, k * MESSAGE), opened: k, failure });
}

/** A packet from primitives: any padded message, any length field, an authentic MAC. */
function build(keys: PacketKeys, number: bigint, message: Uint8Array, length: number): Uint8Array {
  const cleartext = new Uint8Array(1028);
  cleartext.set(message);
  new DataView(cleartext.buffer).setUint32(1024, length);

  // 65 counter blocks, be64(number) ‖ be64(index), each encrypted alone (PK-3).
  const counters = new DataView(new ArrayBuffer(65 * 16));
  for (let index = 0; index < 65; index++) {
    counters.setBigUint64(index * 16, number);
    counters.setBigUint64(index * 16 + 8, BigInt(index));
  }
  const keyStream = createCipheriv('aes-256-ecb', keys.e, null).update(counters);
  const ciphertext = cleartext.map((byte, i) => byte ^ (keyStream[i] ?? 0));

  const be64 = new Uint8Array(counters.buffer, 0, 8);
  const mac = createHmac('sha256', keys.h).update(ciphertext).update(be64).digest();
  return concat(ciphertext, mac);
}

function messagesOf(plaintext: Uint8Array): Uint8Array[] {
  const count = Math.ceil(plaintext.length / MESSAGE);
  return Array.from({ length: count }, (_, i) =>
    plaintext.subarray(i * MESSAGE, (i + 1) * MESSAGE),
  );
}

/** Whole packets, in the order of their indices. */
function pick(packets: Uint8Array, order: readonly number[]): Uint8Array {
  return concat(...order.map((k) => packets.subarray(k * PACKET, (k + 1) * PACKET)));
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
}

/** Any bytes of this length. Long arrays are expanded from a seed: drawing each byte is slow. */
function exactly(length: number): fc.Arbitrary<Uint8Array> {
  if (length <= 64) return fc.uint8Array({ minLength: length, maxLength: length });
  return fc.integer().map((seed) => {
    let state = seed | 1;
    return Uint8Array.from({ length }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state;
    });
  });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
