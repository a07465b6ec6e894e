/**
 * AES-256 in counter mode, as the packets use it.
 *
 * Answers PK-3. The counter block is be64(packet number) ‖ be64(block index), both big-endian
 * (`crypto_aesctr_init2` in C). SP 800-38A leaves the increment to the protocol; OpenSSL counts
 * the whole block as one big-endian number, which is the same thing here: a packet has 65 blocks,
 * so nothing is ever carried from the block index into the packet number.
 */

import { createCipheriv } from 'node:crypto';
import { ownBytes } from './own-bytes.ts';

/** The counter block of the first 16 bytes of packet `packetNumber`, 16 bytes. */
export function firstCounterBlock(packetNumber: bigint): Uint8Array {
  const block = new Uint8Array(16);
  new DataView(block.buffer).setBigUint64(0, packetNumber);
  return block;
}

/** Encrypt or decrypt (the same operation): `key` is 32 bytes, `counterBlock` 16, `data` any. */
export function aes256Ctr(key: Uint8Array, counterBlock: Uint8Array, data: Uint8Array): Uint8Array {
  return ownBytes(createCipheriv('aes-256-ctr', key, counterBlock).update(data));
}
