/**
 * b^e mod p with a secret e, in OpenSSL's constant-time arithmetic.
 *
 * Answers HS-8 and HS-16 for the arithmetic alone. Node has no modular exponentiation; it has two
 * forms of Diffie-Hellman, whose shared secret *is* a power of what is given as the peer's key.
 * Both give the same bytes, and neither is good with every OpenSSL:
 *
 * | form | OpenSSL 3.0 (Node 20) | OpenSSL 3.5 (Node 22, 24, 26) |
 * |---|---|---|
 * | `createDiffieHellman` | 0.4 ms a power | 2.5 ms a power, or 0.3 s for the first one |
 * | `diffieHellman` | 3.6 ms a power | 0.9 ms a power |
 *
 * What is slow is a validation: of every base, or of the modulus, which is a constant here. Where
 * it takes place, a base that is not a square modulo p is refused by an exception; 0, 1 and p − 1
 * are refused everywhere. This file does not hide that; `group14.ts` does.
 */

import { Buffer } from 'node:buffer';
import {
  createDiffieHellman,
  createPrivateKey,
  createPublicKey,
  type DiffieHellman,
  diffieHellman,
} from 'node:crypto';
import { concat } from '../protocol/bytes.ts';
import { GROUP14_MODULUS } from '../protocol/group14.ts';
import { EXPONENT_BYTES } from '../protocol/parameters.ts';
import { ownBytes } from './own-bytes.ts';

/**
 * base^exponent mod p: 256 bytes, big-endian, with its leading zeros. Both arguments are
 * big-endian; the exponent is 33 bytes, of which the first is 4. Throws for a base that OpenSSL
 * refuses.
 */
export type ModularPower = (base: Uint8Array, exponent: Uint8Array) => Uint8Array;

/** Length of the exponent 2²⁵⁸ + x, in bytes. */
const EXPONENT_LENGTH = 1 + EXPONENT_BYTES;

/** The form that is fast here. The choice changes the time, never the bytes. */
export const modularPower: ModularPower = (base, exponent) =>
  keyObjectsAreFaster() ? powerByKeyObjects(base, exponent) : powerByDiffieHellman(base, exponent);

function keyObjectsAreFaster(): boolean {
  const [major = 0, minor = 0] = process.versions.openssl.split('.').map(Number);
  return major > 3 || (major === 3 && minor >= 5);
}

let group: DiffieHellman | undefined;

/** Through one persistent object, whose private key is set for each power. */
export function powerByDiffieHellman(base: Uint8Array, exponent: Uint8Array): Uint8Array {
  group ??= createDiffieHellman(GROUP14_MODULUS, 2);
  group.setPrivateKey(exponent);
  try {
    return ownBytes(group.computeSecret(base));
  } finally {
    // OpenSSL clears the key that this one replaces.
    group.setPrivateKey(new Uint8Array([1]));
  }
}

/** Through two key objects, which Node makes from DER only: PKCS #8 and SPKI over PKCS #3. */
export function powerByKeyObjects(base: Uint8Array, exponent: Uint8Array): Uint8Array {
  const spki = der(SEQUENCE, ALGORITHM, der(BIT_STRING, ZERO, integer(base)));
  const publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const pkcs8 = Buffer.alloc(PKCS8_PREFIX.length + exponent.length);
  pkcs8.set(PKCS8_PREFIX);
  pkcs8.set(exponent, PKCS8_PREFIX.length);
  try {
    const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    return ownBytes(diffieHellman({ privateKey, publicKey }));
  } finally {
    pkcs8.fill(0);
  }
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const SEQUENCE = 0x30;
const ZERO = new Uint8Array([0]);

/** dhKeyAgreement (PKCS #3, 1.2.840.113549.1.3.1) with p and the generator 2. */
const ALGORITHM = der(
  SEQUENCE,
  der(OBJECT_IDENTIFIER, new Uint8Array([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x03, 0x01])),
  der(SEQUENCE, integer(GROUP14_MODULUS), integer(new Uint8Array([2]))),
);

/** A private key up to its exponent, whose length is constant: so no copy of it is made here. */
const PKCS8_PREFIX = der(
  SEQUENCE,
  integer(ZERO),
  ALGORITHM,
  der(OCTET_STRING, integer(new Uint8Array(EXPONENT_LENGTH).fill(4))),
).slice(0, -EXPONENT_LENGTH);

/** An ASN.1 INTEGER that is not negative; DER wants it as short as possible (X.690 §8.3). */
function integer(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? ZERO : bytes.subarray(start);
  return (digits[0] ?? 0) < 0x80 ? der(INTEGER, digits) : der(INTEGER, ZERO, digits);
}

/** One ASN.1 value: tag, length, content (X.690 §8.1). */
function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return concat(Uint8Array.of(tag, ...size), content);
}
