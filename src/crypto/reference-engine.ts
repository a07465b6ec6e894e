/**
 * The packet engine to read: one packet at a time, in the order of the requirements' text.
 *
 * Answers PK-1 … PK-4 and PK-6 … PK-9. It is not fast: it sets up a cipher and a MAC for every packet.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  CIPHERTEXT_BYTES,
  MAX_MESSAGE_BYTES,
  PACKET_BYTES,
  PACKET_NUMBER_LIMIT,
} from '../protocol/parameters.ts';
import type { OpenedPackets, PacketKeys } from '../protocol/suite.ts';
import { aes256Ctr, firstCounterBlock } from './aes-ctr.ts';
import type { PacketEngine } from './packet-engine.ts';

/** The reference engine. It keeps nothing between calls. */
export const referenceEngine: PacketEngine = { sealPackets, openPackets };

function sealPackets(
  keys: PacketKeys,
  firstPacketNumber: bigint,
  plaintext: Uint8Array,
): Uint8Array {
  const count = Math.ceil(plaintext.length / MAX_MESSAGE_BYTES);
  requirePacketNumbers(firstPacketNumber, count);
  const packets = new Uint8Array(count * PACKET_BYTES);
  for (let i = 0; i < count; i++) {
    const message = plaintext.subarray(i * MAX_MESSAGE_BYTES, (i + 1) * MAX_MESSAGE_BYTES);
    packets.set(sealPacket(keys, firstPacketNumber + BigInt(i), message), i * PACKET_BYTES);
  }
  return packets;
}

function openPackets(
  keys: PacketKeys,
  firstPacketNumber: bigint,
  packets: Uint8Array,
): OpenedPackets {
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
    plaintext.set(message, end);
    end += message.length;
  }
  return { plaintext: plaintext.slice(0, end), opened: count };
}

/** One packet of 1 … 1024 bytes of plaintext (PK-1 … PK-4). */
function sealPacket(keys: PacketKeys, packetNumber: bigint, message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(CIPHERTEXT_BYTES);
  padded.set(message);
  new DataView(padded.buffer).setUint32(MAX_MESSAGE_BYTES, message.length);

  const packet = new Uint8Array(PACKET_BYTES);
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
  if (!timingSafeEqual(mac, packetMac(keys.h, packetNumber, ciphertext))) return 'mac';

  const padded = aes256Ctr(keys.e, firstCounterBlock(packetNumber), ciphertext);
  const length = new DataView(padded.buffer).getUint32(MAX_MESSAGE_BYTES);
  if (length < 1 || length > MAX_MESSAGE_BYTES) return 'length';
  // What follows the message is not looked at (PK-9): C does not either.
  return padded.subarray(0, length);
}

/** HMAC-SHA256 over the ciphertext and be64(packet number) (PK-4). */
function packetMac(h: Uint8Array, packetNumber: bigint, ciphertext: Uint8Array): Uint8Array {
  const number = new Uint8Array(8);
  new DataView(number.buffer).setBigUint64(0, packetNumber);
  return createHmac('sha256', h).update(ciphertext).update(number).digest();
}

/** The caller's side of the contract: whole packets, and numbers below 2⁶⁴ (PK-10). */
function requirePacketNumbers(first: bigint, count: number): void {
  if (!Number.isInteger(count)) throw new RangeError('invariant: only whole packets are opened');
  if (first < 0n || first + BigInt(count) > PACKET_NUMBER_LIMIT) {
    throw new RangeError('invariant: every packet number is below 2^64');
  }
}
