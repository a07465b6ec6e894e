/**
 * What an end computes in one connection, from its nonce to the keys of the packets.
 *
 * What it sends is bent where it is told to; what it opens and compares by is always straight.
 */

import { randomBytes } from 'node:crypto';
import {
  freshValue,
  type OwnValue,
  publicValue,
  sharedValues,
  toBytes,
  toNumber,
} from './group.ts';
import {
  dk1Of,
  dk2Of,
  hmac,
  macKeyOf,
  type PacketKeys,
  packetKeysOf,
  sharedSecretOf,
} from './key.ts';
import { faultOf } from './message.ts';
import { open } from './packets.ts';
import { NONCE_LENGTH, otherRole, Y_LENGTH } from './parameters.ts';
import type { Bend, Earlier, Known } from './points.ts';

const NOTHING: Buffer = Buffer.alloc(0);

export class Schedule {
  readonly #known: Known;
  readonly #bend: Bend;
  readonly #k: Buffer;
  #nonce = NOTHING;
  #message = NOTHING;
  #own: OwnValue | undefined;
  #sealing: PacketKeys | undefined;
  #opening: PacketKeys | undefined;

  /** Reads from `known` what the other end has sent, and writes there what it has computed. */
  constructor(known: Known, bend: Bend) {
    this.#known = known;
    this.#bend = bend;
    this.#k = sharedSecretOf(known.keyFile);
  }

  /** Has it made its y? Without, it opens nothing. */
  get begun(): boolean {
    return this.#own !== undefined;
  }

  /** What it has sent of the handshake. */
  get record(): Pick<Earlier, 'nonce' | 'message'> {
    return { nonce: this.#nonce, message: this.#message };
  }

  makeNonce(): Buffer {
    this.#nonce = this.#bend('nonce', randomBytes(NONCE_LENGTH));
    return this.#nonce;
  }

  /** y ‖ h (HS-7, HS-15). */
  makeMessage(): Buffer {
    const nonces = this.#nonces();
    this.#known.dk1 = dk1Of(this.#k, nonces);
    this.#own = this.#bend('own', freshValue());
    this.#known.y = this.#bend('y', toBytes(publicValue(this.#own)));
    const salt = this.#bend('macSalt', nonces);
    const dk1 = this.#bend('dk1', dk1Of(this.#bend('k', this.#k), salt));
    const key = this.#bend('hKey', macKeyOf(dk1, this.#known.role));
    const h = this.#bend('h', hmac(key, this.#bend('hInput', this.#known.y)));
    this.#message = this.#bend('message', Buffer.concat([this.#known.y, h]));
    return this.#message;
  }

  /** What is wrong with the other end's y ‖ h (HS-6, HS-7, HS-15); undefined where nothing is. */
  faultOfMessage() {
    const key = macKeyOf(dk1Of(this.#k, this.#nonces()), otherRole(this.#known.role));
    return faultOf(this.#known.peerMessage, key);
  }

  /** The keys of the packets that it sends. */
  sealingKeys(): PacketKeys {
    if (this.#sealing !== undefined) return this.#sealing;
    const [only] = this.#sharedValues();
    if (this.#known.ySC.length === 0) this.#settle(only ?? NOTHING);
    const salt = this.#bend('keySalt', this.#known.nonces);
    const ySC = this.#bend('ySC', this.#known.ySC);
    const dk2 = this.#bend('dk2', dk2Of(this.#bend('k', this.#k), salt, ySC));
    this.#sealing = this.#bend('keys', packetKeysOf(dk2, this.#known.role));
    return this.#sealing;
  }

  /** The other end's packet of this number, opened, or what is wrong with it. */
  open(packet: Buffer, number: number) {
    if (this.#opening === undefined) {
      const values = this.#sharedValues();
      this.#nonces();
      for (const each of values) {
        const keys = this.#settle(each);
        if (typeof open(keys, BigInt(number), packet) !== 'string') break;
      }
    }
    if (this.#opening === undefined) throw new Error('keys before the handshake');
    return open(this.#opening, BigInt(number), packet);
  }

  /** nonceC ‖ nonceS, of the first 32 bytes that either end has sent (HS-3, HS-5). */
  #nonces(): Buffer {
    const own = this.#nonce.subarray(0, NONCE_LENGTH);
    const { peerNonce } = this.#known;
    const nonces = this.#known.role === 'client' ? [own, peerNonce] : [peerNonce, own];
    this.#known.nonces = Buffer.concat(nonces);
    return this.#known.nonces;
  }

  /** ySC, unbent: more than one where only the subject knows which; see `sharedValues`. */
  #sharedValues(): readonly Buffer[] {
    if (this.#own === undefined) throw new Error('the plan has packets before the own y');
    // With exponent 0 it is 1 whatever the other end sends, and known before it has sent anything.
    const { peerMessage } = this.#known;
    return sharedValues(this.#own, toNumber(peerMessage.subarray(0, Y_LENGTH))).map(toBytes);
  }

  /** This is ySC. */
  #settle(ySC: Buffer): PacketKeys {
    this.#known.ySC = ySC;
    this.#known.dk2 = dk2Of(this.#k, this.#known.nonces, ySC);
    this.#opening = packetKeysOf(this.#known.dk2, otherRole(this.#known.role));
    return this.#opening;
  }
}
