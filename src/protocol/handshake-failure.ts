/**
 * Why a handshake failed, as far as its phase can tell: which fault it is when the peer's stream
 * ends or breaks, when the time is over, or when a MAC does not hold.
 *
 * A fault is chosen so that no cause that its text names is excluded. What an end has sent and
 * received tells what its peer can have judged: before our y ‖ h is out the peer has seen nothing
 * of our key, and once the first byte of its own y ‖ h is here it has accepted ours (HS-9). What
 * the peer's first bytes look like decides between texts only (`foreign.ts`).
 */

import { NO_BYTES } from './bytes.ts';
import type { Fault, FaultCode } from './faults.ts';
import { recogniseForeign } from './foreign.ts';
import type { HandshakeContext, HandshakeState } from './handshake-state.ts';

/** The peer's stream ended, or its connection broke, in this state. */
export function endedEarly(context: HandshakeContext, state: HandshakeState): Fault {
  return orForeign(context, state, faultOfEnd(context, state));
}

function faultOfEnd({ role, policy }: HandshakeContext, state: HandshakeState): FaultCode {
  switch (state.phase) {
    case 'awaitingNonce':
      return state.received.length === 0 ? 'handshake-not-begun' : 'handshake-ended-in-nonce';
    case 'generatingKeyPair':
      // A server has accepted the client's proof by now; a client's own is not out yet.
      return role === 'server' ? 'cipher-socket-failed' : 'handshake-ended-before-proof';
    case 'awaitingPublicValue':
      if (role === 'server') return 'handshake-ended-before-proof';
      if (state.received.length > 0) return 'handshake-ended-in-proof';
      return policy.weak
        ? 'handshake-ended-without-forward-secrecy'
        : 'handshake-ended-in-public-value';
    default:
      return 'cipher-socket-failed';
  }
}

/** The handshake's time is over in this state. */
export function timedOut(context: HandshakeContext, state: HandshakeState): Fault {
  const silent = peerBytes(context, state).length === 0;
  return orForeign(
    context,
    state,
    silent ? 'handshake-timed-out-in-silence' : 'handshake-timed-out',
  );
}

/** The MAC of the peer's y ‖ h does not hold in this state. */
export function macMismatch(context: HandshakeContext, state: HandshakeState): Fault {
  return orForeign(context, state, 'handshake-mac-mismatch');
}

function orForeign(context: HandshakeContext, state: HandshakeState, code: FaultCode): Fault {
  if (hasAcceptedProof(context, state)) return { code };
  const detail = recogniseForeign(peerBytes(context, state));
  return detail === undefined ? { code } : { code: 'handshake-foreign-protocol', detail };
}

/** Whether the peer has shown that it has our key, and so is a spiped. */
function hasAcceptedProof({ role }: HandshakeContext, { phase }: HandshakeState): boolean {
  return phase === 'computingSharedSecret' || (phase === 'generatingKeyPair' && role === 'server');
}

/** What has come of the peer's nonce. */
function peerBytes({ role }: HandshakeContext, state: HandshakeState): Uint8Array {
  if ('keyed' in state) return role === 'client' ? state.keyed.nonceS : state.keyed.nonceC;
  return state.phase === 'awaitingNonce' ? state.received : NO_BYTES;
}
