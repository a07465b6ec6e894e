/**
 * Goal of these tests: the two packet reducers number, cut and join packets as PK-1 to PK-12 say.
 * What is inside a packet is tested with the suite.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { suite } from '../../fuzz/bench/material.ts';
import { NO_BYTES } from './bytes.ts';
import { InvariantViolation } from './invariant.ts';
import { initialOpeningState, type OpeningState, stepOpening } from './opening.ts';
import { openingTransitions, sealingTransitions } from './packets.transitions.ts';
import { PACKET_BYTES, PACKET_NUMBER_LIMIT } from './parameters.ts';
import { initialSealingState, type SealingState, stepSealing } from './sealing.ts';
import { allows } from './transitions.ts';

const KEYS = { e: new Uint8Array(32).fill(1), h: new Uint8Array(32).fill(2) };

const LAST = PACKET_NUMBER_LIMIT - 1n;

/** Seal these pieces one after the other. */
function seal(pieces: readonly Uint8Array[], from: SealingState = initialSealingState(KEYS)) {
  let state = from;
  const sent: Uint8Array[] = [];
  for (const bytes of pieces) {
    const before = state.phase;
    const step = stepSealing(suite, state, { type: 'bytesReceived', bytes });
    state = step.state;
    expect(allows(sealingTransitions, before, 'bytesReceived', state.phase)).toBe(true);
    sent.push(...step.effects.map((effect) => effect.bytes));
  }
  return { state, packets: Buffer.concat(sent) };
}

/** Deliver these segments one after the other, until the reducer has come to an end. */
function open(segments: readonly Uint8Array[], from: OpeningState = initialOpeningState(KEYS)) {
  let state = from;
  const delivered: Uint8Array[] = [];
  for (const bytes of segments) {
    if (state.phase !== 'opening') break;
    const step = stepOpening(suite, state, { type: 'bytesReceived', bytes });
    state = step.state;
    expect(allows(openingTransitions, 'opening', 'bytesReceived', state.phase)).toBe(true);
    delivered.push(...step.effects.map((effect) => effect.bytes));
  }
  return { state, plaintext: Buffer.concat(delivered) };
}

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const bounds = [0, ...[...at].sort((a, b) => a - b), bytes.length];
  return bounds
    .map((end, i) => bytes.subarray(bounds[i - 1] ?? 0, end))
    .filter((segment) => segment.length > 0);
}

const message = (length: number): Buffer => Buffer.alloc(length, 'spiped ');

describe('sealing', () => {
  //= PK-13
  //# A sender SHOULD fill every packet but the last of the plaintext at hand.
  test('PK-1, PK-6: every packet is full but the last of what is at hand', () => {
    for (const [length, packets] of [
      [1, 1],
      [1023, 1],
      [1024, 1],
      [1025, 2],
      [2048, 2],
      [65536, 64],
    ] as const) {
      expect(seal([message(length)]).packets.length).toBe(packets * PACKET_BYTES);
    }
  });

  //= PK-5
  //# Packet numbers MUST start at 0 in each direction and grow by one with each packet of that
  //# direction.
  test('PK-5: numbers go on from one piece to the next', () => {
    const { packets, state } = seal([message(1500), message(1), message(1024)]);
    expect(open([packets]).plaintext).toEqual(
      Buffer.concat([message(1500), message(1), message(1024)]),
    );
    expect(state).toMatchObject({ packetNumber: 4n });
  });

  //= PK-10
  //# An end MUST NOT use a packet number twice: if the next packet would have number 2⁶⁴ the
  //# connection is closed.
  test('PK-10: the last packet number is used, and no packet is sent after it', () => {
    const nearEnd: SealingState = { phase: 'sealing', keys: KEYS, packetNumber: LAST };
    const exact = seal([message(1024)], nearEnd);
    expect(exact.packets.length).toBe(PACKET_BYTES);
    expect(exact.state).toMatchObject({ phase: 'sealing', packetNumber: PACKET_NUMBER_LIMIT });
    expect(seal([message(1)], exact.state)).toMatchObject({
      state: { phase: 'exhausted' },
      packets: Buffer.alloc(0),
    });
    const over = seal([message(1025)], nearEnd);
    expect(over.packets.length).toBe(PACKET_BYTES);
    expect(over.state.phase).toBe('exhausted');
    const again = { type: 'bytesReceived' as const, bytes: message(1) };
    expect(() => stepSealing(suite, over.state, again)).toThrow(InvariantViolation);
  });
});

describe('opening', () => {
  test('PK-12: the beginning of a packet is kept without the read that it came in', () => {
    const { packets } = seal([message(5000)]);
    const { state } = open([packets.subarray(0, 4 * PACKET_BYTES + 7)]);
    if (state.phase !== 'opening') throw new Error(state.phase);
    expect(state.partial).toHaveLength(7);
    expect(state.partial.buffer.byteLength).toBe(7);
  });

  //= PK-12
  //# A packet MUST be processed only when all its bytes are there; the result MUST NOT depend on
  //# how the stream is cut into segments.
  test('PK-12: any segmentation delivers the same', () => {
    const plaintext = message(5000);
    const { packets } = seal([plaintext]);
    const cuts = fc.array(fc.integer({ min: 0, max: packets.length }), { maxLength: 20 });
    fc.assert(
      fc.property(cuts, (at) => {
        const { state, plaintext: opened } = open(cut(packets, at));
        expect(opened).toEqual(plaintext);
        expect(state).toEqual(open([packets]).state);
      }),
    );
    expect(open([...packets].map((byte) => Uint8Array.of(byte))).plaintext).toEqual(plaintext);
  });

  test('PK-7, PK-11: what is delivered before a bad packet does not depend on the cuts', () => {
    const { packets } = seal([message(4000)]);
    const cuts = fc.array(fc.integer({ min: 0, max: packets.length }), { maxLength: 20 });
    const bit = fc.integer({ min: 0, max: packets.length * 8 - 1 });
    fc.assert(
      fc.property(cuts, bit, (at, flipped) => {
        const bad = Buffer.from(packets);
        bad[flipped >> 3] = (bad[flipped >> 3] ?? 0) ^ (1 << (flipped & 7));
        const { state, plaintext } = open(cut(bad, at));
        const good = Math.floor((flipped >> 3) / PACKET_BYTES);
        expect(state).toEqual({
          phase: 'failed',
          fault: 'packet-mac-mismatch',
          packetNumber: BigInt(good),
        });
        expect(plaintext).toEqual(message(4000).subarray(0, good * 1024));
      }),
    );
  });

  test('PK-8: an authentic packet with an impossible length is a fault of its own', () => {
    const stub = {
      ...suite,
      openPackets: () => ({ plaintext: NO_BYTES, opened: 0, failure: 'length' as const }),
    };
    const event = { type: 'bytesReceived' as const, bytes: new Uint8Array(PACKET_BYTES) };
    expect(stepOpening(stub, initialOpeningState(KEYS), event).state).toEqual({
      phase: 'failed',
      fault: 'packet-length-invalid',
      packetNumber: 0n,
    });
  });

  test('PK-10: the last packet number is accepted, and a packet after it is a fault', () => {
    const { packets } = seal([message(1024)], { phase: 'sealing', keys: KEYS, packetNumber: LAST });
    const nearEnd: OpeningState = {
      phase: 'opening',
      keys: KEYS,
      packetNumber: LAST,
      partial: NO_BYTES,
    };
    const surplus = Buffer.concat([packets, Buffer.alloc(PACKET_BYTES)]);
    const division = [[], [PACKET_BYTES], [5, 1500], [PACKET_BYTES, PACKET_BYTES + 500]];
    for (const segments of division.map((at) => cut(surplus, at))) {
      const { state, plaintext } = open(segments, nearEnd);
      expect(plaintext.length).toBe(1024);
      expect(state).toEqual({
        phase: 'failed',
        fault: 'packet-numbers-exhausted',
        packetNumber: PACKET_NUMBER_LIMIT,
      });
    }
  });

  test('CN-13: the end is clean between packets and a truncation inside one', () => {
    const { packets } = seal([message(3000)]);
    for (const length of [0, 1, 1059, 1060, 1061, 2119, 2120, 3180]) {
      const { state } = open(length === 0 ? [] : [packets.subarray(0, length)]);
      const after = stepOpening(suite, state, { type: 'endReceived' }).state;
      expect(after.phase).toBe(length % PACKET_BYTES === 0 ? 'ended' : 'truncated');
      expect(allows(openingTransitions, 'opening', 'endReceived', after.phase)).toBe(true);
      expect(() => stepOpening(suite, after, { type: 'endReceived' })).toThrow(InvariantViolation);
    }
  });
});
