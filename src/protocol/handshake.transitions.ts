/** The transition table of the handshake reducer, both roles and all policies together. */

import type { HandshakeEvent } from './handshake.ts';
import type { HandshakeState } from './handshake-state.ts';
import { type SharedRow, tableOf } from './transitions.ts';

// biome-ignore format: one row is one line
const rows: readonly SharedRow<HandshakeState['phase'], HandshakeEvent['type']>[] = [
  ['idle', 'handshakeStarted', 'awaitingNonce', 'our nonce is sent (HS-2)'],
  ['awaitingNonce', 'bytesReceived', ['same', 'awaitingPublicValue', 'generatingKeyPair', 'established', 'failed'], 'with 32 bytes: a client sends or generates y (HS-7), a server waits for it (HS-9), and uses it if it is already there'],
  ['awaitingNonce', 'endReceived', 'failed', 'HS-4'],
  ['generatingKeyPair', 'bytesReceived', 'same', 'kept (HS-19)'],
  ['generatingKeyPair', 'endReceived', ['same', 'failed'], 'failed when the peer’s message can no longer come (HS-4); else remembered'],
  ['generatingKeyPair', 'keyPairGenerated', ['awaitingPublicValue', 'computingSharedSecret', 'failed'], 'our y ‖ h is sent; a server has the client’s already, a client may find it in what it kept'],
  ['awaitingPublicValue', 'bytesReceived', ['same', 'generatingKeyPair', 'computingSharedSecret', 'established', 'failed'], 'with 288 bytes: judged (HS-10 to HS-13); then a server chooses its own y, a client computes ySC; with -f neither does'],
  ['awaitingPublicValue', 'endReceived', 'failed', 'HS-4'],
  ['computingSharedSecret', 'bytesReceived', 'same', 'kept (HS-19)'],
  ['computingSharedSecret', 'endReceived', 'same', 'remembered: a half-close may follow y ‖ h at once (CN-10)'],
  ['computingSharedSecret', 'sharedSecretComputed', 'established', 'packet keys (HS-17)'],
];

export const handshakeTransitions = tableOf('Handshake', 'idle', rows);
