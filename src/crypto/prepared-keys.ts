/**
 * What the batched engine keeps for a key, found by the identity of the key's array: a cipher with
 * its key schedule, or the states of HMAC after the padded key. Forgetting a key overwrites it.
 *
 * It is kept for the keys used last, and made again for one that comes back: a thousand idle
 * connections would otherwise hold more in prepared keys than in everything else.
 */

import { type Cipher, createCipheriv } from 'node:crypto';
import * as layout from './wasm/layout.ts';
import { type Machine, unloadKey, wipeScratch } from './wasm/machine.ts';
import { initialHash } from './wasm/sha256-constants.ts';

/** For so many keys of each kind something is kept. A connection has two of each. */
export const PREPARED_KEYS = 256;

// Both in the order of their last use.
const ciphers = new Map<Uint8Array, Cipher>();
const macKeys = new Map<Uint8Array, Uint8Array>();

/** The key that was used last: it is where it belongs already. */
let latestCipher: Uint8Array | undefined;

/** The HMAC key that is in the machine's memory. */
let loaded: Uint8Array | undefined;
/** The most packets that were worked on at a time since the scratch memory was wiped. */
let used = 0;

/** AES-256 of single blocks under `e` (32 bytes); whole blocks go in, and come out at once. */
export function blockCipher(e: Uint8Array): Cipher {
  let cipher = ciphers.get(e);
  if (cipher !== undefined && e === latestCipher) return cipher;
  if (cipher === undefined) {
    cipher = createCipheriv('aes-256-ecb', e, null).setAutoPadding(false);
    makeRoom(ciphers, forgetCipher);
  } else {
    ciphers.delete(e);
  }
  ciphers.set(e, cipher);
  latestCipher = e;
  return cipher;
}

/** Make the machine ready for MACs under `h` (32 bytes), and note that `packets` are coming. */
export function loadMacKey(machine: Machine, h: Uint8Array, packets: number): void {
  if (packets > used) used = packets;
  let key = macKeys.get(h);
  if (key !== undefined && key === loaded) return;
  if (key === undefined) {
    key = prepareMacKey(machine, h);
    makeRoom(macKeys, forgetMacKey);
  } else {
    macKeys.delete(h);
  }
  macKeys.set(h, key);
  machine.bytes.set(key, layout.LOADED_KEY);
  loaded = key;
}

/**
 * Overwrite what is kept for the key in this array, if it is one, and what is left in scratch
 * memory. The array itself is not touched.
 */
export function forgetKey(secret: Uint8Array): void {
  forgetCipher(secret);
  if (!forgetMacKey(secret)) return;
  wipeScratch(used);
  used = 0;
}

/** Forget the key that was not used for the longest time, when there are as many as may be. */
function makeRoom(
  kept: ReadonlyMap<Uint8Array, unknown>,
  forget: (secret: Uint8Array) => void,
): void {
  if (kept.size < PREPARED_KEYS) return;
  for (const oldest of kept.keys()) {
    forget(oldest);
    return;
  }
}

function forgetCipher(e: Uint8Array): void {
  const cipher = ciphers.get(e);
  if (cipher === undefined) return;
  ciphers.delete(e);
  if (e === latestCipher) latestCipher = undefined;
  // The end of its life for OpenSSL, which clears the key schedule and does not wait for the
  // garbage collector to do so.
  cipher.final();
}

/** Whether there was something to forget. */
function forgetMacKey(h: Uint8Array): boolean {
  const key = macKeys.get(h);
  if (key === undefined) return false;
  macKeys.delete(h);
  key.fill(0);
  if (key === loaded) {
    loaded = undefined;
    unloadKey();
  }
  return true;
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
