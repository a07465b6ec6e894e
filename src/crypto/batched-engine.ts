/**
 * The packet engine that runs: a chunk of packets at a time.
 *
 * Answers PK-1 … PK-4 and PK-6 … PK-9, with the same bytes as `reference-engine.ts`, which is the one
 * to read. What makes it fast is that nothing is set up for a packet:
 *
 * - The key stream of a batch comes from one call of one AES-256-ECB object for each key, over
 *   counter blocks that lie ready: that is what counter mode is (PK-3).
 * - HMAC starts from the two states after the padded key, and hashes four packets at once, in
 *   WebAssembly (`wasm/`). A packet left over is hashed by OpenSSL, in one call.
 *
 * Results are fresh arrays. All else lies in scratch memory that all connections share, one after
 * the other. A call leaves in it its key, and some of its plaintext and key stream, until further
 * calls write over them or `forgetKey` does: for the MAC key of any connection, if it is still
 * prepared. Where that has made room for those of others (`prepared-keys.ts`), a rest of what was
 * worked on under it may stay until one of theirs is forgotten; to overwrite everything at each
 * such change would burden those who have more connections than keys are kept for. The arrays in
 * which OpenSSL returns key stream are left to the garbage collector as they are.
 */

import { Buffer } from 'node:buffer';
import { type Cipher, hash } from 'node:crypto';
import { CIPHERTEXT_BYTES, MAX_MESSAGE_BYTES, PACKET_BYTES } from '../protocol/parameters.ts';
import type { PacketKeys } from '../protocol/suite.ts';
import { type PacketEngine, requirePacketNumbers } from './packet-engine.ts';
import { PreparedKeys } from './prepared-keys.ts';
import {
  AUTHENTICATED_BYTES,
  BATCH_PACKETS,
  BLOCK_BYTES,
  COUNTERS,
  KEY_STREAM,
  OUTER_BLOCKS,
  PACKETS,
  PLAINTEXT,
  PLAINTEXT_LENGTH,
  SINGLE,
  STREAM_BYTES,
} from './wasm/layout.ts';
import { type Machine, machine } from './wasm/machine.ts';

/** Packets whose MACs are computed at once. */
const LANES = 4;

/**
 * Packets whose key stream is asked for at once. More would cost a little less for each, but the
 * C library gives larger arrays back to the system and asks for them again, page by page.
 */
const CIPHERED_PACKETS = 16;

/** The batched engine. It keeps prepared keys between calls, and nothing that changes a result. */
export const batchedEngine: PacketEngine = {
  sealPackets(keys, firstPacketNumber, plaintext) {
    const count = Math.ceil(plaintext.length / MAX_MESSAGE_BYTES);
    requirePacketNumbers(firstPacketNumber, count);
    const packets = unfilled(count * PACKET_BYTES);
    const { engine, cipher } = prepare(keys, count);
    for (let done = 0; done < count; done += BATCH_PACKETS) {
      const batch = Math.min(BATCH_PACKETS, count - done);
      const first = done === 0 ? firstPacketNumber : firstPacketNumber + BigInt(done);
      const from = done * MAX_MESSAGE_BYTES;
      const messages =
        batch === count ? plaintext : plaintext.subarray(from, from + batch * MAX_MESSAGE_BYTES);
      sealBatch(engine, cipher, first, messages, batch);
      packets.set(view(engine, PACKETS, batch * PACKET_BYTES), done * PACKET_BYTES);
    }
    return packets;
  },

  openPackets(keys, firstPacketNumber, ...parts) {
    const count = parts.reduce((sum, { length }) => sum + length, 0) / PACKET_BYTES;
    requirePacketNumbers(firstPacketNumber, count);
    // No packets take no key: a daemon warms up with none, before it has one.
    if (count === 0) return { plaintext: new Uint8Array(0), opened: 0 };
    const { engine, cipher } = prepare(keys, count);
    let plaintext: Uint8Array | undefined;
    let end = 0;
    let done = 0;
    while (done < count) {
      const batch = Math.min(BATCH_PACKETS, count - done);
      const first = done === 0 ? firstPacketNumber : firstPacketNumber + BigInt(done);
      copyRange(engine, PACKETS, parts, done * PACKET_BYTES, batch * PACKET_BYTES);
      //= PK-7
      //# A receiver MUST compare a packet's MAC with the one it computes for the expected packet
      //# number, over all 32 bytes, in time that does not depend on their content, before it decides
      //# anything on the packet.
      const authentic = openMacs(engine, first, batch);
      const good = authentic === 0 ? 0 : decrypt(engine, cipher, first, authentic);
      const length = authentic === 0 ? 0 : engine.view.getUint32(PLAINTEXT_LENGTH, true);
      // Room for all that may follow, if something may.
      plaintext ??= unfilled(batch === count ? length : count * MAX_MESSAGE_BYTES);
      plaintext.set(view(engine, PLAINTEXT, length), end);
      end += length;
      done += good;
      //= PK-8
      //# A receiver MUST treat a length of 0 or above 1024, seen after the MAC was accepted, as
      //# fatal.
      if (good < batch) {
        const failure = good < authentic ? 'length' : 'mac';
        return { plaintext: cut(plaintext, end), opened: done, failure };
      }
    }
    return { plaintext: cut(plaintext ?? unfilled(0), end), opened: done };
  },
};

/** Made with the first packet, like the machine. */
let prepared: PreparedKeys | undefined;

/** The machine with the MAC key of `keys`, and their cipher, for `count` packets. */
function prepare({ e, h }: PacketKeys, count: number): { engine: Machine; cipher: Cipher } {
  const engine = machine();
  prepared ??= new PreparedKeys(engine);
  prepared.loadMacKey(h, Math.min(count, BATCH_PACKETS));
  return { engine, cipher: prepared.blockCipher(e) };
}

/** Overwrite what is kept for the key in this array, if it is one, and what work left in memory. */
export function forgetKey(secret: Uint8Array): void {
  prepared?.forget(secret);
}

/** 1 to 64 packets, into PACKETS. */
function sealBatch(
  engine: Machine,
  cipher: Cipher,
  first: bigint,
  messages: Uint8Array,
  count: number,
): void {
  const { functions, bytes } = engine;
  bytes.set(messages, PLAINTEXT);
  const padding = count * MAX_MESSAGE_BYTES - messages.length;
  const end = PLAINTEXT + messages.length;
  //= PK-2
  //# The cleartext of a packet MUST be M, padded with zero bytes to 1024 bytes, followed by
  //# be32(length of M): 1028 bytes.
  if (padding > 0) bytes.fill(0, end, end + padding);
  writeKeyStream(engine, cipher, first, count);
  functions.encrypt(count, MAX_MESSAGE_BYTES - padding);
  for (let i = 0; i < count; i += LANES) {
    const packet = PACKETS + i * PACKET_BYTES;
    const lanes = Math.min(LANES, count - i);
    computeMacs(engine, packet, i === 0 ? first : first + BigInt(i), lanes);
    functions.putMacs(packet, lanes);
  }
}

/** How many of the 1 to 64 packets in PACKETS come before the first whose MAC is wrong. */
function openMacs(engine: Machine, first: bigint, count: number): number {
  for (let i = 0; i < count; i += LANES) {
    const packet = PACKETS + i * PACKET_BYTES;
    const lanes = Math.min(LANES, count - i);
    computeMacs(engine, packet, i === 0 ? first : first + BigInt(i), lanes);
    const good = engine.functions.matchMacs(packet, lanes);
    if (good < lanes) return i + good;
  }
  return count;
}

/** The messages of the packets in PACKETS, up to one with a bad length, into PLAINTEXT. */
function decrypt(engine: Machine, cipher: Cipher, first: bigint, count: number): number {
  writeKeyStream(engine, cipher, first, count);
  return engine.functions.decrypt(count);
}

/** The key stream of `count` packets, into KEY_STREAM. */
//= PK-3
//# The cleartext MUST be encrypted with AES-256 in counter mode under E, where counter block i, for
//# i = 0 … 64, is be64(N) ‖ be64(i).
function writeKeyStream(engine: Machine, cipher: Cipher, first: bigint, count: number): void {
  engine.functions.writeCounters(count, first);
  for (let i = 0; i < count; i += CIPHERED_PACKETS) {
    const offset = i * STREAM_BYTES;
    const length = Math.min(CIPHERED_PACKETS, count - i) * STREAM_BYTES;
    engine.bytes.set(cipher.update(view(engine, COUNTERS + offset, length)), KEY_STREAM + offset);
  }
}

/** The MACs of 1 to 4 packets that begin at address `packet`, into MACS. */
//= PK-4
//# The last 32 bytes MUST be HMAC(H, ciphertext ‖ be64(N)), where the packet number is
//# authenticated but not sent.
function computeMacs(engine: Machine, packet: number, first: bigint, lanes: number): void {
  const { functions, bytes, buffer } = engine;
  if (lanes > 1) {
    functions.macFour(packet, first);
    return;
  }
  const begin = SINGLE + BLOCK_BYTES;
  bytes.copyWithin(begin, packet, packet + CIPHERTEXT_BYTES);
  engine.view.setBigUint64(begin + CIPHERTEXT_BYTES, first);
  const digest = hash('sha256', view(engine, SINGLE, BLOCK_BYTES + AUTHENTICATED_BYTES), 'binary');
  buffer.write(digest, OUTER_BLOCKS, 'latin1');
  functions.finishMacs();
}

/** `length` bytes of the joined parts, from `from` on, to `address`. */
function copyRange(
  { bytes }: Machine,
  address: number,
  parts: readonly Uint8Array[],
  from: number,
  length: number,
): void {
  let start = from;
  let room = length;
  let to = address;
  for (const part of parts) {
    const piece = part.subarray(start, start + room);
    bytes.set(piece, to);
    start = Math.max(0, start - part.length);
    room -= piece.length;
    to += piece.length;
  }
}

function view({ bytes }: Machine, address: number, length: number): Uint8Array {
  return bytes.subarray(address, address + length);
}

/** A fresh array whose content is about to be written. Zeros are cheap for few bytes only. */
function unfilled(length: number): Uint8Array {
  if (length < 4096) return new Uint8Array(length);
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}

/** The first `length` bytes, without holding much more memory than that. */
function cut(bytes: Uint8Array, length: number): Uint8Array {
  if (length === bytes.length) return bytes;
  return length > bytes.length / 2 ? bytes.subarray(0, length) : bytes.slice(0, length);
}
