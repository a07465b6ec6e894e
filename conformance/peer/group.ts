/**
 * The arithmetic of the handshake: powers modulo p, a peer's own value, and the search for values
 * that have leading zero bytes.
 */

import { randomBytes } from 'node:crypto';
import { GENERATOR, P, Y_LENGTH } from './parameters.ts';

/**
 * A peer's own value: y = sign · 2^exponent modulo p. With exponent 0 that is y = 1, and ySC is 1
 * whatever the other end sends: an end without forward secrecy (HS-14). A sign of -1 gives p − 1,
 * p − 2 and the values that are no squares; 0 gives y = 0.
 */
export interface OwnValue {
  readonly exponent: bigint;
  readonly sign: 1 | -1 | 0;
}

/** base^exponent modulo p, from 0 to p − 1. */
export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % P;
    if (bit === '1') result = (result * base) % P;
  }
  return result;
}

/** A number as 256 bytes, big-endian, with its leading zeros (HS-6). It must be below 2²⁰⁴⁸. */
export function toBytes(n: bigint): Buffer {
  return Buffer.from(n.toString(16).padStart(2 * Y_LENGTH, '0'), 'hex');
}

/** The number that these bytes are, big-endian. */
export function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex') || '0'}`);
}

/** An exponent as HS-24 has it: 2²⁵⁸ + x, where x is 256 random bits. */
export function freshValue(): OwnValue {
  return { exponent: 2n ** 258n + toNumber(randomBytes(32)), sign: 1 };
}

/** y of an own value, as a number below p (HS-8). */
export function publicValue({ exponent, sign }: OwnValue): bigint {
  return signed(power(GENERATOR, exponent), sign);
}

/**
 * What the other end may arrive at as ySC = y^e, from its y: one value where our y is a power of
 * 2, and two where it is a negative one, since only the other end knows whether its e is even.
 */
export function sharedValues({ exponent, sign }: OwnValue, peerY: bigint): readonly bigint[] {
  if (sign === 0) return [0n];
  const positive = power(peerY, exponent);
  return sign === 1 ? [positive] : [positive, signed(positive, -1)];
}

function signed(n: bigint, sign: OwnValue['sign']): bigint {
  return (((n * BigInt(sign)) % P) + P) % P;
}

/**
 * The first value from `start` on whose y, and whose ySC with `peerY`, have at least so many
 * leading zero bytes. It takes 256 steps for each such byte on average, a few milliseconds. One more
 * in the exponent doubles y, and multiplies ySC by the other end's y.
 */
export function grind(
  start: OwnValue,
  zeros: { readonly y?: number; readonly ySC?: number },
  peerY: bigint = 1n,
): OwnValue {
  const below = (bytes: number | undefined) => 2n ** BigInt(8 * (Y_LENGTH - (bytes ?? 0)));
  const limits = { y: below(zeros.y), ySC: below(zeros.ySC) };
  let { exponent } = start;
  let y = power(GENERATOR, exponent);
  let ySC = power(peerY, exponent);
  while (y >= limits.y || (zeros.ySC !== undefined && ySC >= limits.ySC)) {
    exponent += 1n;
    y = (y * GENERATOR) % P;
    if (zeros.ySC !== undefined) ySC = (ySC * peerY) % P;
  }
  return { exponent, sign: 1 };
}
