/**
 * Follows both directions of the wire through a log, derives what the key allows, and keeps the
 * facts that `checks.ts` judges.
 *
 * With forward secrecy the key alone does not give the packet keys. They are known when either
 * end sent y = 1 (then ySC is 1), or from a `full` log, which brings ySC along.
 */

import { concat } from '../protocol/bytes.ts';
import { isOne, one } from '../protocol/group14.ts';
import { MAC_BYTES, NONCE_BYTES, type Role } from '../protocol/parameters.ts';
import type { CryptoSuite, PacketKeys } from '../protocol/suite.ts';
import type { ByteCounts, LogEntry, LogHeader } from './format.ts';
import { Tally } from './tally.ts';
import { WireStream } from './wire-stream.ts';

/** The other end. */
export function otherRole(role: Role): Role {
  return role === 'client' ? 'server' : 'client';
}

/** The key that makes an end's h (HS-5). */
export function macKeyOf(dk1: Uint8Array, sender: Role): Uint8Array {
  return sender === 'client' ? dk1.subarray(0, MAC_BYTES) : dk1.subarray(MAC_BYTES);
}

/** The keys that an end seals with (HS-17, HS-18). */
export function packetKeysOf(dk2: Uint8Array, sender: Role): PacketKeys {
  const keys = dk2.subarray(sender === 'client' ? 0 : 2 * MAC_BYTES);
  return { e: keys.subarray(0, MAC_BYTES), h: keys.subarray(MAC_BYTES, 2 * MAC_BYTES) };
}

/** What is known of a connection from what crossed the wire, and the key. */
export class WireObserver {
  readonly header: LogHeader;
  /** What each end sent. */
  readonly streams: Readonly<Record<Role, WireStream>>;
  /** Whether packets can be opened, or why not; 'awaited' while the handshake has not said. */
  packets: 'awaited' | 'readable' | 'key does not fit' | 'forward secrecy' = 'awaited';
  /** Whether the server sent more than its nonce before the client's y and h (HS-9). */
  serverSpokeEarly = false;
  readonly #suite: CryptoSuite;
  readonly #secret: Uint8Array;
  readonly #tally = new Tally();
  #dk1: Uint8Array | undefined;
  #ySC: Uint8Array | undefined;

  /** `secret` is K, 32 bytes. */
  constructor(header: LogHeader, suite: CryptoSuite, secret: Uint8Array) {
    this.header = header;
    this.#suite = suite;
    this.#secret = secret;
    this.streams = { client: new WireStream(suite), server: new WireStream(suite) };
  }

  /** How much was received from and sent to each side. */
  get bytes(): ByteCounts {
    return this.#tally.bytes;
  }

  /** Take the next entry of the log. What comes after the connection's end is not followed. */
  observe({ event, effects }: LogEntry): void {
    if (this.#tally.outcome !== null) return;
    this.#tally.add(event, effects);
    const own = this.header.role;
    if (event.type === 'bytesReceived' && event.side === 'cipher') {
      this.#onWire(otherRole(own), event.bytes);
    }
    if (event.type === 'sharedSecretComputed' && 'ySC' in event) this.#ySC = event.ySC;
    for (const effect of effects) {
      if (effect.type === 'sendBytes' && effect.side === 'cipher') this.#onWire(own, effect.bytes);
    }
    this.#deriveKeys();
  }

  /** Whether h fits y under the key (HS-10); undefined when one of them is not there. */
  macHolds(sender: Role): boolean | undefined {
    const { y, h } = this.streams[sender];
    if (this.#dk1 === undefined || y === undefined || h === undefined) return undefined;
    return this.#suite.equal(h, this.#suite.hmac(macKeyOf(this.#dk1, sender), y));
  }

  #onWire(sender: Role, bytes: Uint8Array): void {
    const { client, server } = this.streams;
    this.streams[sender].add(bytes);
    // Seen from either end: what the client had sent by then is in the log before it.
    if (server.total > NONCE_BYTES && client.h === undefined) this.serverSpokeEarly = true;
  }

  #deriveKeys(): void {
    if (this.packets !== 'awaited') return;
    const { nonce: nonceC, y: yC } = this.streams.client;
    const { nonce: nonceS, y: yS } = this.streams.server;
    if (nonceC === undefined || nonceS === undefined) return;
    this.#dk1 ??= this.#suite.pbkdf2(this.#secret, concat(nonceC, nonceS), 2 * MAC_BYTES);
    if (this.macHolds('client') === false || this.macHolds('server') === false) {
      this.#giveUp('key does not fit');
      return;
    }
    // HS-14, HS-16: when either value is 1, both ends arrive at ySC = 1.
    const weak = (yC !== undefined && isOne(yC)) || (yS !== undefined && isOne(yS));
    const ySC = weak ? one() : this.#ySC;
    if (ySC === undefined) {
      const none = this.header.content === 'wire' && yC !== undefined && yS !== undefined;
      if (none) this.#giveUp('forward secrecy');
      return;
    }
    const dk2 = this.#suite.pbkdf2(this.#secret, concat(nonceC, nonceS, ySC), 4 * MAC_BYTES);
    this.packets = 'readable';
    this.streams.client.setKeys(packetKeysOf(dk2, 'client'));
    this.streams.server.setKeys(packetKeysOf(dk2, 'server'));
  }

  #giveUp(reason: 'key does not fit' | 'forward secrecy'): void {
    this.packets = reason;
    this.streams.client.setKeys('unknown');
    this.streams.server.setKeys('unknown');
  }
}
