/**
 * What is left of a key when it is forgotten: nothing in the engine's memory.
 *
 * Shows HS-23 for the packets' keys. What OpenSSL keeps is cleared by it, and cannot be looked at.
 */

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { PacketKeys } from '../protocol/suite.ts';
import { batchedEngine } from './batched-engine.ts';
import { eraseSecrets } from './erase-secrets.ts';
import { blockCipher, PREPARED_KEYS } from './prepared-keys.ts';
import { referenceEngine } from './reference-engine.ts';
import { LOADED_KEY, LOADED_KEY_BYTES } from './wasm/layout.ts';
import { machine } from './wasm/machine.ts';

const { bytes } = machine();

describe('eraseSecrets', () => {
  test('overwrites what the engine prepared from a MAC key, and the key that is loaded (HS-23)', () => {
    const keys = freshKeys();
    batchedEngine.sealPackets(keys, 0n, random(100));
    const loaded = bytes.slice(LOADED_KEY, LOADED_KEY + LOADED_KEY_BYTES);
    // The padded key is there: what is looked for below could be found.
    expect(indexOf(keys.h.map((byte) => byte ^ 0x36))).toBeGreaterThanOrEqual(0);
    const padded = keys.h.map((byte) => byte ^ 0x36);

    eraseSecrets([keys.e, keys.h]);
    expect(indexOf(padded)).toBe(-1);
    expect(indexOf(loaded.subarray(0, 32))).toBe(-1);
    expect(indexOf(loaded.subarray(32, 64))).toBe(-1);
    expect(keys.h).toEqual(new Uint8Array(32));
  });

  test('overwrites the plaintext and the key stream of what was sealed and opened (HS-23)', () => {
    const keys = freshKeys();
    const plaintext = random(50_000);
    const packets = batchedEngine.sealPackets(keys, 0n, plaintext);
    const stream = packets.slice(0, 1024).map((byte, i) => byte ^ (plaintext[i] ?? 0));
    const pieces = [0, 1024, 49_000].map((at) => plaintext.slice(at, at + 64));
    expect(pieces.map(indexOf)).not.toContain(-1);
    expect(indexOf(stream)).toBeGreaterThanOrEqual(0);
    batchedEngine.openPackets(keys, 0n, packets);

    eraseSecrets([keys.e, keys.h]);
    expect(pieces.map(indexOf)).toEqual([-1, -1, -1]);
    expect(indexOf(stream)).toBe(-1);
  });

  test('leaves the keys of other connections in use', () => {
    const [mine, yours] = [freshKeys(), freshKeys()];
    const plaintext = random(3000);
    batchedEngine.sealPackets(mine, 0n, plaintext);
    const expected = referenceEngine.sealPackets(yours, 7n, plaintext);
    expect(batchedEngine.sealPackets(yours, 7n, plaintext)).toEqual(expected);
    eraseSecrets([mine.e, mine.h]);
    expect(batchedEngine.sealPackets(yours, 7n, plaintext)).toEqual(expected);
  });

  test('ends the cipher of the key at once, and does not leave it to the garbage collector', () => {
    const keys = freshKeys();
    const cipher = blockCipher(keys.e);
    expect(blockCipher(keys.e)).toBe(cipher);
    eraseSecrets([keys.e]);
    expect(() => cipher.update(new Uint8Array(16))).toThrow();
  });

  test('does not take a key for prepared that was erased and filled again', () => {
    const keys = freshKeys();
    batchedEngine.sealPackets(keys, 0n, random(10));
    eraseSecrets([keys.e, keys.h]);
    keys.e.fill(1);
    keys.h.fill(2);
    const plaintext = random(2000);
    expect(batchedEngine.sealPackets(keys, 0n, plaintext)).toEqual(
      referenceEngine.sealPackets(keys, 0n, plaintext),
    );
  });
});

function indexOf(part: Uint8Array): number {
  return Buffer.from(bytes.buffer).indexOf(part);
}

function freshKeys(): PacketKeys {
  return { e: random(32), h: random(32) };
}

function random(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length));
}

test('something is kept for the keys used last only, and results do not depend on it (HS-23)', () => {
  const plaintext = random(1500);
  const first = freshKeys();
  const kept = blockCipher(first.e);
  const expected = referenceEngine.sealPackets(first, 3n, plaintext);
  expect(batchedEngine.sealPackets(first, 3n, plaintext)).toEqual(expected);
  const others = Array.from({ length: PREPARED_KEYS }, freshKeys);
  for (const keys of others.slice(1)) batchedEngine.sealPackets(keys, 0n, plaintext);
  // One place was left, and the first key was used again: it is not the oldest any more.
  expect(blockCipher(first.e)).toBe(kept);
  for (const keys of others) batchedEngine.sealPackets(keys, 0n, plaintext);
  expect(blockCipher(first.e)).not.toBe(kept);
  // An ended cipher takes nothing any more.
  expect(() => kept.update(new Uint8Array(16))).toThrow();
  expect(batchedEngine.sealPackets(first, 3n, plaintext)).toEqual(expected);
  for (const { e, h } of [first, ...others]) eraseSecrets([e, h]);
});
