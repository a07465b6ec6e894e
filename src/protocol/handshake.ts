/**
 * The handshake of one connection, as a reducer.
 *
 * The arithmetic and the randomness are effects and come back as events. Answers HS-1 to HS-23; what
 * happens before (dial, accept) and after (packets) is the connection's business. After the nonces,
 * which both ends send at once, the role decides the order, and the policy what is done:
 *
 *     role     order
 *     client   send y ‖ h, receive y ‖ h, agree on ySC
 *     server   receive y ‖ h, send y ‖ h, agree on ySC
 *
 *     policy   sends                 receives           agrees on
 *     none     2^(2²⁵⁸ + x) mod p    any y below p      y^(2²⁵⁸ + x) mod p, where y is the peer's
 *     -g       the same              the same but 1     the same
 *     -f       1, without waiting    any y below p      1, without waiting
 *
 * Fed bytes in any segmentation: an event adds to what the state has, and then one phase follows the
 * other as long as that is enough (`proceed`). A phase takes what it needs from `received` and hands
 * on the rest, so the nonce, y ‖ h and the first packets may come in one read (HS-19, HS-20).
 */

import { concat, NO_BYTES } from './bytes.ts';
import type { Fault, FaultCode } from './faults.ts';
import { isBelowModulus, isOne, one } from './group14.ts';
import { endedEarly, macMismatch } from './handshake-failure.ts';
import type { HandshakeContext, HandshakeState, Input, Keyed, Known } from './handshake-state.ts';
import { InvariantViolation, unexpected } from './invariant.ts';
import {
  MAC_BYTES,
  NONCE_BYTES,
  PUBLIC_VALUE_BYTES,
  PUBLIC_VALUE_MESSAGE_BYTES,
  type Role,
} from './parameters.ts';
import { secretsOf } from './secrets.ts';
import { eraseUnkept, type In, prepend } from './step.ts';
import type { ConnectionEffect, ConnectionEvent, Step } from './vocabulary.ts';

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

type HandshakeStep = Step<HandshakeState, HandshakeEffect>;

/** A step between two phases; `made` are the secrets that it made on the way and does not keep. */
interface Transition extends HandshakeStep {
  readonly made?: readonly Uint8Array[];
}

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
  let step = erasing(state, event, take(context, state, event));
  let next = proceed(context, step.state);
  while (next !== undefined) {
    step = prepend(step.effects, erasing(step.state, undefined, next));
    next = proceed(context, step.state);
  }
  return step;
}

function erasing(
  from: HandshakeState,
  event: HandshakeEvent | undefined,
  { state, effects, made = [] }: Transition,
): HandshakeStep {
  // Within a phase a handshake only gathers bytes.
  if (state.phase === from.phase) return { state, effects };
  const given = [...secretsOf(from), ...(event === undefined ? [] : secretsOf(event)), ...made];
  return eraseUnkept(given, { state, effects }, secretsOf(state));
}

/** What the event brings. */
function take(context: HandshakeContext, state: HandshakeState, event: HandshakeEvent): Transition {
  switch (state.phase) {
    case 'idle':
      return idle(state, event);
    case 'awaitingNonce':
    case 'awaitingPublicValue':
      return keep(state, event);
    case 'generatingKeyPair':
      if (event.type !== 'keyPairGenerated') return keep(state, event);
      return sendValue(context, { ...state, x: event.x }, event.y);
    case 'computingSharedSecret':
      if (event.type !== 'sharedSecretComputed') return keep(state, event);
      return establish(context, state, event.ySC, !state.weakPeer);
    case 'established':
    case 'failed':
      return unexpected('handshake', state, event);
  }
}

//= HS-2
//# Each end MUST send its nonce as its first 32 bytes as soon as the cipher connection stands,
//# without waiting for a byte of the peer.
function idle(state: In<HandshakeState, 'idle'>, event: HandshakeEvent): Transition {
  if (event.type !== 'handshakeStarted') return unexpected('handshake', state, event);
  const { nonce } = event;
  return {
    state: { phase: 'awaitingNonce', nonce, received: NO_BYTES, ended: false },
    effects: [{ type: 'sendBytes', side: 'cipher', bytes: nonce }],
  };
}

/** What the stream brings is kept until there is enough of it, and its time has come. */
//= HS-20
//# The result of the handshake MUST NOT depend on how the stream is cut into segments.
function keep(state: Extract<HandshakeState, Input>, event: HandshakeEvent): Transition {
  switch (event.type) {
    case 'bytesReceived':
      return { state: { ...state, received: concat(state.received, event.bytes) }, effects: [] };
    case 'endReceived':
      return { state: { ...state, ended: true }, effects: [] };
    default:
      return unexpected('handshake', state, event);
  }
}

/** What follows from what is there, without a further event; nothing while something is missing. */
function proceed(context: HandshakeContext, state: HandshakeState): Transition | undefined {
  switch (state.phase) {
    case 'awaitingNonce':
      if (state.received.length >= NONCE_BYTES) return takeNonce(context, state);
      break;
    case 'awaitingPublicValue':
      if (state.received.length >= PUBLIC_VALUE_MESSAGE_BYTES) return takeValue(context, state);
      break;
    case 'generatingKeyPair':
      // A client's peer may still have to answer; a server has all it needs of its own.
      if (state.yPeer !== undefined) return undefined;
      if (state.received.length >= PUBLIC_VALUE_MESSAGE_BYTES) return undefined;
      break;
    default:
      return undefined;
  }
  //= HS-4
  //# If the peer's stream ends before its 320 handshake bytes have arrived, the end MUST treat the
  //# handshake as failed; this is fatal.
  return state.ended ? failed(endedEarly(context, state)) : undefined;
}

/** What both roles do once between the nonces and the keys, each in its own order. */
type Move = 'nonces' | 'send' | 'receive' | 'agree';
type Done = Exclude<Move, 'agree'>;

/** What each role does next. */
const NEXT: Readonly<Record<Role, Readonly<Record<Done, Exclude<Move, 'nonces'>>>>> = {
  //= HS-7
  //# The client MUST send yC ‖ hC with hC = HMAC(dhmacC, yC) as soon as it has the server's nonce;
  //# it does not wait for the server's value.
  client: { nonces: 'send', send: 'receive', receive: 'agree' },
  //= HS-9
  //# The server MUST NOT compute or send anything that follows its nonce before the client's yC ‖
  //# hC has arrived completely and been accepted by HS-10 to HS-12.
  //= HS-15
  //# The server MUST send yS ‖ hS with hS = HMAC(dhmacS, yS) as soon as HS-9 allows.
  server: { nonces: 'receive', receive: 'send', send: 'agree' },
};

/** Begin what this role does after `done`. */
function follow(context: HandshakeContext, done: Done, known: Known): Transition {
  const { keyed, x, yPeer, received, ended } = known;
  switch (NEXT[context.role][done]) {
    case 'send': {
      if (!context.policy.weak) {
        const state = { phase: 'generatingKeyPair', keyed, yPeer, received, ended } as const;
        return { state, effects: [{ type: 'generateKeyPair' }] };
      }
      //= HS-14
      //# An end without forward secrecy (`-f`) MUST send y = 1 with its h, and MUST use ySC = 1
      //# whatever valid y it receives.
      return sendValue(context, known, one());
    }
    case 'receive':
      return { state: { phase: 'awaitingPublicValue', keyed, x, received, ended }, effects: [] };
    case 'agree':
      // ySC = 1 is the policy's decision, never what is left when something is missing.
      if (yPeer === undefined) throw new InvariantViolation('handshake: no value of the peer');
      if (context.policy.weak) return establish(context, known, one(), false);
      if (x === undefined) throw new InvariantViolation('handshake: no private exponent');
      return {
        state: {
          phase: 'computingSharedSecret',
          keyed,
          x,
          weakPeer: isOne(yPeer),
          received,
          ended,
        },
        effects: [{ type: 'computeSharedSecret', x, y: yPeer }],
      };
  }
}

/** With both nonces, derive the MAC keys. */
function takeNonce(
  context: HandshakeContext,
  state: In<HandshakeState, 'awaitingNonce'>,
): Transition {
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
  const known = { keyed, x: undefined, yPeer: undefined, received, ended: false };
  return follow(context, 'nonces', known);
}

/** Validate the peer's y ‖ h. */
function takeValue(
  context: HandshakeContext,
  state: In<HandshakeState, 'awaitingPublicValue'>,
): Transition {
  const message = state.received.subarray(0, PUBLIC_VALUE_MESSAGE_BYTES);
  const received = state.received.subarray(PUBLIC_VALUE_MESSAGE_BYTES);
  const code = validatePublicValue(context, state.keyed, message);
  if (code === 'handshake-mac-mismatch') return failed(macMismatch(context, state));
  if (code !== undefined) return failed({ code });
  const yPeer = message.subarray(0, PUBLIC_VALUE_BYTES);
  return follow(context, 'receive', { ...state, yPeer, received });
}

/** What is wrong with the peer's y ‖ h, if anything. */
function validatePublicValue(
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

/** Send y ‖ HMAC(our dhmac, y), and go on. */
//= HS-6
//# The second message of each end MUST be 288 bytes: y, a number below p as 256 bytes big-endian
//# with its leading zeros, and h, 32 bytes.
function sendValue(context: HandshakeContext, known: Known, y: Uint8Array): Transition {
  const { dhmacC, dhmacS } = known.keyed;
  const h = context.suite.hmac(context.role === 'client' ? dhmacC : dhmacS, y);
  const { effects, ...after } = follow(context, 'send', known);
  const bytes = concat(y, h);
  return { ...after, effects: [{ type: 'sendBytes', side: 'cipher', bytes }, ...effects] };
}

/** The packet keys. */
function establish(
  context: HandshakeContext,
  { keyed, received, ended }: Input & Pick<Known, 'keyed'>,
  ySC: Uint8Array,
  forwardSecrecy: boolean,
): Transition {
  const salt = concat(keyed.nonceC, keyed.nonceS, ySC);
  //= HS-17
  //# Each end MUST then compute dk2 = PBKDF2(K, nonceC ‖ nonceS ‖ ySC, 128), and split it into E_C,
  //# H_C, E_S, H_S of 32 bytes each, in this order.
  const dk2 = context.suite.pbkdf2(context.secret, salt, 4 * MAC_BYTES);
  const key = (i: number): Uint8Array => dk2.subarray(i * MAC_BYTES, (i + 1) * MAC_BYTES);
  const keys = { client: { e: key(0), h: key(1) }, server: { e: key(2), h: key(3) } };
  return {
    state: { phase: 'established', keys, forwardSecrecy, received, ended },
    effects: [],
    made: [ySC, salt],
  };
}

//= HS-21
//# A failed handshake MUST NOT be answered by any byte.
function failed(fault: Fault): Transition {
  return { state: { phase: 'failed', fault }, effects: [] };
}

/** Whether the handshake can use bytes now; while it waits for arithmetic it cannot. */
export function wantsBytes(state: HandshakeState): boolean {
  return state.phase === 'awaitingNonce' || state.phase === 'awaitingPublicValue';
}
