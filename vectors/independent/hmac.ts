/**
 * HMAC-SHA256 from RFC 2104, and PBKDF2 from RFC 8018 over it.
 *
 * It confirms HS-5, HS-7, HS-17 and PK-4, over the SHA-256 beside it.
 */

import { sha256 } from './sha256.ts';

/** HMAC-SHA256, 32 bytes. Key and message have any length (RFC 2104 §2). */
export function hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(64);
  block.set(key.length > 64 ? sha256(key) : key);
  const inner = sha256(concat(padded(block, 0x36), message));
  return sha256(concat(padded(block, 0x5c), inner));
}

/**
 * PBKDF2 with `mac` as its pseudorandom function: `length` bytes (RFC 8018 §5.2). The protocol
 * always has one iteration.
 */
export function pbkdf2(
  mac: typeof hmac,
  password: Uint8Array,
  salt: Uint8Array,
  length: number,
  iterations = 1,
): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) => {
    const number = new Uint8Array(4);
    new DataView(number.buffer).setUint32(0, i + 1);
    let u = mac(password, concat(salt, number));
    const sum = u.slice();
    for (let round = 1; round < iterations; round++) {
      u = mac(password, u);
      for (const [at, byte] of u.entries()) sum[at] = (sum[at] ?? 0) ^ byte;
    }
    return sum;
  });
  return concat(...blocks).subarray(0, length);
}

function padded(block: Uint8Array, pad: number): Uint8Array {
  return block.map((byte) => byte ^ pad);
}

/** The parts one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
