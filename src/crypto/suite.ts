/**
 * The suite that the core calls, over Node's own cryptography (OpenSSL).
 *
 * Answers HS-5, HS-7, HS-10, HS-17 for the primitives, and PK-1 … PK-9 (all but PK-5, the counting)
 * through its engine. It is not where the primitives are put together: salts and keys are the
 * core's.
 */

import { createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import type { CryptoSuite } from '../protocol/suite.ts';
import { ownBytes } from './own-bytes.ts';
import type { PacketEngine } from './packet-engine.ts';
import { selectEngine } from './select-engine.ts';

/**
 * A suite whose packets are sealed and opened by `engine`. It keeps no state of its own.
 *
 * @throws EngineChoiceError when the engine is left to the environment, which asks for one that
 *   does not exist (`select-engine.ts`)
 */
export function createSuite(engine: PacketEngine = selectEngine()): CryptoSuite {
  return {
    pbkdf2: (password, salt, length) => ownBytes(pbkdf2Sync(password, salt, 1, length, 'sha256')),
    hmac: (key, message) => ownBytes(createHmac('sha256', key).update(message).digest()),
    // The lengths are public; timingSafeEqual throws when they differ.
    //= HS-26
    //# The time at which a failed handshake is closed SHOULD NOT depend on secret data.
    equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
    ...engine,
  };
}
