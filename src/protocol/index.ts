/** The pure core: everything that another program may use of it. */

import { connectionTransitions } from './connection.transitions.ts';
import { handshakeTransitions } from './handshake.transitions.ts';
import { listenerTransitions } from './listener.transitions.ts';
import { openingTransitions, sealingTransitions } from './packets.transitions.ts';
import type { TransitionTable } from './transitions.ts';

export * from './connection.ts';
export * from './faults.ts';
export { HIGH_WATER_BYTES, LOW_WATER_BYTES } from './flow.ts';
export { GROUP14_MODULUS } from './group14.ts';
export * from './handshake.ts';
export type { HandshakeContext, HandshakeState, SessionKeys } from './handshake-state.ts';
export { initialHandshakeState } from './handshake-state.ts';
export { InvariantViolation } from './invariant.ts';
export * from './listener.ts';
export * from './opening.ts';
export * from './parameters.ts';
export * from './sealing.ts';
export { secretsOf } from './secrets.ts';
export * from './suite.ts';
export * from './transitions.ts';
export * from './vocabulary.ts';

/** The transition tables of all machines, in the order in which a reader meets them. */
export const transitionTables: readonly TransitionTable[] = [
  connectionTransitions,
  handshakeTransitions,
  sealingTransitions,
  openingTransitions,
  listenerTransitions,
];
