/**
 * The vector files as types, and how a test reads one.
 *
 * The shapes are those of `schema/*.json`, which also a program in another language can check.
 * Byte strings are lower-case hex; packet numbers are decimal strings, because JSON numbers are
 * exact to 2^53 only. It is not where values come from: see `generate.ts`, and each origin.
 */

import type { Note, Vector } from './family.ts';
import { readVectors } from './read.ts';

/** `published-primitives.json`: what standards publish for the primitives. */
export interface PublishedPrimitives {
  readonly format: 1;
  readonly sha256: Published<{ readonly message: string; readonly digest: string }>;
  readonly hmacSha256: Published<{
    readonly key: string;
    readonly message: string;
    readonly mac: string;
  }>;
  readonly pbkdf2HmacSha256: Published<{
    readonly password: string;
    readonly salt: string;
    readonly derivedKey: string;
  }>;
  readonly aes256Ctr: Published<{
    readonly key: string;
    readonly counterBlock: string;
    readonly plaintext: string;
    readonly ciphertext: string;
  }>;
  readonly aes256Ecb: Published<{
    readonly key: string;
    readonly plaintext: string;
    readonly ciphertext: string;
  }>;
}

interface Published<Case> {
  /** The document and the section that prints the values. */
  readonly origin: string;
  readonly cases: readonly (Case & { readonly name: string })[];
}

/** `handshake-and-packets.json`: whole connections, with every value on the way. */
export interface HandshakeAndPackets {
  readonly format: 1;
  readonly origin: string;
  readonly requirements: readonly string[];
  readonly notes: Readonly<Record<string, Note>>;
  readonly connections: readonly ConnectionVector[];
  readonly singlePackets: readonly SinglePacketVector[];
}

/** One connection, from the key file to the packets of both ends. */
export interface ConnectionVector extends Vector {
  readonly name: string;
  /** What this connection shows that the others do not. */
  readonly shows: string;
  readonly keyFile: string;
  readonly K: string;
  readonly nonceC: string;
  readonly nonceS: string;
  readonly dk1: string;
  readonly dhmacC: string;
  readonly dhmacS: string;
  readonly client: PublicValueVector;
  readonly server: PublicValueVector;
  readonly ySC: string;
  readonly dk2: string;
  readonly packetKeys: {
    readonly eC: string;
    readonly hC: string;
    readonly eS: string;
    readonly hS: string;
  };
  readonly clientPackets: readonly SealedPlaintextVector[];
  readonly serverPackets: readonly SealedPlaintextVector[];
}

/** What one end sends after its nonce: y ‖ h. */
export interface PublicValueVector {
  /** Whether the end runs without forward secrecy (`-f`). */
  readonly weak: boolean;
  /** The random part of the exponent 2^258 + x, or null for an end that has none. */
  readonly x: string | null;
  readonly y: string;
  readonly h: string;
}

/** Plaintext that is sealed by one call, and the packets it becomes. */
export interface SealedPlaintextVector {
  readonly firstPacketNumber: string;
  readonly plaintext: string;
  readonly packets: readonly PacketVector[];
}

/** One packet: on the wire it is `ciphertext` ‖ `mac`. */
export interface PacketVector {
  readonly packetNumber: string;
  /** be64(packet number) ‖ be64(0). */
  readonly firstCounterBlock: string;
  /** The message, zero bytes, be32(length): 1028 bytes. */
  readonly cleartext: string;
  readonly ciphertext: string;
  readonly mac: string;
}

/** A packet alone, at a packet number that no test can count to. */
export interface SinglePacketVector extends PacketVector, Vector {
  readonly e: string;
  readonly h: string;
  readonly message: string;
}

/** The vectors of standards. */
export function readPublishedPrimitives(): PublishedPrimitives {
  return readVectors('published-primitives.json') as PublishedPrimitives;
}

/** The vectors of this protocol. */
export function readHandshakeAndPackets(): HandshakeAndPackets {
  return readVectors('handshake-and-packets.json') as HandshakeAndPackets;
}

/** Hex to a fresh plain array. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

/** Bytes to lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
