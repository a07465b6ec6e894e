/**
 * The packet engine to read: one packet at a time, in the order of the requirements' text.
 *
 * Answers PK-1 … PK-4 and PK-6 … PK-9. It is not fast: it sets up a cipher and a MAC for every packet.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import { concat } from '../protocol/bytes.ts';
import { CIPHERTEXT_BYTES, MAX_MESSAGE_BYTES, PACKET_BYTES } from '../protocol/parameters.ts';
import type { PacketKeys } from '../protocol/suite.ts';
import { aes256Ctr, firstCounterBlock } from './aes-ctr.ts';
import { type PacketEngine, requirePacketNumbers } from './packet-engine.ts';

/** The reference engine. It keeps nothing between calls. */
export const referenceEngine: PacketEngine = {
  sealPackets(keys, firstPacketNumber, plaintext) {
    const count = Math.ceil(plaintext.length / MAX_MESSAGE_BYTES);
    requirePacketNumbers(firstPacketNumber, count);
    const packets = new Uint8Array(count * PACKET_BYTES);
    for (let i = 0; i < count; i++) {
      const message = plaintext.subarray(i * MAX_MESSAGE_BYTES, (i + 1) * MAX_MESSAGE_BYTES);
      packets.set(sealPacket(keys, firstPacketNumber + BigInt(i), message), i * PACKET_BYTES);
    }
    return packets;
  },

  openPackets(keys, firstPacketNumber, ...parts) {
    const packets = concat(...parts);
    const count = packets.length / PACKET_BYTES;
    requirePacketNumbers(firstPacketNumber, count);
    const plaintext = new Uint8Array(count * MAX_MESSAGE_BYTES);
    let end = 0;
    for (let opened = 0; opened < count; opened++) {
      const packet = packets.subarray(opened * PACKET_BYTES, (opened + 1) * PACKET_BYTES);
      const message = openPacket(keys, firstPacketNumber + BigInt(opened), packet);
      if (message === 'mac' || message === 'length') {
        return { plaintext: plaintext.slice(0, end), opened, failure: message };
      }
      //= PK-16
      //# The way in which a plaintext is divided into packets MUST NOT change the bytes that are
      //# delivered.
      plaintext.set(message, end);
      end += message.length;
    }
    return { plaintext: plaintext.slice(0, end), opened: count };
  },
};

/** One packet of 1 … 1024 bytes of plaintext (PK-1 … PK-4). */
function sealPacket(keys: PacketKeys, packetNumber: bigint, message: Uint8Array): Uint8Array {
  //= PK-2
  //# The cleartext of a packet MUST be M, padded with zero bytes to 1024 bytes, followed by
  //# be32(length of M): 1028 bytes.
  const padded = new Uint8Array(CIPHERTEXT_BYTES);
  padded.set(message);
  new DataView(padded.buffer).setUint32(MAX_MESSAGE_BYTES, message.length);

  //= PK-1
  //# Every packet MUST be exactly 1060 bytes and carry 1 to 1024 bytes of plaintext.
  const packet = new Uint8Array(PACKET_BYTES);
  //= PK-3
  //# The cleartext MUST be encrypted with AES-256 in counter mode under E, where counter block i,
  //# for i = 0 … 64, is be64(N) ‖ be64(i).
  const ciphertext = aes256Ctr(keys.e, firstCounterBlock(packetNumber), padded);
  packet.set(ciphertext);
  packet.set(packetMac(keys.h, packetNumber, ciphertext), CIPHERTEXT_BYTES);
  return packet;
}

/** The message of one packet, or what is wrong with it (PK-7, PK-8). */
function openPacket(
  keys: PacketKeys,
  packetNumber: bigint,
  packet: Uint8Array,
): Uint8Array | 'mac' | 'length' {
  const ciphertext = packet.subarray(0, CIPHERTEXT_BYTES);
  const mac = packet.subarray(CIPHERTEXT_BYTES);
  // The MAC comes first: nothing of a packet is decrypted before it is known to be the peer's.
  //= PK-7
  //# A receiver MUST compare a packet's MAC with the one it computes for the expected packet
  //# number, over all 32 bytes, in time that does not depend on their content, before it decides
  //# anything on the packet.
  if (!timingSafeEqual(mac, packetMac(keys.h, packetNumber, ciphertext))) return 'mac';

  const padded = aes256Ctr(keys.e, firstCounterBlock(packetNumber), ciphertext);
  const length = new DataView(padded.buffer).getUint32(MAX_MESSAGE_BYTES);
  //= PK-8
  //# A receiver MUST treat a length of 0 or above 1024, seen after the MAC was accepted, as fatal.
  if (length < 1 || length > MAX_MESSAGE_BYTES) return 'length';
  //= PK-9
  //# A receiver MUST ignore the padding bytes: it MUST NOT refuse a packet for them and MUST NOT
  //# deliver them.
  return padded.subarray(0, length);
}

/** HMAC-SHA256 over the ciphertext and be64(packet number) (PK-4). */
function packetMac(h: Uint8Array, packetNumber: bigint, ciphertext: Uint8Array): Uint8Array {
  const number = new Uint8Array(8);
  new DataView(number.buffer).setBigUint64(0, packetNumber);
  //= PK-4
  //# The last 32 bytes MUST be HMAC(H, ciphertext ‖ be64(N)), where the packet number is
  //# authenticated but not sent.
  return createHmac('sha256', h).update(ciphertext).update(number).digest();
}
