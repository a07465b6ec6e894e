/**
 * The primitives that a confirmation computes with, and the tape that remembers each use.
 *
 * A confirmation runs once, over the arithmetic of `independent/`. Whatever it computed then stands
 * on the tape, and `openssl.ts` asks the openssl program for the same: so that each value is
 * confirmed by two programs that share no code with `src/crypto`, and none with each other.
 */

import { toHex } from '../format.ts';
import { aes256Blocks } from '../independent/aes256.ts';
import { power } from '../independent/group14.ts';
import { hmac } from '../independent/hmac.ts';
import { sha256 } from '../independent/sha256.ts';

/** What the protocol is made of. */
export interface Primitives {
  sha256(message: Uint8Array): Uint8Array;
  hmac(key: Uint8Array, message: Uint8Array): Uint8Array;
  /** AES-256 of each 16-byte block by itself. */
  aes256Blocks(key: Uint8Array, blocks: Uint8Array): Uint8Array;
  /** Modulo p. */
  power(base: bigint, exponent: bigint): bigint;
}

/** One use of a primitive. */
export interface Use {
  readonly primitive: 'sha256' | 'hmac' | 'aes256Blocks';
  /** Hex; empty for sha256. */
  readonly key: string;
  readonly input: Uint8Array;
  readonly output: Uint8Array;
}

/** The arithmetic of `independent/`, which remembers what it was asked. */
export class Tape implements Primitives {
  readonly #uses = new Map<string, Use>();
  readonly #powers = new Map<string, bigint>();

  /** Each use once. */
  get uses(): readonly Use[] {
    return [...this.#uses.values()];
  }

  /** How many powers were computed. */
  get powers(): number {
    return this.#powers.size;
  }

  sha256(message: Uint8Array): Uint8Array {
    return this.#once('sha256', new Uint8Array(0), message, () => sha256(message));
  }

  hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
    return this.#once('hmac', key, message, () => hmac(key, message));
  }

  aes256Blocks(key: Uint8Array, blocks: Uint8Array): Uint8Array {
    return this.#once('aes256Blocks', key, blocks, () => aes256Blocks(key, blocks));
  }

  power(base: bigint, exponent: bigint): bigint {
    const name = `${base} ${exponent}`;
    const known = this.#powers.get(name) ?? power(base, exponent);
    this.#powers.set(name, known);
    return known;
  }

  #once(
    primitive: Use['primitive'],
    key: Uint8Array,
    input: Uint8Array,
    compute: () => Uint8Array,
  ): Uint8Array {
    const name = `${primitive} ${toHex(key)} ${toHex(input)}`;
    let use = this.#uses.get(name);
    if (use === undefined) {
      use = { primitive, key: toHex(key), input: input.slice(), output: compute() };
      this.#uses.set(name, use);
    }
    return use.output.slice();
  }
}

/** The same arithmetic without a memory, for what is too long to remember. */
export const untaped: Primitives = { sha256, hmac, aes256Blocks, power };
