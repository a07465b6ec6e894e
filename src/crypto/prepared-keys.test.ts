/**
 * What is left of a key when it is forgotten: nothing in the engine's memory.
 *
 * Shows HS-23 for the packets' keys. What OpenSSL keeps is cleared by it, and cannot be looked at.
 */

import { randomBytes } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { PacketKeys } from '../protocol/suite.ts';
import { batchedEngine } from './batched-engine.ts';
import { eraseSecrets } from './erase-secrets.ts';
import { PREPARED_KEYS, PreparedKeys } from './prepared-keys.ts';
import { referenceEngine } from './reference-engine.ts';
import {
  KEY_STREAM,
  LOADED_KEY,
  LOADED_KEY_BYTES,
  MACS,
  PACKETS,
  PLAINTEXT,
  STATE,
  STREAM_BYTES,
} from './wasm/layout.ts';
import { machine } from './wasm/machine.ts';

const { bytes } = machine();
/** Nothing has been worked on yet: what is to be found again when everything is forgotten. */
const asMade = bytes.slice(LOADED_KEY, PACKETS);

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

  test.each([
    { work: 'chunks of one packet to a whole batch', lengths: [65_536, 1] },
    { work: 'a batch whose last packets are no four', lengths: [63_000] },
  ])('leaves nothing in memory of $work that is not on the wire (HS-23)', ({ lengths }) => {
    const keys = freshKeys();
    for (const length of lengths) {
      const packets = batchedEngine.sealPackets(keys, 0n, random(length));
      batchedEngine.openPackets(keys, 0n, packets);
    }
    eraseSecrets([keys.e, keys.h]);
    expect(Buffer.compare(bytes.subarray(LOADED_KEY, PACKETS), asMade)).toBe(0);
  });

  test('leaves nothing of the MAC that a forged packet should have had (HS-23)', () => {
    const keys = freshKeys();
    expect(batchedEngine.openPackets(keys, 7n, random(1060)).failure).toBe('mac');
    expect(bytes.slice(MACS, MACS + 32)).not.toEqual(new Uint8Array(32));
    eraseSecrets([keys.h]);
    for (const at of [MACS, STATE]) {
      expect(bytes.slice(at, at + 128)).toEqual(new Uint8Array(128));
    }
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

describe('prepared keys', () => {
  test('end the cipher of a key at once, and do not leave it to the garbage collector (HS-23)', () => {
    const keys = new PreparedKeys(machine());
    const e = random(32);
    const cipher = keys.blockCipher(e);
    expect(keys.blockCipher(e)).toBe(cipher);
    keys.forget(e);
    expect(() => cipher.update(new Uint8Array(16))).toThrow();
    expect(keys.blockCipher(e)).not.toBe(cipher);
  });

  test('are kept for the keys used last only, and end when they are not kept (HS-23)', () => {
    const keys = new PreparedKeys(machine());
    const [first, second, ...others] = Array.from({ length: PREPARED_KEYS }, () => random(32));
    if (first === undefined || second === undefined) throw new Error('two keys at least are kept');
    const [ofFirst, ofSecond] = [keys.blockCipher(first), keys.blockCipher(second)];
    for (const e of others) keys.blockCipher(e);
    // All are kept; the first is used again, and is not the oldest any more.
    expect(keys.blockCipher(first)).toBe(ofFirst);
    keys.blockCipher(random(32));
    expect(() => ofSecond.update(new Uint8Array(16))).toThrow();
    expect(keys.blockCipher(first)).toBe(ofFirst);
    for (const e of [...others, random(32), random(32)]) keys.blockCipher(e);
    expect(() => ofFirst.update(new Uint8Array(16))).toThrow();
    expect(keys.blockCipher(first)).not.toBe(ofFirst);
  });

  test('are overwritten in the array in which they were kept (HS-23)', () => {
    const own = { ...machine(), bytes: bytes.subarray(0) };
    const set = vi.spyOn(own.bytes, 'set');
    const keys = new PreparedKeys(own);
    const h = random(32);
    keys.loadMacKey(h, 1);
    const kept = set.mock.calls.flatMap(([array, at]) => (at === LOADED_KEY ? [array] : []));
    expect(kept.map(({ length }) => length)).toEqual([LOADED_KEY_BYTES]);
    expect(Uint8Array.from(kept[0] ?? []).slice(64, 96)).toEqual(h.map((byte) => byte ^ 0x36));
    keys.forget(h);
    expect(kept).toEqual([new Uint8Array(LOADED_KEY_BYTES)]);
  });

  test('are wiped with as much of the memory as was worked in since the last time', () => {
    const own = { ...machine(), bytes: bytes.subarray(0) };
    const fill = vi.spyOn(own.bytes, 'fill');
    const keys = new PreparedKeys(own);
    const wiped = [64, 1].map((packets) => {
      const h = random(32);
      keys.loadMacKey(h, packets);
      fill.mockClear();
      keys.forget(h);
      return fill.mock.calls.map(([, from, to]) => [from, to]);
    });
    expect(wiped).toEqual([
      [
        [LOADED_KEY, KEY_STREAM + 64 * STREAM_BYTES],
        [PLAINTEXT, PLAINTEXT + 65_536],
      ],
      [
        [LOADED_KEY, KEY_STREAM + STREAM_BYTES],
        [PLAINTEXT, PLAINTEXT + 1024],
      ],
    ]);
  });

  test('are not made of an array that is no MAC key: a defect of the caller', () => {
    expect(() => new PreparedKeys(machine()).loadMacKey(random(65), 1)).toThrow('invariant');
  });

  test('change no result when they are made again', () => {
    const plaintext = random(1500);
    const all = Array.from({ length: PREPARED_KEYS + 1 }, freshKeys);
    for (const keys of [...all, ...all.slice(0, 3)]) {
      const expected = referenceEngine.sealPackets(keys, 3n, plaintext);
      expect(Buffer.compare(batchedEngine.sealPackets(keys, 3n, plaintext), expected)).toBe(0);
    }
    for (const { e, h } of all) eraseSecrets([e, h]);
  });
});
