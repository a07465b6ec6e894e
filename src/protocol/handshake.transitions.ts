/** The transition table of the handshake reducer, both roles and all policies together. */

import type { TransitionTable } from './transitions.ts';

const fromPublicValue = ['awaitingPublicValue', 'generatingKeyPair', 'computingSharedSecret'];

export const handshakeTransitions: TransitionTable = {
  machine: 'Handshake',
  initial: 'idle',
  rows: [
    {
      from: 'idle',
      event: 'handshakeStarted',
      to: ['awaitingNonce'],
      note: 'our nonce is sent (HS-2)',
    },
    {
      from: 'awaitingNonce',
      event: 'bytesReceived',
      to: ['awaitingNonce', ...fromPublicValue.slice(0, 2), 'established', 'failed'],
      note: 'with 32 bytes: a client sends or generates y (HS-7), a server waits for it (HS-9), and uses it if it is already there',
    },
    {
      from: 'awaitingNonce',
      event: 'endReceived',
      to: ['failed'],
      note: 'HS-4',
    },
    {
      from: 'generatingKeyPair',
      event: 'bytesReceived',
      to: ['generatingKeyPair'],
      note: 'kept (HS-19)',
    },
    {
      from: 'generatingKeyPair',
      event: 'endReceived',
      to: ['generatingKeyPair', 'failed'],
      note: 'failed when the peer’s message can no longer come (HS-4); else remembered',
    },
    {
      from: 'generatingKeyPair',
      event: 'keyPairGenerated',
      to: ['awaitingPublicValue', 'computingSharedSecret', 'failed'],
      note: 'our y ‖ h is sent; a server has the client’s already, a client may find it in what it kept',
    },
    {
      from: 'awaitingPublicValue',
      event: 'bytesReceived',
      to: [...fromPublicValue, 'established', 'failed'],
      note: 'with 288 bytes: judged (HS-10 to HS-13); then a server chooses its own y, a client computes ySC; with -f neither does',
    },
    {
      from: 'awaitingPublicValue',
      event: 'endReceived',
      to: ['failed'],
      note: 'HS-4',
    },
    {
      from: 'computingSharedSecret',
      event: 'bytesReceived',
      to: ['computingSharedSecret'],
      note: 'kept (HS-19)',
    },
    {
      from: 'computingSharedSecret',
      event: 'endReceived',
      to: ['computingSharedSecret'],
      note: 'remembered: a half-close may follow y ‖ h at once (CN-10)',
    },
    {
      from: 'computingSharedSecret',
      event: 'sharedSecretComputed',
      to: ['established'],
      note: 'packet keys (HS-17)',
    },
  ],
};
