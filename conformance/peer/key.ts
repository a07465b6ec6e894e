/**
 * The key schedule: from a key file and two nonces to MAC keys, and with ySC to packet keys.
 *
 * Each step is a function of its own, so that a misbehaving peer can put something else between.
 */

import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { MAC_LENGTH, type Role } from './parameters.ts';

/** The pair of keys that one role seals with and the other opens with; 32 bytes each (HS-17). */
export interface PacketKeys {
  /** E, of AES-256. */
  readonly e: Buffer;
  /** H, of HMAC-SHA256. */
  readonly h: Buffer;
}

/** K: SHA-256 of all that is in the key file (KF-1). */
export function sharedSecretOf(keyFile: Buffer): Buffer {
  return createHash('sha256').update(keyFile).digest();
}

/** HMAC-SHA256, 32 bytes. */
export function hmac(key: Buffer, ...parts: readonly Buffer[]): Buffer {
  return createHmac('sha256', key).update(Buffer.concat(parts)).digest();
}

/** PBKDF2-HMAC-SHA256 with one iteration; `length` bytes. */
export function pbkdf2(password: Buffer, salt: Buffer, length: number): Buffer {
  return pbkdf2Sync(password, salt, 1, length, 'sha256');
}

/** dk1, 64 bytes (HS-5). `nonces` is nonceC ‖ nonceS. */
export function dk1Of(k: Buffer, nonces: Buffer): Buffer {
  return pbkdf2(k, nonces, 64);
}

/** dhmacC or dhmacS, the key of that role's h (HS-5). */
export function macKeyOf(dk1: Buffer, role: Role): Buffer {
  return role === 'client' ? dk1.subarray(0, 32) : dk1.subarray(32, 64);
}

/** dk2, 128 bytes (HS-17). `ySC` is 256 bytes with its leading zeros. */
export function dk2Of(k: Buffer, nonces: Buffer, ySC: Buffer): Buffer {
  return pbkdf2(k, Buffer.concat([nonces, ySC]), 128);
}

/** What this role seals with: E_C, H_C or E_S, H_S (HS-17, HS-18). */
export function packetKeysOf(dk2: Buffer, role: Role): PacketKeys {
  const at = role === 'client' ? 0 : 2 * MAC_LENGTH;
  return { e: dk2.subarray(at, at + 32), h: dk2.subarray(at + 32, at + 64) };
}
