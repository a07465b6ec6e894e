/**
 * Packets, one at a time and as the text has them: counter blocks are written out, encrypted, and
 * laid over the cleartext (PK-1 to PK-9).
 */

import { createCipheriv, timingSafeEqual } from 'node:crypto';
import { hmac, type PacketKeys } from './key.ts';
import {
  BLOCK_LENGTH,
  be32,
  be64,
  CLEARTEXT_LENGTH,
  PACKET_LENGTH,
  TEXT_LENGTH,
} from './parameters.ts';
import type { Bend } from './points.ts';

/** What opening a packet may find wrong; the codes of `spec/faults.md`. */
export type PacketFault = 'packet-mac-mismatch' | 'packet-length-invalid';

/** A packet that was opened: its text, and its padding, which a receiver ignores (PK-9). */
export interface Opened {
  readonly text: Buffer;
  readonly padding: Buffer;
}

const straight: Bend = (_point, value) => value;

/**
 * The packet with this number: `text`, of 1 to 1024 bytes, sealed with `keys`. Every value on the
 * way passes through `bend`, which may put another in its place.
 */
export function seal(
  keys: PacketKeys,
  number: bigint,
  text: Buffer,
  bend: Bend = straight,
): Buffer {
  const n = bend('number', number);
  const cleartext = bend('cleartext', cleartextOf(text));
  const block = (i: bigint) => bend('counterBlock', Buffer.concat([be64(n), be64(i)]));
  const ciphertext = bend('ciphertext', crypt(keys.e, cleartext, block));
  const macInput = bend('macInput', Buffer.concat([ciphertext, be64(n)]));
  return Buffer.concat([ciphertext, bend('mac', hmac(bend('macKey', keys.h), macInput))]);
}

/** The text under a packet that should have this number, or what is wrong with it (PK-7, PK-8). */
export function open(keys: PacketKeys, number: bigint, packet: Buffer): Opened | PacketFault {
  if (packet.length !== PACKET_LENGTH) throw new Error(`a packet of ${packet.length} bytes`);
  const ciphertext = packet.subarray(0, CLEARTEXT_LENGTH);
  const mac = hmac(keys.h, ciphertext, be64(number));
  if (!timingSafeEqual(mac, packet.subarray(CLEARTEXT_LENGTH))) return 'packet-mac-mismatch';
  const block = (i: bigint) => Buffer.concat([be64(number), be64(i)]);
  const cleartext = crypt(keys.e, ciphertext, block);
  const length = cleartext.readUInt32BE(TEXT_LENGTH);
  if (length === 0 || length > TEXT_LENGTH) return 'packet-length-invalid';
  return {
    text: cleartext.subarray(0, length),
    padding: cleartext.subarray(length, TEXT_LENGTH),
  };
}

/** The texts of the packets that these bytes are sent in: all full but the last (PK-13). */
export function textsOf(bytes: Buffer): readonly Buffer[] {
  const count = Math.ceil(bytes.length / TEXT_LENGTH);
  return Array.from({ length: count }, (_, i) =>
    bytes.subarray(i * TEXT_LENGTH, (i + 1) * TEXT_LENGTH),
  );
}

/** Text, zero bytes, be32 of the text's length (PK-2). */
function cleartextOf(text: Buffer): Buffer {
  const padding = Buffer.alloc(TEXT_LENGTH - text.length);
  return Buffer.concat([text, padding, be32(text.length)]);
}

/** Counter mode, either way: AES-256 of each counter block, laid over 16 bytes (PK-3). */
function crypt(e: Buffer, bytes: Buffer, block: (i: bigint) => Buffer): Buffer {
  const count = Math.ceil(bytes.length / BLOCK_LENGTH);
  const blocks = Array.from({ length: count }, (_, i) => block(BigInt(i)));
  const aes = createCipheriv('aes-256-ecb', e, null).setAutoPadding(false);
  const stream = aes.update(Buffer.concat(blocks));
  return Buffer.from(bytes.map((byte, i) => byte ^ (stream[i] ?? 0)));
}
