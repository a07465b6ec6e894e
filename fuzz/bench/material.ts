/**
 * Fixed secrets, nonces and key pairs for driving the core without a random source.
 *
 * None of it is meant to be secret. The exponentiations are real, and done once.
 */

import { computeSharedSecret, createSuite, generateKeyPair } from '../../src/crypto/index.ts';
import type { HandshakeContext } from '../../src/protocol/handshake-state.ts';
import type { Policy, Role } from '../../src/protocol/parameters.ts';

/** The suite under test, with the engine that runs. */
export const suite = createSuite();

/** K for every test connection. */
export const SECRET = new Uint8Array(32).fill(0x4b);

export const NONCE_C = Uint8Array.from({ length: 32 }, (_, i) => i);
export const NONCE_S = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);

export const PAIR_C = generateKeyPair(new Uint8Array(32).fill(0xc1));
export const PAIR_S = generateKeyPair(new Uint8Array(32).fill(0x51));

/** Neither `-f` nor `-g`. */
export const PLAIN_POLICY: Policy = { weak: false, requireForwardSecrecy: false };
/** `-f`. */
export const WEAK: Policy = { weak: true, requireForwardSecrecy: false };
/** `-g`. */
export const STRICT: Policy = { weak: false, requireForwardSecrecy: true };

/** The context of one end. */
export function contextOf(role: Role, policy: Policy = PLAIN_POLICY): HandshakeContext {
  return { role, policy, secret: SECRET, suite };
}

/** The nonce and key pair of one end. */
export function materialOf(role: Role) {
  return role === 'client' ? { nonce: NONCE_C, pair: PAIR_C } : { nonce: NONCE_S, pair: PAIR_S };
}

const shared = new Map<string, Uint8Array>();

/** ySC for an `x` and a `y`, remembered, and handed out as a fresh array. */
export function sharedSecret(x: Uint8Array, y: Uint8Array): Uint8Array {
  const key = `${Buffer.from(x).toString('hex')}:${Buffer.from(y).toString('hex')}`;
  let ySC = shared.get(key);
  if (ySC === undefined) {
    ySC = computeSharedSecret(x, y);
    shared.set(key, ySC);
  }
  return ySC.slice();
}
