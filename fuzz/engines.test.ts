/**
 * The two packet engines beside each other: the one that runs gives, for every input, what the one
 * to read gives.
 *
 * Shows PK-1 … PK-4, PK-6 … PK-9, PK-11 and PK-12 for the batched engine as far as the reference engine
 * meets them. What holds of each engine alone is in `packets.test.ts`.
 */

import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchedEngine, createSuite, referenceEngine } from '../src/crypto/index.ts';
import { concat } from '../src/protocol/bytes.ts';
import { initialOpeningState, type OpeningState, stepOpening } from '../src/protocol/opening.ts';
import { initialSealingState, type SealingState, stepSealing } from '../src/protocol/sealing.ts';
import type { OpenedPackets, PacketKeys } from '../src/protocol/suite.ts';

const PACKET = 1060;
const MESSAGE = 1024;
const LIMIT = 1n << 64n;
const suites = { batched: createSuite(batchedEngine), reference: createSuite(referenceEngine) };

/** What every length is cut from: a megabyte without a pattern, the same in every run. */
const noise = new Uint8Array(
  createCipheriv('aes-256-ctr', new Uint8Array(32), new Uint8Array(16)).update(
    new Uint8Array(1 << 20),
  ),
);
const keys = keysOf(0);

const anyKeys = fc.nat(noise.length - 64).map(keysOf);

/** Around everything that a number may be split at, or anywhere, with room for `packets`. */
const anyNumber = (packets: number) =>
  fc.oneof(
    fc
      .tuple(fc.constantFrom(0n, 1n << 8n, 1n << 32n, 1n << 53n, 1n << 63n), fc.nat(70))
      .map(([edge, below]) => (edge > BigInt(below) ? edge - BigInt(below) : edge)),
    fc.nat(3).map((left) => LIMIT - BigInt(packets + left)),
    fc.bigInt({ min: 0n, max: LIMIT - BigInt(packets) }),
  );

/** Around the edges of messages, of groups of four packets and of batches, or any length. */
const anyLength = fc.oneof(
  { weight: 3, arbitrary: fc.nat(8 * MESSAGE) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(1, 2, 3, 4, 5, 8, 16, 63, 64, 65, 128),
        fc.integer({ min: -2, max: 2 }),
      )
      .map(([messages, more]) => messages * MESSAGE + more),
  },
);

const anyChunk = anyLength.chain((length) =>
  fc.record({
    plaintext: fc.constant(noise.subarray(0, length)),
    first: anyNumber(Math.ceil(length / MESSAGE)),
    keys: anyKeys,
  }),
);

describe('the batched engine beside the reference engine', () => {
  test('seals and opens every length from 0 to 4,096 bytes alike (PK-1 … PK-9)', () => {
    for (let length = 0; length <= 4096; length++) {
      const plaintext = noise.subarray(length, 2 * length);
      const first = BigInt(length) << 40n;
      const packets = referenceEngine.sealPackets(keys, first, plaintext);
      const sealed = batchedEngine.sealPackets(keys, first, plaintext);
      if (!same(sealed, packets)) throw new Error(`${length} bytes are sealed otherwise`);
      const { opened, failure, plaintext: found } = batchedEngine.openPackets(keys, first, packets);
      if (!same(found, plaintext)) throw new Error(`${length} bytes are opened otherwise`);
      if (opened !== packets.length / PACKET || failure !== undefined) throw new Error(`${length}`);
    }
  });

  test('seals and opens up to a megabyte alike, under any key and first number', () => {
    const anyLarge = fc
      .oneof(fc.nat(noise.length), fc.constant(noise.length))
      .chain((length) => fc.tuple(fc.constant(length), anyNumber(Math.ceil(length / MESSAGE))));
    fc.assert(
      fc.property(anyLarge, anyKeys, ([length, first], keys) => {
        const plaintext = noise.subarray(0, length);
        const packets = referenceEngine.sealPackets(keys, first, plaintext);
        expect(same(batchedEngine.sealPackets(keys, first, plaintext), packets)).toBe(true);
        const opened = batchedEngine.openPackets(keys, first, packets);
        expect(readable(opened)).toEqual(readable({ plaintext, opened: packets.length / PACKET }));
      }),
      { numRuns: 12 },
    );
  });

  test('seals and opens alike with any first packet number, also around 2^32, 2^53 and 2^64', () => {
    fc.assert(
      fc.property(anyChunk, ({ keys, first, plaintext }) => {
        const packets = referenceEngine.sealPackets(keys, first, plaintext);
        expect(same(batchedEngine.sealPackets(keys, first, plaintext), packets)).toBe(true);
        expect(readable(batchedEngine.openPackets(keys, first, packets))).toEqual(
          readable(referenceEngine.openPackets(keys, first, packets)),
        );
      }),
      { numRuns: 150 },
    );
  });

  test('finds the same in packets that come in parts, wherever they are divided (PK-12)', () => {
    fc.assert(
      fc.property(
        anyChunk,
        fc.array(fc.nat(), { maxLength: 3 }),
        fc.option(fc.nat()),
        ({ keys, first, plaintext }, at, damage) => {
          const packets = referenceEngine.sealPackets(keys, first, plaintext);
          if (damage !== null && packets.length > 0) {
            const index = damage % packets.length;
            packets[index] = (packets[index] ?? 0) ^ 0x10;
          }
          const bounds = at.map((each) => each % (packets.length + 1)).sort((a, b) => a - b);
          const parts = [0, ...bounds].map((begin, i) => packets.subarray(begin, bounds[i]));
          const whole = readable(referenceEngine.openPackets(keys, first, packets));
          for (const engine of [batchedEngine, referenceEngine]) {
            expect(readable(engine.openPackets(keys, first, ...parts))).toEqual(whole);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('finds the same fault, after the same plaintext, in damaged packets (PK-7, PK-8, PK-11)', () => {
    // Damage anywhere; a resealed length of anything; under the right keys and under others.
    const anyDamage = fc.oneof(
      fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), bit: fc.nat(7) }),
      fc.record({ kind: fc.constant('lengths' as const), at: fc.nat(), bit: fc.nat(7) }),
      fc.record({ kind: fc.constant('swap' as const), at: fc.nat(), bit: fc.nat(7) }),
      fc.record({ kind: fc.constant('number' as const), at: fc.nat(), bit: fc.nat(7) }),
    );
    fc.assert(
      fc.property(
        anyChunk,
        fc.array(anyDamage, { minLength: 1, maxLength: 3 }),
        (chunk, damages) => {
          const { keys, first, plaintext } = chunk;
          fc.pre(plaintext.length > 0);
          let packets = referenceEngine.sealPackets(keys, first, plaintext);
          const count = packets.length / PACKET;
          let opening = keys;
          let number = first;
          for (const { kind, at, bit } of damages) {
            const k = at % count;
            if (kind === 'flip')
              packets[at % packets.length] = (packets[at % packets.length] ?? 0) ^ (1 << bit);
            // Another AES key: every MAC is right, and every length is noise.
            if (kind === 'lengths') opening = { e: keys.h, h: keys.h };
            if (kind === 'swap') {
              const moved = packets.slice(k * PACKET, (k + 1) * PACKET);
              packets = Uint8Array.from(packets);
              packets.copyWithin(k * PACKET, 0, PACKET);
              packets.set(moved, 0);
            }
            if (kind === 'number' && first > 0n) number = first - 1n;
          }
          expect(readable(batchedEngine.openPackets(opening, number, packets))).toEqual(
            readable(referenceEngine.openPackets(opening, number, packets)),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  test('releases nothing of a chunk of 130 packets from the bad one on, wherever that is', () => {
    const plaintext = noise.subarray(0, 130 * MESSAGE - 5);
    const packets = referenceEngine.sealPackets(keys, 9n, plaintext);
    for (let k = 0; k < 130; k++) {
      const damaged = Uint8Array.from(packets);
      const at = k * PACKET + ((k * 37) % PACKET);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      const opened = batchedEngine.openPackets(keys, 9n, damaged);
      expect(opened).toMatchObject({ opened: k, failure: 'mac' });
      expect(same(opened.plaintext, plaintext.subarray(0, k * MESSAGE))).toBe(true);
    }
  });

  test('opens messages of any lengths in one chunk, whoever cut them so', () => {
    const anyLengths = fc.array(fc.integer({ min: 1, max: MESSAGE }), {
      minLength: 1,
      maxLength: 70,
    });
    fc.assert(
      fc.property(anyLengths, anyNumber(70), (lengths, first) => {
        const messages = lengths.map((length, i) =>
          noise.subarray(i * MESSAGE, i * MESSAGE + length),
        );
        const packets = concat(
          ...messages.map((m, i) => referenceEngine.sealPackets(keys, first + BigInt(i), m)),
        );
        expect(readable(batchedEngine.openPackets(keys, first, packets))).toEqual(
          readable({ plaintext: concat(...messages), opened: lengths.length }),
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe('the sealing and opening machines over either engine', () => {
  const anyCuts = fc.array(fc.nat(3 * PACKET), { minLength: 1, maxLength: 40 });

  test('send the same packets for the same reads (PK-6)', () => {
    fc.assert(
      fc.property(anyCuts, (lengths) => {
        const { batched, reference } = suites;
        expect(sealAll(batched, lengths)).toEqual(sealAll(reference, lengths));
      }),
      { numRuns: 60 },
    );
  });

  test('deliver the same bytes and end in the same state however the stream is cut (PK-12)', () => {
    fc.assert(
      fc.property(anyLength, anyCuts, fc.option(fc.nat()), (length, cuts, damage) => {
        const packets = referenceEngine.sealPackets(keys, 0n, noise.subarray(0, length));
        if (damage !== null && packets.length > 0) {
          packets[damage % packets.length] = (packets[damage % packets.length] ?? 0) ^ 1;
        }
        const { batched, reference } = suites;
        const expected = openAll(reference, packets, [packets.length]);
        expect(openAll(batched, packets, cuts)).toEqual(expected);
        expect(openAll(batched, packets, [packets.length])).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  test('deliver the same bytes from a stream that comes byte by byte (PK-12)', () => {
    const packets = referenceEngine.sealPackets(keys, 0n, noise.subarray(0, 2 * MESSAGE + 3));
    const expected = openAll(suites.reference, packets, [packets.length]);
    expect(openAll(suites.batched, packets, [1])).toEqual(expected);
  });
});

describe('what a caller may rely on', () => {
  test('arguments are never written to', () => {
    const plaintext = noise.slice(0, 5 * MESSAGE + 1);
    const before = hex(plaintext);
    const packets = batchedEngine.sealPackets(keys, 3n, plaintext);
    expect(hex(plaintext)).toBe(before);
    const sealed = hex(packets);
    batchedEngine.openPackets(keys, 3n, packets);
    expect(hex(packets)).toBe(sealed);
  });

  test('results are fresh: no later call changes them, and none shares memory with another', () => {
    const results = [1, 100, MESSAGE, 5 * MESSAGE, 70 * MESSAGE].flatMap((length) => {
      const packets = batchedEngine.sealPackets(keys, 0n, noise.subarray(0, length));
      return [packets, batchedEngine.openPackets(keys, 0n, packets).plaintext];
    });
    const before = results.map(hex);
    for (const length of [1, 3 * MESSAGE, 200 * MESSAGE]) {
      const packets = batchedEngine.sealPackets(keysOf(length), 5n, noise.subarray(7, length + 7));
      batchedEngine.openPackets(keys, 0n, packets);
    }
    expect(results.map(hex)).toEqual(before);
    expect(new Set(results.map(({ buffer }) => buffer)).size).toBe(results.length);
  });

  test.each([1, 400])('200 packets of %i bytes do not hold the memory of full ones', (length) => {
    const packets = concat(
      ...Array.from({ length: 200 }, (_, i) =>
        referenceEngine.sealPackets(keys, BigInt(i), noise.subarray(i, i + length)),
      ),
    );
    const { plaintext } = batchedEngine.openPackets(keys, 0n, packets);
    expect(plaintext).toHaveLength(200 * length);
    expect(plaintext.buffer.byteLength).toBeLessThanOrEqual(2 * plaintext.length);
  });

  test('no packets take no key: a daemon warms up with none, before it has one', () => {
    const none = { e: new Uint8Array(0), h: new Uint8Array(0) };
    for (const engine of [batchedEngine, referenceEngine]) {
      expect(engine.openPackets(none, 0n)).toEqual({ plaintext: new Uint8Array(0), opened: 0 });
    }
  });

  test('connections may take turns: each has its own keys in every call', () => {
    const connections = [1, 2, 3, 4, 5].map(keysOf);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(4), fc.nat(6 * MESSAGE)), { minLength: 5 }), (turns) => {
        for (const [who, length] of turns) {
          const keys = connections[who] as PacketKeys;
          const plaintext = noise.subarray(who, who + length);
          expect(
            same(
              batchedEngine.sealPackets(keys, 1n, plaintext),
              referenceEngine.sealPackets(keys, 1n, plaintext),
            ),
          ).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('packet numbers from 2^64 on and parts of packets are defects of the caller (PK-10)', () => {
    const packets = referenceEngine.sealPackets(keys, 0n, noise.subarray(0, 2 * MESSAGE));
    for (const engine of [batchedEngine, referenceEngine]) {
      expect(() => engine.openPackets(keys, LIMIT - 1n, packets)).toThrow('below 2^64');
      expect(() => engine.sealPackets(keys, -1n, noise.subarray(0, 1))).toThrow('below 2^64');
      expect(() => engine.openPackets(keys, 0n, packets.subarray(1))).toThrow('whole packets');
    }
  });
});

/** Reads of these lengths through the sealing machine: the packets of each, in hex. */
function sealAll(suite: ReturnType<typeof createSuite>, lengths: readonly number[]): string[] {
  let state: SealingState = initialSealingState(keys);
  let at = 0;
  return lengths.flatMap((length) => {
    const bytes = noise.subarray(at, at + length);
    at += length;
    const step = stepSealing(suite, state, { type: 'bytesReceived', bytes });
    state = step.state;
    return step.effects.map((effect) => hex(effect.bytes));
  });
}

/** A stream in reads of these lengths, again and again: what is delivered, and how it ends. */
function openAll(
  suite: ReturnType<typeof createSuite>,
  stream: Uint8Array,
  cuts: readonly number[],
) {
  let state: OpeningState = initialOpeningState(keys);
  const delivered: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < stream.length && state.phase === 'opening'; turn++) {
    const length = Math.max(1, cuts[turn % cuts.length] ?? 1);
    const bytes = stream.slice(at, at + length);
    at += length;
    const step = stepOpening(suite, state, { type: 'bytesReceived', bytes });
    state = step.state;
    delivered.push(...step.effects.map((effect) => effect.bytes));
  }
  if (state.phase === 'opening') state = stepOpening(suite, state, { type: 'endReceived' }).state;
  return { state, delivered: hex(concat(...delivered)) };
}

/** The same with its bytes in hex: much faster to compare than long arrays. */
function readable(opened: OpenedPackets) {
  return { ...opened, plaintext: hex(opened.plaintext) };
}

/** Keys that nobody else has in hand: fresh arrays, from a place in the noise. */
function keysOf(at: number): PacketKeys {
  return { e: noise.slice(at, at + 32), h: noise.slice(at + 32, at + 64) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
