/**
 * Where a peer can be bent: everything that it computes, sends or does passes through a point of
 * one of these names, and a misbehaviour is a function at one or more of them.
 *
 * Only what the peer *sends* passes through. What it judges the other end by is always straight, so
 * that a misbehaving peer still sees every misstep of its subject.
 */

import type { OwnValue } from './group.ts';
import type { PacketKeys } from './key.ts';
import type { Role } from './parameters.ts';
import type { Step } from './plan.ts';

/** The values, in the order in which a connection comes to them. Lengths are in bytes. */
export interface Points {
  /** What is done, in which order. */
  readonly plan: readonly Step[];
  /** K, 32. */
  readonly k: Buffer;
  /** The own nonce as it is sent, 32. The key schedule takes its first 32 bytes. */
  readonly nonce: Buffer;
  /** nonceC ‖ nonceS, 64, as the salt of the MAC keys. */
  readonly macSalt: Buffer;
  /** dk1, 64. */
  readonly dk1: Buffer;
  /** The own exponent. */
  readonly own: OwnValue;
  /** y as it is sent, and as h is made over it, 256. */
  readonly y: Buffer;
  /** The key of h, 32. */
  readonly hKey: Buffer;
  /** What h is made over: y. */
  readonly hInput: Buffer;
  /** h, 32. */
  readonly h: Buffer;
  /** y ‖ h as it is sent, 288. */
  readonly message: Buffer;
  /** ySC in the salt of the packet keys, 256. */
  readonly ySC: Buffer;
  /** nonceC ‖ nonceS, 64, in that salt. */
  readonly keySalt: Buffer;
  /** dk2, 128. */
  readonly dk2: Buffer;
  /** What packets are sealed with. */
  readonly keys: PacketKeys;
  /** The texts of the first flight; each at most 1024. */
  readonly first: readonly Buffer[];
  /** The texts of the second flight, which follows when the first was delivered. */
  readonly rest: readonly Buffer[];
  /** A packet's number. */
  readonly number: bigint;
  /** Text, padding and length, 1028. */
  readonly cleartext: Buffer;
  /** One input of AES, 16; 65 of them for each packet. */
  readonly counterBlock: Buffer;
  /** 1028. */
  readonly ciphertext: Buffer;
  /** The key of a packet's MAC, 32. */
  readonly macKey: Buffer;
  /** What the MAC is made over: ciphertext ‖ be64(N). */
  readonly macInput: Buffer;
  /** 32. */
  readonly mac: Buffer;
  /** The packets of a flight, in order, each 1060. */
  readonly packets: readonly Buffer[];
  /** What is handed to the socket at once, as pieces that are written one by one. */
  readonly writes: readonly Piece[];
}

/**
 * Bytes of one write; or a pause, in which another connection goes through the subject; or FIN, RST,
 * or that nothing more is written though there would be; or a pause in milliseconds, for timers.
 */
export type Piece = Buffer | 'look' | 'fin' | 'reset' | 'silence' | { readonly wait: number };

/** What happened on an earlier connection with the same key, for those who replay it. */
export interface Earlier {
  readonly nonce: Buffer;
  readonly message: Buffer;
  readonly packets: readonly Buffer[];
}

/** What a peer knows at the moment; what has not happened yet is empty. */
export interface Known {
  readonly role: Role;
  readonly keyFile: Buffer;
  readonly earlier: Earlier | undefined;
  /** The other end's nonce. */
  peerNonce: Buffer;
  /** nonceC ‖ nonceS. */
  nonces: Buffer;
  /** dk1, unbent. */
  dk1: Buffer;
  /** The other end's y ‖ h. */
  peerMessage: Buffer;
  /** The own y as it was sent. */
  y: Buffer;
  /** ySC and dk2, unbent. */
  ySC: Buffer;
  dk2: Buffer;
  /** Every packet of the other end so far. */
  peerPackets: Buffer[];
  /** How many packets were sealed before the one at hand. */
  index: number;
  /** Parts of the packet at hand. */
  cleartext: Buffer;
  ciphertext: Buffer;
  /** Packets sealed so far. */
  sealed: Buffer[];
  /** How many bytes were written before those at hand. */
  written: number;
}

/** What a misbehaviour does: at each of some points, another value for the right one. */
export type Bends = {
  readonly [P in keyof Points]?: (value: Points[P], known: Known) => Points[P];
};

/** Takes the value at a point to the one that is used. */
export type Bend = <P extends keyof Points>(point: P, value: Points[P]) => Points[P];

/** All these bends, one after the other; `bent` is told each point where one has changed a value. */
export function bendBy(
  all: readonly Bends[],
  known: Known,
  bent: (point: keyof Points) => void = () => {},
): Bend {
  return <P extends keyof Points>(point: P, value: Points[P]) => {
    let result = value;
    for (const bends of all) {
      // The compiler does not see that the function at a point is one for its values.
      const turn = bends[point] as ((value: Points[P], known: Known) => Points[P]) | undefined;
      if (turn !== undefined) result = turn(result, known);
    }
    if (result !== value) bent(point);
    return result;
  };
}
