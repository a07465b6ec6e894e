/**
 * What seals and opens packets: the contract between the suite and its engines.
 *
 * Answers PK-1 … PK-4 and PK-6 … PK-9. There is one slow engine to read (`reference-engine.ts`); a fast one must
 * give the same bytes for every input. It is not where packet numbers are counted: the caller
 * says the first one, and the engine keeps nothing between two calls that changes a result.
 */

import type { CryptoSuite } from '../protocol/suite.ts';

/**
 * The packet half of {@link CryptoSuite}; the contract of both methods is written there.
 * An engine may keep cipher objects for a `PacketKeys` object, by its identity.
 */
export type PacketEngine = Pick<CryptoSuite, 'sealPackets' | 'openPackets'>;
