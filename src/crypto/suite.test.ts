/**
 * What the suite promises beside the right bytes: fresh arrays, untouched arguments, no throw.
 *
 * Answers the contract of `CryptoSuite`; for the bytes see `published-vectors.test.ts`.
 */

import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { describe, expect, test, vi } from 'vitest';
import { batchedEngine, createSuite, referenceEngine } from './index.ts';

const suite = createSuite();
const key = new Uint8Array(32).fill(1);
const message = new Uint8Array(100).fill(2);
const keys = { e: key, h: new Uint8Array(32).fill(3) };
const packets = suite.sealPackets(keys, 0n, message);

describe.each([
  { method: 'pbkdf2', call: () => suite.pbkdf2(key, message, 64) },
  { method: 'hmac', call: () => suite.hmac(key, message) },
  { method: 'sealPackets', call: () => suite.sealPackets(keys, 0n, message) },
  ...[batchedEngine, referenceEngine].map((engine) => ({
    method: `openPackets of the ${engine === batchedEngine ? 'batched' : 'reference'} engine`,
    call: () => createSuite(engine).openPackets(keys, 0n, packets).plaintext,
  })),
])('what $method returns', ({ call }) => {
  test('is a plain array over memory that nobody shares', () => {
    const result = call();
    expect(result.constructor).toBe(Uint8Array);
    expect(result.buffer.byteLength).toBe(result.byteLength);
  });

  test('can be overwritten without a trace in a later result or in an argument', () => {
    const before = [key, keys.h, message, packets].map((bytes) => Uint8Array.from(bytes));
    const first = call();
    const copy = Uint8Array.from(first);
    first.fill(0xee);
    expect(call()).toEqual(copy);
    expect([key, keys.h, message, packets]).toEqual(before);
  });
});

describe('equal', () => {
  test('says equal for equal arrays only, whichever of 32 bytes differs (HS-10)', () => {
    expect(suite.equal(key, Uint8Array.from(key))).toBe(true);
    for (let i = 0; i < key.length; i++) {
      const other = Uint8Array.from(key);
      other[i] = 0x81;
      expect(suite.equal(key, other), `byte ${i}`).toBe(false);
    }
  });

  test('says different, and does not throw, for arrays of different lengths', () => {
    expect(suite.equal(key, key.subarray(1))).toBe(false);
    expect(suite.equal(new Uint8Array(0), new Uint8Array(0))).toBe(true);
  });
});

test('MACs are compared by a function whose time does not depend on them (HS-26, PK-7)', () => {
  const compare = vi.spyOn(crypto, 'timingSafeEqual');
  syncBuiltinESMExports();
  try {
    suite.equal(key, message.subarray(0, 32));
    expect(compare.mock.calls).toEqual([[key, message.subarray(0, 32)]]);
    compare.mockClear();
    referenceEngine.openPackets(keys, 0n, packets);
    expect(compare.mock.calls.map(([mac]) => mac)).toEqual([packets.subarray(-32)]);
  } finally {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  }
});

test('a suite seals and opens with the engine it was given', () => {
  const marked = createSuite({
    sealPackets: () => new Uint8Array([7]),
    openPackets: () => ({ plaintext: new Uint8Array([8]), opened: 9 }),
  });
  expect(marked.sealPackets(keys, 0n, message)).toEqual(new Uint8Array([7]));
  expect(marked.openPackets(keys, 0n, packets).opened).toBe(9);
});
