/**
 * The other end of a transcript: a peer that knows the key, and can do everything wrong on purpose.
 *
 * Put together from the requirements' text (HS-5 … HS-18, PK-2 … PK-4), not from our state machines.
 */

import { aes256Ctr, firstCounterBlock } from '../../src/crypto/aes-ctr.ts';
import { concat } from '../../src/protocol/bytes.ts';
import { isBelowModulus } from '../../src/protocol/group14.ts';
import type { PacketKeys } from '../../src/protocol/suite.ts';
import type { PolicyOption } from '../family.ts';
import {
  bigEndian,
  macKeys,
  ONE,
  publicValue,
  random,
  sessionKeys,
  sha256,
  sharedSecret,
  suite,
} from './material.ts';

type Role = 'client' | 'server';

/** What of a peer may differ from the usual. */
export interface PeerSettings {
  readonly nonce?: Uint8Array;
  readonly y?: Uint8Array;
  /** Another key file than the end under test has. */
  readonly keyFile?: Uint8Array;
}

/** A connection between the end under test and a peer. */
export interface Session {
  readonly own: {
    readonly keyFile: Uint8Array;
    readonly nonce: Uint8Array;
    readonly x: Uint8Array;
  };
  /** What the peer sends before its packets. */
  readonly nonce: Uint8Array;
  readonly y: Uint8Array;
  readonly h: Uint8Array;
  /** What the end under test itself sends as y ‖ h, for a peer that echoes it. */
  readonly ownMessage: Uint8Array;
  /** The keys of the end under test: a peer that reflects has packets made with them. */
  readonly ownKeys: PacketKeys;
  /** A packet of the peer. */
  packet(number: bigint, message: Uint8Array): Uint8Array;
  /** A packet of the peer with any length field and padding. */
  oddPacket(number: bigint, message: Uint8Array, length: number, padding: number): Uint8Array;
}

export interface Peer {
  /** The role of the end under test. */
  readonly role: Role;
  session(policy: PolicyOption, settings: PeerSettings): Session;
}

export const PEERS: readonly Peer[] = [peerOf('server'), peerOf('client')];

/** `a server`, for comments. */
export function describeRole(role: Role): string {
  return `a ${role}`;
}

function peerOf(role: Role): Peer {
  return {
    role,
    session: (policy, settings) => {
      const keyFile = random('key file of transcripts');
      const own = {
        keyFile,
        nonce: random(`nonce of the ${role} under test`),
        x: random(`x of the ${role} under test`),
      };
      const nonce = settings.nonce ?? random(`nonce of the peer of a ${role}`);
      const [nonceC, nonceS] = role === 'client' ? [own.nonce, nonce] : [nonce, own.nonce];
      const K = sha256(settings.keyFile ?? keyFile);
      const { dhmacC, dhmacS } = macKeys(K, nonceC, nonceS);
      const y = settings.y ?? publicValue('2^258+x', random(`x of the peer of a ${role}`));
      const yOwn = policy === '-f' ? ONE : publicValue('2^258+x', own.x);
      // A value that is out of range has no power: nobody gets as far as to need it.
      const ySC = policy === '-f' || !isBelowModulus(y) ? ONE : sharedSecret('2^258+x', own.x, y);
      const keys = sessionKeys(K, nonceC, nonceS, ySC);
      const [dhmacPeer, dhmacOwn] = role === 'client' ? [dhmacS, dhmacC] : [dhmacC, dhmacS];
      const [peerKeys, ownKeys] =
        role === 'client' ? [keys.server, keys.client] : [keys.client, keys.server];
      const oddPacket: Session['oddPacket'] = (number, message, length, padding) => {
        const cleartext = new Uint8Array(1028).fill(padding);
        cleartext.set(message);
        cleartext.set(bigEndian(BigInt(length), 4), 1024);
        const ciphertext = aes256Ctr(peerKeys.e, firstCounterBlock(number), cleartext);
        return concat(ciphertext, suite.hmac(peerKeys.h, concat(ciphertext, bigEndian(number, 8))));
      };
      return {
        own,
        nonce,
        y,
        h: suite.hmac(dhmacPeer, y),
        ownMessage: concat(yOwn, suite.hmac(dhmacOwn, yOwn)),
        ownKeys,
        oddPacket,
        packet: (number, message) => oddPacket(number, message, message.length, 0),
      };
    },
  };
}
