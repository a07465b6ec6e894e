/**
 * The symmetric cryptography that the core calls, as an interface the core owns.
 *
 * Everything here is deterministic: the same arguments always give the same bytes. Randomness
 * and modular exponentiation are not here; they are effects, and come back as events.
 * `src/crypto` implements it over Node; a test or a browser may bring its own.
 */

/**
 * The two keys of one direction of packets (HS-17). The identity of the object is the identity
 * of the key: an implementation may cache cipher objects for it (in a WeakMap), and is told
 * to forget them by the `eraseSecrets` effect that names the same arrays.
 */
export interface PacketKeys {
  /** AES-256 key, 32 bytes: E_C or E_S. */
  readonly e: Uint8Array;
  /** HMAC-SHA256 key, 32 bytes: H_C or H_S. */
  readonly h: Uint8Array;
}

/** What `openPackets` found: the plaintext of every packet before the first bad one. */
export interface OpenedPackets {
  /** The messages of the good packets, in order, joined. */
  readonly plaintext: Uint8Array;
  /** How many packets were good; packet `firstPacketNumber + opened` is the bad one. */
  readonly opened: number;
  /** Why opening stopped before the last packet; absent when every packet was good. */
  readonly failure?: 'mac' | 'length';
}

/**
 * The suite. Arguments are never written to; results are fresh arrays that nobody else writes
 * to or reuses. No method throws for anything a peer can send. The methods are own properties and
 * need no `this`: a suite may be spread into another.
 */
export interface CryptoSuite {
  /** PBKDF2-HMAC-SHA256 with one iteration (RFC 8018 §5.2); `length` in bytes. */
  pbkdf2(password: Uint8Array, salt: Uint8Array, length: number): Uint8Array;

  /** HMAC-SHA256 (RFC 2104), 32 bytes. */
  hmac(key: Uint8Array, message: Uint8Array): Uint8Array;

  /** Whether two arrays of the same length are equal, in time that depends only on the length. */
  equal(a: Uint8Array, b: Uint8Array): boolean;

  /**
   * Seal `plaintext` (1 byte or more) into ⌈length / 1024⌉ packets, every one full but the last
   * (PK-2 … PK-6). The caller makes sure that no packet number reaches 2⁶⁴.
   */
  sealPackets(keys: PacketKeys, firstPacketNumber: bigint, plaintext: Uint8Array): Uint8Array;

  /**
   * Open whole packets (PK-7 … PK-9), in as many parts as they arrived in: together a multiple of
   * 1060 bytes, divided anywhere.
   */
  openPackets(
    keys: PacketKeys,
    firstPacketNumber: bigint,
    ...parts: readonly Uint8Array[]
  ): OpenedPackets;
}

/** The suite with another `pbkdf2`: one that is watched, or answered from a record. */
export function withDerivation(suite: CryptoSuite, pbkdf2: CryptoSuite['pbkdf2']): CryptoSuite {
  return { ...suite, pbkdf2 };
}
