/**
 * What one end sent, as an eavesdropper with the key follows it: nonce, y, h, then packets,
 * opened as soon as their keys are known. For `verify.ts`, which judges what is found here.
 *
 * It answers no peer and decides nothing; the core's own reading of a stream is in
 * `src/protocol`, and this is written apart from it so that a defect there can show.
 */

import { concat } from '../protocol/bytes.ts';
import {
  NONCE_BYTES,
  PACKET_BYTES,
  PUBLIC_VALUE_BYTES,
  PUBLIC_VALUE_MESSAGE_BYTES,
} from '../protocol/parameters.ts';
import type { CryptoSuite, PacketKeys } from '../protocol/suite.ts';

const HANDSHAKE_BYTES = NONCE_BYTES + PUBLIC_VALUE_MESSAGE_BYTES;

/** How far opening the packets of a stream came. */
export interface PacketFailure {
  /** The number of the packet. */
  readonly packet: number;
  readonly kind: 'mac' | 'length';
}

/** One direction of the wire. */
export class WireStream {
  /** All bytes so far. */
  total = 0;
  /** Packets opened, and the plaintext in them. Nothing after a failure is opened. */
  readonly opened = { packets: 0, bytes: 0 };
  /** The first packet that could not be opened with the right keys. */
  failure: PacketFailure | undefined;
  readonly #suite: CryptoSuite;
  readonly #handshake = new Uint8Array(HANDSHAKE_BYTES);
  #keys: PacketKeys | 'awaited' | 'unknown' = 'awaited';
  /** Bytes of packets that wait for their keys, or for the rest of their packet. */
  #held: Uint8Array[] = [];

  constructor(suite: CryptoSuite) {
    this.#suite = suite;
  }

  get nonce(): Uint8Array | undefined {
    return this.#part(0, NONCE_BYTES);
  }

  get y(): Uint8Array | undefined {
    return this.#part(NONCE_BYTES, NONCE_BYTES + PUBLIC_VALUE_BYTES);
  }

  get h(): Uint8Array | undefined {
    return this.#part(NONCE_BYTES + PUBLIC_VALUE_BYTES, HANDSHAKE_BYTES);
  }

  /** Whole packets so far, opened or not. */
  get packets(): number {
    return Math.floor(this.#packetBytes / PACKET_BYTES);
  }

  /** Bytes after the last whole packet. */
  get trailing(): number {
    return this.#packetBytes % PACKET_BYTES;
  }

  /** Give the keys, or say that they will not be known. */
  setKeys(keys: PacketKeys | 'unknown'): void {
    this.#keys = keys;
    this.#open();
  }

  add(bytes: Uint8Array): void {
    const handshake = bytes.subarray(0, Math.max(0, HANDSHAKE_BYTES - this.total));
    this.#handshake.set(handshake, Math.min(this.total, HANDSHAKE_BYTES));
    this.total += bytes.length;
    if (handshake.length === bytes.length || this.#keys === 'unknown') return;
    this.#held.push(bytes.subarray(handshake.length));
    this.#open();
  }

  get #packetBytes(): number {
    return Math.max(0, this.total - HANDSHAKE_BYTES);
  }

  #part(start: number, end: number): Uint8Array | undefined {
    return this.total >= end ? this.#handshake.subarray(start, end) : undefined;
  }

  #open(): void {
    if (this.#keys === 'awaited') return;
    if (this.#keys === 'unknown' || this.failure !== undefined) {
      this.#held = [];
      return;
    }
    const bytes = concat(...this.#held);
    const whole = bytes.length - (bytes.length % PACKET_BYTES);
    this.#held = whole < bytes.length ? [bytes.subarray(whole)] : [];
    if (whole === 0) return;
    const packets = bytes.subarray(0, whole);
    const result = this.#suite.openPackets(this.#keys, BigInt(this.opened.packets), packets);
    this.opened.packets += result.opened;
    this.opened.bytes += result.plaintext.length;
    if (result.failure !== undefined) {
      this.failure = { packet: this.opened.packets, kind: result.failure };
    }
  }
}
