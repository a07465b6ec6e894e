/**
 * Bytes as base64 text and back (RFC 4648 §4), with padding and in canonical form only.
 *
 * Decoding is strict, unlike Node's: each byte string has exactly one text, so that two logs
 * with different text never mean the same.
 */

import { StringDecoder } from 'node:string_decoder';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const NOT_A_DIGIT = 64;

const VALUES = new Uint8Array(128).fill(NOT_A_DIGIT);
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/** The text of `bytes`. */
export function encodeBase64(bytes: Uint8Array): string {
  // The decoder is native code: ten times as fast as a loop here, and this is on the data path.
  return new StringDecoder('base64').end(bytes);
}

/** The bytes of `text`, or `undefined` if it is not the canonical base64 of any. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let written = 0;
  let invalid = 0;
  for (let i = 0; i < digits; i += 4) {
    const a = valueAt(text, i);
    const b = valueAt(text, i + 1);
    const c = i + 2 < digits ? valueAt(text, i + 2) : 0;
    const d = i + 3 < digits ? valueAt(text, i + 3) : 0;
    invalid |= (a | b | c | d) & NOT_A_DIGIT;
    const group = (a << 18) | (b << 12) | (c << 6) | d;
    // Past the end of the array an assignment does nothing: that is where padding would go.
    bytes[written] = group >> 16;
    bytes[written + 1] = group >> 8;
    bytes[written + 2] = group;
    written += 3;
    // The bits that padding leaves over must be zero.
    if (i + 4 > digits) invalid |= (group & (padding === 2 ? 0xffff : 0xff)) === 0 ? 0 : 64;
  }
  return invalid === 0 ? bytes : undefined;
}

function valueAt(text: string, i: number): number {
  return VALUES[text.charCodeAt(i)] ?? NOT_A_DIGIT;
}
