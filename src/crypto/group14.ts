/**
 * The two exponentiations of the handshake, in the 2048-bit MODP group (RFC 3526 §3).
 *
 * Answers HS-8, HS-13 and HS-16. The private exponent is 2²⁵⁸ + x with x 32 random bytes: its bit
 * length is constant, so the time of an exponentiation does not tell how large x is (as
 * `crypto_dh.c` does). It is not where y is compared with the modulus: the core has done that
 * before it asks for a shared secret.
 */

import { GROUP14_MODULUS, isBelowModulus, isOne, one } from '../protocol/group14.ts';
import { EXPONENT_BYTES, PUBLIC_VALUE_BYTES } from '../protocol/parameters.ts';
import { type ModularPower, modularPower } from './modular-power.ts';

/** A private exponent's random part and the public value that belongs to it. */
export interface KeyPair {
  /** The 32 random bytes, big-endian: the array that was given. */
  readonly x: Uint8Array;
  /** 2^(2²⁵⁸ + x) mod p: 256 bytes, big-endian, with its leading zeros. A fresh array. */
  readonly y: Uint8Array;
}

/** The key pair of `x`, 32 random bytes. Takes about half a millisecond. */
export function generateKeyPair(x: Uint8Array): KeyPair {
  return { x, y: withExponent(x, (exponent) => modularPower(new Uint8Array([2]), exponent)) };
}

/**
 * ySC = y^(2²⁵⁸ + x) mod p: 256 bytes, big-endian, with its leading zeros (HS-16). `x` is 32 bytes,
 * `y` the peer's public value, 256 bytes and below p. Takes about half a millisecond.
 *
 * Every y below p is a value like any other for the protocol (HS-13), but OpenSSL refuses 0, 1 and
 * p − 1 always, and others where it validates. What it refuses is computed here by other means.
 * Only a peer that has the shared key can send such a value.
 */
//= HS-16
//# An end that wants forward secrecy MUST compute ySC = y^e mod p from the peer's y and its own
//# exponent, as 256 bytes with its leading zeros.
export function computeSharedSecret(x: Uint8Array, y: Uint8Array): Uint8Array {
  return sharedSecretBy(modularPower, x, y);
}

/** {@link computeSharedSecret} with the arithmetic of `power`, for tests of each form of it. */
export function sharedSecretBy(power: ModularPower, x: Uint8Array, y: Uint8Array): Uint8Array {
  if (y.length !== PUBLIC_VALUE_BYTES || !isBelowModulus(y)) {
    throw new RangeError('invariant: a public value is 256 bytes and below the modulus');
  }
  if (y.every((byte) => byte === 0)) return new Uint8Array(PUBLIC_VALUE_BYTES);
  if (isOne(y)) return one();
  const minusY = negate(y);
  if (isOne(minusY)) return signed(x, one());
  return withExponent(x, (exponent) => {
    try {
      return power(y, exponent);
    } catch {
      // Validating OpenSSL takes squares modulo p only. −1 is none, so p − y is one where y is not.
      return signed(x, power(minusY, exponent));
    }
  });
}

/** Run `use` with 2²⁵⁸ + x, 33 bytes, and overwrite it afterwards. */
function withExponent(x: Uint8Array, use: (exponent: Uint8Array) => Uint8Array): Uint8Array {
  if (x.length !== EXPONENT_BYTES) throw new RangeError('invariant: x is 32 bytes');
  const exponent = new Uint8Array(1 + EXPONENT_BYTES);
  //= HS-24
  //# An end with forward secrecy SHOULD use the exponent 2²⁵⁸ + x.
  exponent[0] = 4;
  exponent.set(x, 1);
  try {
    return use(exponent);
  } finally {
    exponent.fill(0);
  }
}

/** (−1)^(2²⁵⁸ + x) · value mod p. 2²⁵⁸ is even, so only the parity of x counts. */
function signed(x: Uint8Array, value: Uint8Array): Uint8Array {
  return ((x.at(-1) ?? 0) & 1) === 0 ? value : negate(value);
}

/** p − y, for 0 < y < p. */
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
