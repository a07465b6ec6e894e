/**
 * The pair id of a connection: the same at both ends, and in any capture of it, so that two logs
 * can be put side by side. It is made of the two nonces, which are on the wire for all to see,
 * and says nothing that they do not (HS-2, HS-3). `spec/logging.md` computes it in a shell.
 */

import { createHash } from 'node:crypto';
import { NONCE_BYTES, type Role } from '../protocol/parameters.ts';
import type { ConnectionEffect, ConnectionEvent } from '../protocol/vocabulary.ts';
import type { FullEffect, WireEffect, WireEvent } from './format.ts';

/** Keeps the id apart from every other use of SHA-256 over nonces. */
const LABEL = 'spiped pair';

/** So many bytes of the digest: no two connections of a lifetime's logs share them. */
const PAIR_BYTES = 8;

/** The id, as 16 hexadecimal digits, of the connection with these nonces of 32 bytes. */
export function pairId(nonceC: Uint8Array, nonceS: Uint8Array): string {
  const digest = createHash('sha256').update(LABEL).update(nonceC).update(nonceS).digest();
  return digest.toString('hex', 0, PAIR_BYTES);
}

const NOTHING: Uint8Array = new Uint8Array();

/** Finds the pair id in what one end sends and receives. */
export class PairFinder {
  readonly #role: Role;
  #sent = NOTHING;
  #received = NOTHING;
  #pair: string | undefined;

  /** `role` is that of the end whose events these are. */
  constructor(role: Role) {
    this.#role = role;
  }

  /** The id; undefined until both nonces are complete. */
  get pair(): string | undefined {
    return this.#pair;
  }

  /** Take the next event, with what came of it. Nothing is kept once the id is known. */
  see(
    event: ConnectionEvent | WireEvent,
    effects: readonly (ConnectionEffect | FullEffect | WireEffect)[],
  ): void {
    if (this.#pair !== undefined) return;
    if (event.type === 'bytesReceived' && event.side === 'cipher') {
      this.#received = beginning(this.#received, event.bytes);
    }
    for (const effect of effects) {
      if (effect.type === 'sendBytes' && effect.side === 'cipher') {
        this.#sent = beginning(this.#sent, effect.bytes);
      }
    }
    if (this.#sent.length < NONCE_BYTES || this.#received.length < NONCE_BYTES) return;
    this.#pair =
      this.#role === 'client'
        ? pairId(this.#sent, this.#received)
        : pairId(this.#received, this.#sent);
    this.#sent = NOTHING;
    this.#received = NOTHING;
  }
}

/** What there is of a nonce when these bytes follow. A copy: the bytes are not ours. */
function beginning(before: Uint8Array, more: Uint8Array): Uint8Array {
  const missing = NONCE_BYTES - before.length;
  return missing === 0 ? before : Uint8Array.of(...before, ...more.subarray(0, missing));
}
