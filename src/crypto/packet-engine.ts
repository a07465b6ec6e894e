/**
 * What seals and opens packets: the contract between the suite and its engines.
 *
 * Answers PK-1 … PK-4 and PK-6 … PK-9. There is a slow engine to read (`reference-engine.ts`) and a
 * fast one that runs (`batched-engine.ts`); both give the same bytes for every input. It is not
 * where packet numbers are counted: the caller says the first one, and an engine keeps nothing
 * between two calls that changes a result.
 */

import { PACKET_NUMBER_LIMIT } from '../protocol/parameters.ts';
import type { CryptoSuite } from '../protocol/suite.ts';

/**
 * The packet half of {@link CryptoSuite}; the contract of both methods is written there.
 * An engine may keep what it prepared for a key, by the identity of the key's array.
 */
export type PacketEngine = Pick<CryptoSuite, 'sealPackets' | 'openPackets'>;

/** The caller's side of the contract: whole packets, and numbers below 2⁶⁴ (PK-10). */
export function requirePacketNumbers(first: bigint, count: number): void {
  if (!Number.isInteger(count)) throw new RangeError('invariant: only whole packets are opened');
  if (first < 0n || first + BigInt(count) > PACKET_NUMBER_LIMIT) {
    throw new RangeError('invariant: every packet number is below 2^64');
  }
}
