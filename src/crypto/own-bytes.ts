/**
 * What Node's cryptography returns, as a plain array that nobody else can see.
 *
 * A small `Buffer` may be a view into a pool that every module of the process shares: a secret
 * there outlives its owner, and an overwrite by someone else reaches it. It is not for bytes that
 * an attacker sees anyway.
 */

import type { Buffer } from 'node:buffer';

/** The bytes of `buffer` as a plain `Uint8Array` over memory of its own; `buffer` is given up. */
export function ownBytes(buffer: Buffer): Uint8Array {
  if (buffer.buffer.byteLength === buffer.byteLength) return new Uint8Array(buffer.buffer);
  const bytes = Uint8Array.from(buffer);
  buffer.fill(0);
  return bytes;
}
