/**
 * What the batched engine keeps for a key, found by the identity of the key's array: a cipher with
 * its key schedule, or the states of HMAC after the padded key. Forgetting a key overwrites it.
 *
 * It is kept for the keys used last, and made again for one that comes back: a thousand idle
 * connections would otherwise hold more in prepared keys than in everything else.
 */

import { type Cipher, createCipheriv } from 'node:crypto';
import * as layout from './wasm/layout.ts';
import { type Machine, wipe } from './wasm/machine.ts';
import { initialHash } from './wasm/sha256-constants.ts';

/** For so many keys of each kind something is kept. A connection has two of each. */
export const PREPARED_KEYS = 256;

/** The keys that are ready for work with `machine`, of which one MAC key is in its memory. */
export class PreparedKeys {
  readonly #machine: Machine;
  readonly #ciphers = new LastUsed(
    (e) => createCipheriv('aes-256-ecb', e, null),
    // The end of its life for OpenSSL, which clears the key schedule and does not wait for the
    // garbage collector to do so.
    (cipher: Cipher) => void cipher.final(),
  );
  readonly #macKeys = new LastUsed(
    (h) => prepareMacKey(this.#machine, h),
    (key: Uint8Array) => void key.fill(0),
  );
  #loaded: Uint8Array | undefined;
  /** The most packets that were worked on at a time since the machine's memory was wiped. */
  #packets = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** AES-256 of single blocks under `e` (32 bytes); whole blocks go in, and come out at once. */
  blockCipher(e: Uint8Array): Cipher {
    return this.#ciphers.of(e);
  }

  /** Make the machine ready for MACs under `h` (32 bytes), and note that `packets` are coming. */
  loadMacKey(h: Uint8Array, packets: number): void {
    if (packets > this.#packets) this.#packets = packets;
    const key = this.#macKeys.of(h);
    if (key === this.#loaded) return;
    this.#machine.bytes.set(key, layout.LOADED_KEY);
    this.#loaded = key;
  }

  /**
   * Overwrite what is kept for the key in this array, if it is one, and what work left in the
   * machine's memory. The array itself is not touched.
   */
  forget(secret: Uint8Array): void {
    this.#ciphers.forget(secret);
    if (!this.#macKeys.forget(secret)) return;
    wipe(this.#machine, this.#packets);
    this.#loaded = undefined;
    this.#packets = 0;
  }
}

/** What was made for each key, and is ended when the key is forgotten or was not used for long. */
class LastUsed<Made> {
  readonly #make: (key: Uint8Array) => Made;
  readonly #end: (made: Made) => void;
  /** In the order of their last use. */
  readonly #kept = new Map<Uint8Array, Made>();
  /** The key that was used last: it is where it belongs already. */
  #latest: Uint8Array | undefined;

  constructor(make: (key: Uint8Array) => Made, end: (made: Made) => void) {
    this.#make = make;
    this.#end = end;
  }

  of(key: Uint8Array): Made {
    const found = this.#kept.get(key);
    if (found !== undefined && key === this.#latest) return found;
    const made = found ?? this.#make(key);
    this.#kept.delete(key);
    const [oldest] = this.#kept.size < PREPARED_KEYS ? [] : this.#kept.keys();
    if (oldest !== undefined) this.forget(oldest);
    this.#kept.set(key, made);
    this.#latest = key;
    return made;
  }

  /** Whether there was something to forget. */
  forget(key: Uint8Array): boolean {
    const made = this.#kept.get(key);
    if (made === undefined) return false;
    this.#kept.delete(key);
    this.#end(made);
    return true;
  }
}

/** RFC 2104: both padded keys are one block each, and always the same, so they are hashed once. */
function prepareMacKey({ bytes, view, functions }: Machine, h: Uint8Array): Uint8Array {
  const { BLOCK_BYTES, CONSTANTS, SINGLE, STATE } = layout;
  if (h.length > BLOCK_BYTES) throw new RangeError('invariant: a MAC key is 32 bytes');
  // A lane for each of the two pads, ipad and opad; what the other lanes hash is of no use.
  const key = new Uint8Array(layout.LOADED_KEY_BYTES);
  for (const [lane, pad] of [0x36, 0x5c].entries()) {
    const block = SINGLE + lane * BLOCK_BYTES;
    bytes.fill(pad, block, block + BLOCK_BYTES);
    for (const [i, byte] of h.entries()) bytes[block + i] = byte ^ pad;
    for (const [i, word] of initialHash().entries()) {
      view.setUint32(STATE + 16 * i + 4 * lane, word, true);
    }
  }
  functions.hashFour(STATE, SINGLE, BLOCK_BYTES, 1, CONSTANTS);
  const states = new DataView(key.buffer);
  for (let i = 0; i < 16; i++) {
    states.setUint32(4 * i, view.getUint32(STATE + 16 * (i & 7) + 4 * (i >> 3)));
  }
  key.set(bytes.subarray(SINGLE, SINGLE + BLOCK_BYTES), 64);
  return key;
}
