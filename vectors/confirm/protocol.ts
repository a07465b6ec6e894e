/**
 * The steps of the protocol over given primitives: what `spec/protocol.md` says, and nothing that
 * `src` has.
 *
 * Answers HS-5, HS-8, HS-14, HS-16, HS-17 and PK-2 … PK-4 and PK-7, PK-8 for the confirmation. It is
 * a second reading of the text: slow, short, and without a state.
 */

import type { ExponentForm } from '../family.ts';
import { bytesOf, modulus, numberOf } from '../independent/group14.ts';
import { concat, pbkdf2 } from '../independent/hmac.ts';
import type { Primitives } from './primitives.ts';

export interface DirectionKeys {
  readonly e: Uint8Array;
  readonly h: Uint8Array;
}

/** HS-5. */
export function macKeys(by: Primitives, K: Uint8Array, nonceC: Uint8Array, nonceS: Uint8Array) {
  const dk1 = pbkdf2((key, text) => by.hmac(key, text), K, concat(nonceC, nonceS), 64);
  return { dk1, dhmacC: dk1.slice(0, 32), dhmacS: dk1.slice(32) };
}

/** HS-17. */
export function sessionKeys(
  by: Primitives,
  K: Uint8Array,
  nonceC: Uint8Array,
  nonceS: Uint8Array,
  ySC: Uint8Array,
) {
  const dk2 = pbkdf2((key, text) => by.hmac(key, text), K, concat(nonceC, nonceS, ySC), 128);
  return {
    dk2,
    client: { e: dk2.slice(0, 32), h: dk2.slice(32, 64) },
    server: { e: dk2.slice(64, 96), h: dk2.slice(96) },
  };
}

/** HS-8: the exponent, 33 bytes. */
export function exponentOf(form: ExponentForm, x: Uint8Array): Uint8Array {
  return bytesOf(numberOf(x) + (form === 'x' ? 0n : 2n ** 258n)).slice(-33);
}

/** HS-8, HS-16: base^exponent, 256 bytes. */
export function powerOf(by: Primitives, base: Uint8Array, exponent: Uint8Array): Uint8Array {
  return bytesOf(by.power(numberOf(base), numberOf(exponent)));
}

/** HS-8, HS-14: the y of an end; with -f, which has no exponent, it is 1. */
export function publicValue(
  by: Primitives,
  form: ExponentForm | null,
  x: Uint8Array | null,
): Uint8Array {
  if (form === null || x === null) return bytesOf(1n);
  return powerOf(by, bytesOf(2n), exponentOf(form, x));
}

/** HS-10 … HS-13, in the order of the text: the code of the fault, or null. */
export function judge(
  by: Primitives,
  dhmac: Uint8Array,
  y: Uint8Array,
  h: Uint8Array,
  requireForwardSecrecy: boolean,
): string | null {
  if (!same(h, by.hmac(dhmac, y))) return 'handshake-mac-mismatch';
  if (numberOf(y) >= modulus) return 'handshake-value-out-of-range';
  if (requireForwardSecrecy && numberOf(y) === 1n) return 'handshake-without-forward-secrecy';
  return null;
}

/** PK-2: the message, zero bytes, its length. */
export function cleartextOf(message: Uint8Array): Uint8Array {
  const cleartext = new Uint8Array(1028);
  cleartext.set(message);
  new DataView(cleartext.buffer).setUint32(1024, message.length);
  return cleartext;
}

/** PK-3: counter block i is be64(packet number) ‖ be64(i). */
export function encrypt(
  by: Primitives,
  e: Uint8Array,
  number: bigint,
  text: Uint8Array,
): Uint8Array {
  const blocks = new DataView(new ArrayBuffer(65 * 16));
  for (let i = 0; i < 65; i++) {
    blocks.setBigUint64(16 * i, number);
    blocks.setBigUint64(16 * i + 8, BigInt(i));
  }
  const stream = by.aes256Blocks(e, new Uint8Array(blocks.buffer));
  return text.map((byte, i) => byte ^ (stream[i] ?? 0));
}

/** PK-4. */
export function packetMac(
  by: Primitives,
  h: Uint8Array,
  number: bigint,
  ciphertext: Uint8Array,
): Uint8Array {
  const be64 = new DataView(new ArrayBuffer(8));
  be64.setBigUint64(0, number);
  return by.hmac(h, concat(ciphertext, new Uint8Array(be64.buffer)));
}

/** PK-2 … PK-4: 1060 bytes. */
export function seal(
  by: Primitives,
  keys: DirectionKeys,
  number: bigint,
  message: Uint8Array,
): Uint8Array {
  const ciphertext = encrypt(by, keys.e, number, cleartextOf(message));
  return concat(ciphertext, packetMac(by, keys.h, number, ciphertext));
}

/** PK-7, PK-8: the message, or the code of the fault. */
export function open(
  by: Primitives,
  keys: DirectionKeys,
  number: bigint,
  packet: Uint8Array,
): Uint8Array | string {
  const ciphertext = packet.slice(0, 1028);
  if (!same(packet.slice(1028), packetMac(by, keys.h, number, ciphertext))) {
    return 'packet-mac-mismatch';
  }
  const cleartext = encrypt(by, keys.e, number, ciphertext);
  const length = new DataView(cleartext.buffer).getUint32(1024);
  return length < 1 || length > 1024 ? 'packet-length-invalid' : cleartext.slice(0, length);
}

/** PK-11: the messages of the good packets before the first bad one, and its fault. */
export function openAll(by: Primitives, keys: DirectionKeys, stream: Uint8Array) {
  const messages: Uint8Array[] = [];
  for (let at = 0; at + 1060 <= stream.length; at += 1060) {
    const opened = open(by, keys, BigInt(messages.length), stream.slice(at, at + 1060));
    if (typeof opened === 'string') return { messages, fault: opened };
    messages.push(opened);
  }
  return { messages, fault: null };
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
