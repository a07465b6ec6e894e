/**
 * The fixed numbers of the spiped protocol and the two choices each end makes.
 *
 * Answers HS-1, HS-6, PK-1. It is not configuration: nothing here can be changed without
 * changing the wire.
 */

/** Length of the shared secret K = SHA-256(key file), in bytes (KF-1). */
export const SECRET_BYTES = 32;

/** Length of a connection nonce, in bytes (HS-1). */
export const NONCE_BYTES = 32;

/** Length of an HMAC-SHA256 value, and of each key that produces one, in bytes. */
export const MAC_BYTES = 32;

/** Length of a Diffie-Hellman public value y, and of ySC, big-endian, in bytes (HS-6). */
export const PUBLIC_VALUE_BYTES = 256;

/** Length of the random part x of a private exponent, big-endian, in bytes (HS-8). */
export const EXPONENT_BYTES = 32;

/** Length of a handshake message y ‖ h, in bytes (HS-6). */
export const PUBLIC_VALUE_MESSAGE_BYTES = PUBLIC_VALUE_BYTES + MAC_BYTES;

/** The most plaintext one packet carries, in bytes (PK-1). */
export const MAX_MESSAGE_BYTES = 1024;

/** Length of the ciphertext in a packet: padded message and its length field, in bytes (PK-1). */
export const CIPHERTEXT_BYTES = MAX_MESSAGE_BYTES + 4;

/** Length of every packet on the wire, in bytes (PK-1). */
export const PACKET_BYTES = CIPHERTEXT_BYTES + MAC_BYTES;

/** One more than the largest packet number: 2⁶⁴ (PK-10). */
export const PACKET_NUMBER_LIMIT = 1n << 64n;

/**
 * Which part of the protocol this end plays. The client seals what its source sends (`-e`,
 * spipe); the server opens what its source sends (`-d`, `decr` in the C source).
 */
export type Role = 'client' | 'server';

/** The two sockets of a connection: the one that carries plaintext, and the one with packets. */
export const SIDES = ['plain', 'cipher'] as const;

/** One of {@link SIDES}. */
export type Side = (typeof SIDES)[number];

/** What this end does about forward secrecy. Both at once is a configuration error. */
export interface Policy {
  /** `-f`: send y = 1 and use ySC = 1 (HS-14). */
  readonly weak: boolean;
  /** `-g`: refuse a peer that sends y = 1 (HS-12). */
  readonly requireForwardSecrecy: boolean;
}
