/**
 * What the batched engine keeps for a key, found by the identity of the key's array: a cipher with
 * its key schedule, or the states of HMAC after the padded key. Forgetting a key overwrites it.
 *
 * Nothing is kept of a key that has not sealed or opened anything yet.
 */

import { type Cipher, createCipheriv } from 'node:crypto';
import * as layout from './wasm/layout.ts';
import { type Machine, unloadKey, wipeScratch } from './wasm/machine.ts';
import { initialHash } from './wasm/sha256-constants.ts';

const ciphers = new WeakMap<Uint8Array, Cipher>();
const macKeys = new WeakMap<Uint8Array, Uint8Array>();

/** The HMAC key that is in the machine's memory. */
let loaded: Uint8Array | undefined;
/** The most packets that were worked on at a time since the scratch memory was wiped. */
let used = 0;

/** AES-256 of single blocks under `e` (32 bytes); whole blocks go in, and come out at once. */
export function blockCipher(e: Uint8Array): Cipher {
  let cipher = ciphers.get(e);
  if (cipher === undefined) {
    cipher = createCipheriv('aes-256-ecb', e, null).setAutoPadding(false);
    ciphers.set(e, cipher);
  }
  return cipher;
}

/** Make the machine ready for MACs under `h` (32 bytes), and note that `packets` are coming. */
export function loadMacKey(machine: Machine, h: Uint8Array, packets: number): void {
  if (packets > used) used = packets;
  let key = macKeys.get(h);
  if (key === undefined) {
    key = prepareMacKey(machine, h);
    macKeys.set(h, key);
  }
  if (key === loaded) return;
  machine.bytes.set(key, layout.LOADED_KEY);
  loaded = key;
}

/**
 * Overwrite what is kept for the key in this array, if it is one, and what is left in scratch
 * memory. The array itself is not touched.
 */
export function forgetKey(secret: Uint8Array): void {
  const cipher = ciphers.get(secret);
  if (cipher !== undefined) {
    ciphers.delete(secret);
    // The end of its life for OpenSSL, which clears the key schedule and does not wait for the
    // garbage collector to do so.
    cipher.final();
  }
  const key = macKeys.get(secret);
  if (key !== undefined) {
    macKeys.delete(secret);
    key.fill(0);
    if (key === loaded) {
      loaded = undefined;
      unloadKey();
    }
    wipeScratch(used);
    used = 0;
  }
}

/** RFC 2104: both padded keys are one block each, and always the same, so they are hashed once. */
function prepareMacKey({ bytes, view, functions }: Machine, h: Uint8Array): Uint8Array {
  const { BLOCK_BYTES, CONSTANTS, SINGLE, STATE } = layout;
  if (h.length > BLOCK_BYTES) throw new RangeError('invariant: a MAC key is 32 bytes');
  const key = new Uint8Array(layout.LOADED_KEY_BYTES);
  const padded = key.subarray(64);
  const initial = initialHash();
  // The inner padded key comes last, and stays: it is part of what is kept.
  for (const { pad, states } of [OUTER, INNER]) {
    padded.fill(pad);
    for (const [i, byte] of h.entries()) padded[i] = byte ^ pad;
    bytes.set(padded, SINGLE);
    // All lanes get the same, and the first is looked at.
    for (const [i, word] of initial.entries()) {
      for (let lane = 0; lane < 4; lane++) view.setUint32(STATE + 16 * i + 4 * lane, word, true);
    }
    functions.hashFour(STATE, SINGLE, 0, 1, CONSTANTS);
    for (let i = 0; i < 32; i++) key[states + i] = bytes[STATE + 4 * (i & ~3) + (i & 3)] ?? 0;
  }
  // What was loaded has been written over.
  loaded = undefined;
  return key;
}

/** The bytes of RFC 2104, and where in a prepared key the state after each padded key is. */
const INNER = { pad: 0x36, states: 0 };
const OUTER = { pad: 0x5c, states: 32 };
