/**
 * The handshake of one connection, as a reducer.
 *
 * Both ends send a nonce at once; the client sends its MACed Diffie-Hellman value, the server
 * checks it before it computes or sends its own; both derive the packet keys. The arithmetic and
 * the randomness are effects and come back as events. Answers HS-1 to HS-23; what happens before
 * (dial, accept) and after (packets) is the connection's business.
 *
 * Fed bytes in any segmentation: a phase takes what it needs from `received` and hands the rest
 * to the next phase, so the nonce, y ‖ h and the first packets may come in one read (HS-19, HS-20).
 */

import { concat, NO_BYTES } from './bytes.ts';
import type { FaultCode } from './faults.ts';
import { isBelowModulus, isOne, one } from './group14.ts';
import { endedEarly, type HandshakeFailure, macMismatch } from './handshake-failure.ts';
import { unexpected } from './invariant.ts';
import {
  MAC_BYTES,
  NONCE_BYTES,
  type Policy,
  PUBLIC_VALUE_BYTES,
  PUBLIC_VALUE_MESSAGE_BYTES,
  type Role,
} from './parameters.ts';
import type { CryptoSuite, PacketKeys } from './suite.ts';
import type { ConnectionEffect, ConnectionEvent, Step } from './vocabulary.ts';

/** What a handshake needs to know and never changes. */
export interface HandshakeContext {
  readonly role: Role;
  readonly policy: Policy;
  /** K, 32 bytes (KF-1). */
  readonly secret: Uint8Array;
  readonly suite: CryptoSuite;
}

/** The events of a connection that concern its handshake; bytes and end are the cipher side's. */
export type HandshakeEvent =
  | { readonly type: 'handshakeStarted'; readonly nonce: Uint8Array }
  | { readonly type: 'bytesReceived'; readonly bytes: Uint8Array }
  | { readonly type: 'endReceived' }
  | Extract<ConnectionEvent, { type: 'keyPairGenerated' | 'sharedSecretComputed' }>;

/** The effects a handshake asks for; `sendBytes` is always on the cipher side. */
export type HandshakeEffect = Extract<
  ConnectionEffect,
  { type: 'sendBytes' | 'generateKeyPair' | 'computeSharedSecret' | 'eraseSecrets' }
>;

/** The packet keys of both directions (HS-17). */
export interface SessionKeys {
  /** E_C and H_C: what the client seals with. */
  readonly client: PacketKeys;
  /** E_S and H_S: what the server seals with. */
  readonly server: PacketKeys;
}

/** What both ends know after the nonces (HS-5). The MAC keys are views of dk1. */
interface Keyed {
  readonly nonceC: Uint8Array;
  readonly nonceS: Uint8Array;
  readonly dhmacC: Uint8Array;
  readonly dhmacS: Uint8Array;
}

/** Bytes of the cipher stream not used yet, and whether the stream has ended after them. */
interface Input {
  readonly received: Uint8Array;
  readonly ended: boolean;
}

export type HandshakeState =
  | { readonly phase: 'idle' }
  /** Our nonce is sent; fewer than 32 bytes of the peer's have arrived. */
  | { readonly phase: 'awaitingNonce'; readonly nonce: Uint8Array; readonly received: Uint8Array }
  /** Waiting for x and y. The server has validated the client's value, the client has none yet. */
  | ({
      readonly phase: 'generatingKeyPair';
      readonly keyed: Keyed;
      readonly yPeer: Uint8Array | undefined;
    } & Input)
  /** Fewer than 288 bytes of y ‖ h have arrived. A client has sent its own; x is absent with -f. */
  | {
      readonly phase: 'awaitingPublicValue';
      readonly keyed: Keyed;
      readonly x: Uint8Array | undefined;
      readonly received: Uint8Array;
    }
  /** Both values are exchanged; waiting for ySC. */
  | ({
      readonly phase: 'computingSharedSecret';
      readonly keyed: Keyed;
      readonly x: Uint8Array;
      readonly weakPeer: boolean;
    } & Input)
  /** The keys stand; `received` already belongs to the packets. */
  | ({
      readonly phase: 'established';
      readonly keys: SessionKeys;
      readonly forwardSecrecy: boolean;
    } & Input)
  /** `detail` is a word of ours about the fault, where there is one. */
  | ({ readonly phase: 'failed' } & HandshakeFailure);

type HandshakeStep = Step<HandshakeState, HandshakeEffect>;

type In<Phase extends HandshakeState['phase']> = Extract<HandshakeState, { phase: Phase }>;

/** Where every handshake begins. */
export const initialHandshakeState: HandshakeState = { phase: 'idle' };

/**
 * The next state of a handshake, and what is to be done. `established` and `failed` are final.
 * Throws {@link InvariantViolation} for an event that the phase rules out.
 */
//= HS-27
//# An end MUST send nothing on the cipher side but its nonce, then its y ‖ h, then whole packets.
export function stepHandshake(
  context: HandshakeContext,
  state: HandshakeState,
  event: HandshakeEvent,
): HandshakeStep {
  switch (state.phase) {
    case 'idle':
      return idle(state, event);
    case 'awaitingNonce':
      return awaitingNonce(context, state, event);
    case 'generatingKeyPair':
      return generatingKeyPair(context, state, event);
    case 'awaitingPublicValue':
      return awaitingPublicValue(context, state, event);
    case 'computingSharedSecret':
      return computingSharedSecret(context, state, event);
    case 'established':
    case 'failed':
      return unexpected('handshake', state, event);
  }
}

//= HS-2
//# Each end MUST send its nonce as its first 32 bytes as soon as the cipher connection stands,
//# without waiting for a byte of the peer.
function idle(state: In<'idle'>, event: HandshakeEvent): HandshakeStep {
  if (event.type !== 'handshakeStarted') return unexpected('handshake', state, event);
  return {
    state: { phase: 'awaitingNonce', nonce: event.nonce, received: NO_BYTES },
    effects: [{ type: 'sendBytes', side: 'cipher', bytes: event.nonce }],
  };
}

function awaitingNonce(
  context: HandshakeContext,
  state: In<'awaitingNonce'>,
  event: HandshakeEvent,
): HandshakeStep {
  switch (event.type) {
    case 'bytesReceived':
      //= HS-20
      //# The result of the handshake MUST NOT depend on how the stream is cut into segments.
      return takeNonce(context, { ...state, received: concat(state.received, event.bytes) });
    case 'endReceived':
      return failed(state, endedEarly(context, state));
    default:
      return unexpected('handshake', state, event);
  }
}

/** With both nonces, derive the MAC keys; then the roles part. */
function takeNonce(context: HandshakeContext, state: In<'awaitingNonce'>): HandshakeStep {
  if (state.received.length < NONCE_BYTES) return { state, effects: [] };
  //= HS-3
  //# Each end MUST take the first 32 bytes received as the peer's nonce, whatever their value.
  const peer = state.received.subarray(0, NONCE_BYTES);
  const received = state.received.subarray(NONCE_BYTES);
  const client = context.role === 'client';
  const nonceC = client ? state.nonce : peer;
  const nonceS = client ? peer : state.nonce;
  //= HS-5
  //# When both nonces are known each end MUST compute dk1 = PBKDF2(K, nonceC ‖ nonceS, 64); bytes 0
  //# – 31 are dhmacC and bytes 32 – 63 are dhmacS.
  const dk1 = context.suite.pbkdf2(context.secret, concat(nonceC, nonceS), 2 * MAC_BYTES);
  const keyed: Keyed = {
    nonceC,
    nonceS,
    dhmacC: dk1.subarray(0, MAC_BYTES),
    dhmacS: dk1.subarray(MAC_BYTES),
  };
  //= HS-7
  //# The client MUST send yC ‖ hC with hC = HMAC(dhmacC, yC) as soon as it has the server's nonce;
  //# it does not wait for the server's value.
  //= HS-9
  //# The server MUST NOT compute or send anything that follows its nonce before the client's yC ‖
  //# hC has arrived completely and been accepted by HS-10 to HS-12.
  return client
    ? choosePublicValue(context, keyed, undefined, { received, ended: false })
    : takePublicValue(context, keyed, undefined, { received, ended: false });
}

/**
 * Our turn to send y ‖ h. `yPeer` is the client's validated value on a
 * server, and absent on a client.
 */
function choosePublicValue(
  context: HandshakeContext,
  keyed: Keyed,
  yPeer: Uint8Array | undefined,
  input: Input,
): HandshakeStep {
  if (!context.policy.weak) {
    return {
      state: { phase: 'generatingKeyPair', keyed, yPeer, ...input },
      effects: [{ type: 'generateKeyPair' }],
    };
  }
  //= HS-14
  //# An end without forward secrecy (`-f`) MUST send y = 1 with its h, and MUST use ySC = 1
  //# whatever valid y it receives.
  const sent = sendPublicValue(context, keyed, one());
  return yPeer === undefined
    ? prepend(sent, takePublicValue(context, keyed, undefined, input))
    : prepend(sent, establish(context, keyed, { ySC: one(), forwardSecrecy: false }, input));
}

function generatingKeyPair(
  context: HandshakeContext,
  state: In<'generatingKeyPair'>,
  event: HandshakeEvent,
): HandshakeStep {
  switch (event.type) {
    case 'endReceived':
      // A client's peer cannot answer any more (HS-4); a server has all it needs of its own.
      if (state.yPeer === undefined && state.received.length < PUBLIC_VALUE_MESSAGE_BYTES) {
        return failed(state, endedEarly(context, state));
      }
      return { state: { ...state, ended: true }, effects: [] };
    case 'bytesReceived':
      return { state: { ...state, ...extend(state, event) }, effects: [] };
    case 'keyPairGenerated': {
      const { keyed, yPeer, received, ended } = state;
      const { x, y } = event;
      const sent = sendPublicValue(context, keyed, y);
      return yPeer === undefined
        ? prepend(sent, takePublicValue(context, keyed, x, { received, ended }))
        : prepend(sent, computeSharedSecret(keyed, x, yPeer, { received, ended }));
    }
    default:
      return unexpected('handshake', state, event);
  }
}

function awaitingPublicValue(
  context: HandshakeContext,
  state: In<'awaitingPublicValue'>,
  event: HandshakeEvent,
): HandshakeStep {
  switch (event.type) {
    case 'bytesReceived':
      return takePublicValue(
        context,
        state.keyed,
        state.x,
        extend({ received: state.received, ended: false }, event),
      );
    case 'endReceived':
      //= HS-4
      //# If the peer's stream ends before its 320 handshake bytes have arrived, the end MUST treat the
      //# handshake as failed; this is fatal.
      return failed(state, endedEarly(context, state));
    default:
      return unexpected('handshake', state, event);
  }
}

/** Wait for the peer's y ‖ h, and judge it. */
function takePublicValue(
  context: HandshakeContext,
  keyed: Keyed,
  x: Uint8Array | undefined,
  input: Input,
): HandshakeStep {
  const { received, ended } = input;
  const waiting: In<'awaitingPublicValue'> = { phase: 'awaitingPublicValue', keyed, x, received };
  if (received.length < PUBLIC_VALUE_MESSAGE_BYTES) return { state: waiting, effects: [] };
  const message = received.subarray(0, PUBLIC_VALUE_MESSAGE_BYTES);
  const rest: Input = { received: received.subarray(PUBLIC_VALUE_MESSAGE_BYTES), ended };
  const fault = judgePublicValue(context, keyed, message);
  if (fault === 'handshake-mac-mismatch') return failed(waiting, macMismatch(context, waiting));
  if (fault !== undefined) return failed(waiting, { fault });
  const y = message.subarray(0, PUBLIC_VALUE_BYTES);
  //= HS-15
  //# The server MUST send yS ‖ hS with hS = HMAC(dhmacS, yS) as soon as HS-9 allows.
  if (context.role === 'server') return choosePublicValue(context, keyed, y, rest);
  return x === undefined
    ? establish(context, keyed, { ySC: one(), forwardSecrecy: false }, rest)
    : computeSharedSecret(keyed, x, y, rest);
}

/** What is wrong with the peer's y ‖ h, if anything. */
function judgePublicValue(
  context: HandshakeContext,
  keyed: Keyed,
  message: Uint8Array,
): FaultCode | undefined {
  const { suite, role, policy } = context;
  const y = message.subarray(0, PUBLIC_VALUE_BYTES);
  const h = message.subarray(PUBLIC_VALUE_BYTES);
  const dhmac = role === 'client' ? keyed.dhmacS : keyed.dhmacC;
  //= HS-10
  //# A receiver of y ‖ h MUST compare h with HMAC(dhmac of the peer, y) over all 32 bytes, in time
  //# that does not depend on their content, before it looks at y.
  if (!suite.equal(h, suite.hmac(dhmac, y))) return 'handshake-mac-mismatch';
  //= HS-11
  //# A receiver MUST treat y ≥ p, both taken as 256-byte big-endian numbers, as fatal.
  if (!isBelowModulus(y)) return 'handshake-value-out-of-range';
  //= HS-12
  //# An end that requires forward secrecy (`-g`) MUST treat y = 1 as fatal.
  if (policy.requireForwardSecrecy && isOne(y)) return 'handshake-without-forward-secrecy';
  //= HS-13
  //# Every other y below p MUST be accepted: 0, p − 1, and without `-g` also 1.
  return undefined;
}

/** y ‖ HMAC(our dhmac, y). */
//= HS-6
//# The second message of each end MUST be 288 bytes: y, a number below p as 256 bytes big-endian
//# with its leading zeros, and h, 32 bytes.
function sendPublicValue(context: HandshakeContext, keyed: Keyed, y: Uint8Array): HandshakeEffect {
  const dhmac = context.role === 'client' ? keyed.dhmacC : keyed.dhmacS;
  return { type: 'sendBytes', side: 'cipher', bytes: concat(y, context.suite.hmac(dhmac, y)) };
}

/** HS-16. */
function computeSharedSecret(
  keyed: Keyed,
  x: Uint8Array,
  y: Uint8Array,
  input: Input,
): HandshakeStep {
  return {
    state: { phase: 'computingSharedSecret', keyed, x, weakPeer: isOne(y), ...input },
    effects: [{ type: 'computeSharedSecret', x, y }],
  };
}

function computingSharedSecret(
  context: HandshakeContext,
  state: In<'computingSharedSecret'>,
  event: HandshakeEvent,
): HandshakeStep {
  switch (event.type) {
    case 'bytesReceived':
    case 'endReceived':
      return { state: { ...state, ...extend(state, event) }, effects: [] };
    case 'sharedSecretComputed': {
      const { keyed, x, weakPeer, received, ended } = state;
      const secret = { ySC: event.ySC, x, forwardSecrecy: !weakPeer };
      return establish(context, keyed, secret, { received, ended });
    }
    default:
      return unexpected('handshake', state, event);
  }
}

/** The packet keys, and the end of everything they were made from. */
function establish(
  context: HandshakeContext,
  keyed: Keyed,
  secret: { readonly ySC: Uint8Array; readonly x?: Uint8Array; readonly forwardSecrecy: boolean },
  input: Input,
): HandshakeStep {
  const { nonceC, nonceS, dhmacC, dhmacS } = keyed;
  const { ySC, x = NO_BYTES, forwardSecrecy } = secret;
  const salt = concat(nonceC, nonceS, ySC);
  //= HS-17
  //# Each end MUST then compute dk2 = PBKDF2(K, nonceC ‖ nonceS ‖ ySC, 128), and split it into E_C,
  //# H_C, E_S, H_S of 32 bytes each, in this order.
  const dk2 = context.suite.pbkdf2(context.secret, salt, 4 * MAC_BYTES);
  const key = (i: number): Uint8Array => dk2.subarray(i * MAC_BYTES, (i + 1) * MAC_BYTES);
  return {
    state: {
      phase: 'established',
      keys: { client: { e: key(0), h: key(1) }, server: { e: key(2), h: key(3) } },
      forwardSecrecy,
      ...input,
    },
    //= HS-23
    //# The values x, ySC, dk1 and dk2 SHOULD be overwritten when they are not needed any more.
    effects: [{ type: 'eraseSecrets', secrets: [dhmacC, dhmacS, x, ySC, salt] }],
  };
}

//= HS-21
//# A failed handshake MUST NOT be answered by any byte.
function failed(state: HandshakeState, failure: HandshakeFailure): HandshakeStep {
  const secrets = handshakeSecrets(state);
  return {
    state: { phase: 'failed', ...failure },
    effects: secrets.length === 0 ? [] : [{ type: 'eraseSecrets', secrets }],
  };
}

/** What the stream brought while the phase was waiting for something else. */
function extend(
  input: Input,
  event: Extract<HandshakeEvent, { type: 'bytesReceived' | 'endReceived' }>,
): Input {
  return event.type === 'endReceived'
    ? { received: input.received, ended: true }
    : { received: concat(input.received, event.bytes), ended: false };
}

function prepend(effect: HandshakeEffect, step: HandshakeStep): HandshakeStep {
  return { state: step.state, effects: [effect, ...step.effects] };
}

/** Whether the handshake can use bytes now; while it waits for arithmetic it cannot. */
export function wantsBytes(state: HandshakeState): boolean {
  return state.phase === 'awaitingNonce' || state.phase === 'awaitingPublicValue';
}

/** The secrets a state holds, to be erased when the connection ends before it has used them. */
export function handshakeSecrets(state: HandshakeState): readonly Uint8Array[] {
  switch (state.phase) {
    case 'generatingKeyPair':
      return [state.keyed.dhmacC, state.keyed.dhmacS];
    case 'awaitingPublicValue':
    case 'computingSharedSecret':
      return [state.keyed.dhmacC, state.keyed.dhmacS, state.x ?? NO_BYTES];
    case 'established':
      return sessionSecrets(state.keys);
    default:
      return [];
  }
}

/** The four packet keys, to be erased when the connection ends. */
export function sessionSecrets(keys: SessionKeys): readonly Uint8Array[] {
  return [keys.client.e, keys.client.h, keys.server.e, keys.server.h];
}
