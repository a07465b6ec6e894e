/**
 * The two exponentiations of the handshake, in the 2048-bit MODP group (RFC 3526 §3).
 *
 * Answers HS-8, HS-13 and HS-16. The private exponent is 2²⁵⁸ + x with x 32 random bytes: its bit
 * length is constant, so the time of an exponentiation does not tell how large x is (as
 * `crypto_dh.c` does). It is not where y is compared with the modulus: the core has done that
 * before it asks for a shared secret.
 */

import { createDiffieHellman, type DiffieHellman } from 'node:crypto';
import { GROUP14_MODULUS, isBelowModulus, isOne, one } from '../protocol/group14.ts';
import { EXPONENT_BYTES, PUBLIC_VALUE_BYTES } from '../protocol/parameters.ts';
import { ownBytes } from './own-bytes.ts';

/** A private exponent's random part and the public value that belongs to it. */
export interface KeyPair {
  /** The 32 random bytes, big-endian: the array that was given. */
  readonly x: Uint8Array;
  /** 2^(2²⁵⁸ + x) mod p: 256 bytes, big-endian, with its leading zeros. A fresh array. */
  readonly y: Uint8Array;
}

/** The key pair of `x`, 32 random bytes. Takes about half a millisecond. */
export function generateKeyPair(x: Uint8Array): KeyPair {
  return { x, y: power(new Uint8Array([2]), x) };
}

/**
 * ySC = y^(2²⁵⁸ + x) mod p: 256 bytes, big-endian, with its leading zeros (HS-16). `x` is 32 bytes,
 * `y` the peer's public value, 256 bytes and below p. Takes about half a millisecond.
 *
 * 0, 1 and p − 1 are values like any other for the protocol, but OpenSSL refuses them ("too
 * small", "too large"); they are computed here. A peer that sends them has the shared key.
 */
export function computeSharedSecret(x: Uint8Array, y: Uint8Array): Uint8Array {
  if (y.length !== PUBLIC_VALUE_BYTES || !isBelowModulus(y)) {
    throw new RangeError('invariant: a public value is 256 bytes and below the modulus');
  }
  if (isZero(y)) return new Uint8Array(PUBLIC_VALUE_BYTES);
  if (isOne(y)) return one();
  if (isOne(negate(y))) return isEven(x) ? one() : Uint8Array.from(y);
  return power(y, x);
}

/** One object for the process: setting its private key is cheap, making it is not everywhere. */
let group: DiffieHellman | undefined;

function power(base: Uint8Array, x: Uint8Array): Uint8Array {
  if (x.length !== EXPONENT_BYTES) throw new RangeError('invariant: x is 32 bytes');
  group ??= createDiffieHellman(GROUP14_MODULUS, 2);
  const exponent = new Uint8Array(1 + EXPONENT_BYTES);
  exponent[0] = 4;
  exponent.set(x, 1);
  group.setPrivateKey(exponent);
  exponent.fill(0);
  return ownBytes(group.computeSecret(base));
}

function isZero(y: Uint8Array): boolean {
  return y.every((byte) => byte === 0);
}

/** 2²⁵⁸ is even, so the parity of the exponent is that of x. */
function isEven(x: Uint8Array): boolean {
  return ((x.at(-1) ?? 0) & 1) === 0;
}

/** p − y, for y below p. */
function negate(y: Uint8Array): Uint8Array {
  const difference = new Uint8Array(PUBLIC_VALUE_BYTES);
  let borrow = 0;
  for (let i = PUBLIC_VALUE_BYTES - 1; i >= 0; i--) {
    const digit = (GROUP14_MODULUS[i] ?? 0) - (y[i] ?? 0) - borrow;
    borrow = digit < 0 ? 1 : 0;
    difference[i] = digit;
  }
  return difference;
}
