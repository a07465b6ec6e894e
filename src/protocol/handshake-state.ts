/** What a handshake knows: its context, and what it holds in each phase. See `handshake.ts`. */

import type { Fault } from './faults.ts';
import type { Policy, Role } from './parameters.ts';
import type { CryptoSuite, PacketKeys } from './suite.ts';

/** What a handshake needs to know and never changes. */
export interface HandshakeContext {
  readonly role: Role;
  readonly policy: Policy;
  /** K, 32 bytes (KF-1). */
  readonly secret: Uint8Array;
  readonly suite: CryptoSuite;
}

/** The packet keys of both directions (HS-17). */
export interface SessionKeys {
  /** E_C and H_C: what the client seals with. */
  readonly client: PacketKeys;
  /** E_S and H_S: what the server seals with. */
  readonly server: PacketKeys;
}

/** What both ends know after the nonces (HS-5). The MAC keys are views of dk1. */
export interface Keyed {
  readonly nonceC: Uint8Array;
  readonly nonceS: Uint8Array;
  readonly dhmacC: Uint8Array;
  readonly dhmacS: Uint8Array;
}

/** Bytes of the cipher stream not used yet, and whether the stream has ended after them. */
export interface Input {
  readonly received: Uint8Array;
  readonly ended: boolean;
}

/** What an end may know between the nonces and ySC. */
export interface Known extends Input {
  readonly keyed: Keyed;
  /** Ours; absent with `-f`. */
  readonly x: Uint8Array | undefined;
  /** The peer's y, validated. */
  readonly yPeer: Uint8Array | undefined;
}

/**
 * Between two events, `ended` is false in the phases that wait for bytes, `awaitingNonce` and
 * `awaitingPublicValue`: in a step that finds it true there, the handshake goes on or has failed.
 */
export type HandshakeState =
  | { readonly phase: 'idle' }
  /** Our nonce is sent; fewer than 32 bytes of the peer's have arrived. */
  | ({ readonly phase: 'awaitingNonce'; readonly nonce: Uint8Array } & Input)
  /** Waiting for x and y. The server has validated the client's value, the client has none yet. */
  | ({ readonly phase: 'generatingKeyPair' } & Omit<Known, 'x'>)
  /** Fewer than 288 bytes of y ‖ h have arrived. A client has sent its own. */
  | ({ readonly phase: 'awaitingPublicValue' } & Omit<Known, 'yPeer'>)
  /** Both values are exchanged; waiting for ySC. */
  | ({
      readonly phase: 'computingSharedSecret';
      readonly keyed: Keyed;
      readonly x: Uint8Array;
      readonly weakPeer: boolean;
    } & Input)
  /** The keys stand; `received` already belongs to the packets. */
  | ({
      readonly phase: 'established';
      readonly keys: SessionKeys;
      readonly forwardSecrecy: boolean;
    } & Input)
  | { readonly phase: 'failed'; readonly fault: Fault };

/** Where every handshake begins. */
export const initialHandshakeState: HandshakeState = { phase: 'idle' };
