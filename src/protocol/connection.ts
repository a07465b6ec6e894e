/**
 * One connection, from the accepted source to the closed sockets, as a reducer.
 *
 * It composes the handshake and the two packet reducers with the dial of the target, the two
 * timers, flow control and half-close. Answers CN-1 to CN-16, CN-26 and TM-1 to TM-7. It knows no socket:
 * `src/io` performs its effects and reports what happened as events.
 *
 * How the phases follow each other differs by role only in who waits for whom (CN-3):
 *
 *     client:  idle → dialing → handshaking → piping → closed
 *     server:  idle → dialingAndHandshaking → handshaking        → piping → closed
 *                                           → dialingEstablished ↗
 *     server that dials after the handshake:
 *              idle → handshakingUndialed → dialingEstablished → piping → closed
 *
 * After a fatal event, a pipe with bytes on their way to the other side is `delivering` before it
 * is closed (CN-26).
 *
 * What a machine hands over to the next: `advance` gives what arrives on the cipher side to the
 * handshake. When that is established, its state holds what came after the peer's last handshake
 * byte (`received`) and whether the stream ended there (`ended`). While the target is still being
 * dialled, more is added to both (CN-7). `startPiping` then takes the keys, and lets the pipe have
 * `received` and `ended` as if they came now.
 */

import { concat } from './bytes.ts';
import type { Fault, Outcome } from './faults.ts';
import {
  afterSending,
  afterWriting,
  type Flow,
  initialFlow,
  opposite,
  setReading,
} from './flow.ts';
import { type HandshakeEvent, stepHandshake, wantsBytes } from './handshake.ts';
import { endedEarly, timedOut } from './handshake-failure.ts';
import {
  type HandshakeContext,
  type HandshakeState,
  initialHandshakeState,
  type SessionKeys,
} from './handshake-state.ts';
import { unexpected } from './invariant.ts';
import type { Side } from './parameters.ts';
import { type PipeState, type PipeStep, startPipe, stepPipe } from './pipe.ts';
import { secretsOf } from './secrets.ts';
import { eraseUnkept, type In, prepend } from './step.ts';
import type { ConnectionEffect, ConnectionEvent, Step, Timer } from './vocabulary.ts';

/** What a connection needs to know and never changes. */
export interface ConnectionContext extends HandshakeContext {
  /** The value of `-o`, for each of the two timers, in milliseconds (TM-1). */
  readonly timeoutMilliseconds: number;
  /** When a server dials its target (CN-2). A client dials when it accepts, whatever this says. */
  readonly dial: 'on-accept' | 'after-handshake';
}

/** A handshake that is done. */
type Established = In<HandshakeState, 'established'>;

/** A connection whose handshake runs. */
interface Handshaking {
  /**
   * Whether the target is connected (`handshaking`), or a server still dials it, or will when the
   * handshake is done.
   */
  readonly phase: 'dialingAndHandshaking' | 'handshakingUndialed' | 'handshaking';
  readonly flow: Flow;
  readonly handshake: HandshakeState;
}

export type ConnectionState =
  | { readonly phase: 'idle' }
  /** Client: the target is being dialled; the nonce waits for it. */
  | { readonly phase: 'dialing'; readonly flow: Flow; readonly nonce: Uint8Array }
  | Handshaking
  /** Server: the handshake is done; the target is still being dialled. */
  | { readonly phase: 'dialingEstablished'; readonly flow: Flow; readonly handshake: Established }
  /** The pipe stands (CN-6). */
  | {
      readonly phase: 'piping';
      readonly flow: Flow;
      readonly keys: SessionKeys;
      readonly forwardSecrecy: boolean;
      readonly pipe: PipeState;
    }
  /** One side has failed and is closed; what was accepted from it goes to the other (CN-26). */
  | {
      readonly phase: 'delivering';
      readonly flow: Flow;
      /** The side that is still open. */
      readonly to: Side;
      readonly outcome: Outcome;
      readonly session: SessionSummary;
    }
  | {
      readonly phase: 'closed';
      readonly outcome: Outcome;
      readonly session: SessionSummary | undefined;
    };

/** What can be told of a handshake that was completed, and of what came after it. */
export interface SessionSummary {
  readonly forwardSecrecy: boolean;
  /** Packets sent. */
  readonly packetsSealed: bigint;
  /** Packets received and found good. */
  readonly packetsOpened: bigint;
}

type ConnectionStep = Step<ConnectionState, ConnectionEffect>;

/** Where every connection begins. */
export const initialConnectionState: ConnectionState = { phase: 'idle' };

/**
 * The next state of a connection, and what is to be done, in order. In `closed` nothing is done any
 * more, because completions and errors may still be on their way; but what they bring in secret is
 * erased, and a defect is told. Throws {@link InvariantViolation} for an event that the phase rules
 * out: a defect of the adapter.
 */
export function stepConnection(
  context: ConnectionContext,
  state: ConnectionState,
  event: ConnectionEvent,
): ConnectionStep {
  const step = take(context, state, event);
  // Within a phase only the handshake gives something up, and sees to it itself.
  if (step.state.phase === state.phase && state.phase !== 'closed') return step;
  return eraseUnkept([...secretsOf(state), ...secretsOf(event)], step, secretsOf(step.state));
}

function take(
  context: ConnectionContext,
  state: ConnectionState,
  event: ConnectionEvent,
): ConnectionStep {
  //= CN-15
  //# A failure of one connection, or of a system call made for it, MUST NOT end or delay another
  //# connection or the process.
  if (event.type === 'defectFound') {
    return close(state, { code: 'internal-error', detail: event.detail });
  }
  switch (state.phase) {
    case 'idle':
      return idle(context, state, event);
    case 'dialing':
      return dialing(context, state, event);
    case 'dialingAndHandshaking':
    case 'handshakingUndialed':
    case 'handshaking':
      return handshaking(context, state, event);
    case 'dialingEstablished':
      return dialingEstablished(context, state, event);
    case 'piping':
      return piping(context, state, event);
    case 'delivering':
      return delivering(state, event);
    case 'closed':
      return { state, effects: [] };
  }
}

//= CN-2
//# The target MUST be dialled as soon as the source is accepted, in both roles, also before the
//# peer has proved the key.
//= CN-3
//# A server MUST begin the handshake when it accepts, without waiting for the target; a client when
//# its target is connected.
function idle(
  context: ConnectionContext,
  state: In<ConnectionState, 'idle'>,
  event: ConnectionEvent,
): ConnectionStep {
  if (event.type !== 'connectionAccepted') return unexpected('connection', state, event);
  if (context.role === 'client') {
    return {
      state: { phase: 'dialing', flow: initialFlow, nonce: event.nonce },
      effects: dialTarget(context),
    };
  }
  //= CN-20
  //# A server MAY offer an option, off by default, to dial only when the handshake is complete.
  return context.dial === 'after-handshake'
    ? startHandshake(context, 'handshakingUndialed', event.nonce, [])
    : startHandshake(context, 'dialingAndHandshaking', event.nonce, dialTarget(context));
}

/** The dial and its timer. */
//= TM-2
//# The connect timer MUST run from the start of the dial until a connection stands, over all
//# addresses together; its expiry is fatal.
function dialTarget(context: ConnectionContext): readonly ConnectionEffect[] {
  return [startTimer(context, 'connect'), { type: 'connectTarget' }];
}

function startTimer(context: ConnectionContext, timer: Timer): ConnectionEffect {
  return { type: 'startTimer', timer, milliseconds: context.timeoutMilliseconds };
}

function cancelTimer(timer: Timer): ConnectionEffect {
  return { type: 'cancelTimer', timer };
}

function dialing(
  context: ConnectionContext,
  state: In<ConnectionState, 'dialing'>,
  event: ConnectionEvent,
): ConnectionStep {
  if (event.type !== 'targetConnected') return common(state, event);
  return startHandshake(context, 'handshaking', state.nonce, [cancelTimer('connect')]);
}

/** The handshake's timer and our nonce. */
//= TM-3
//# The handshake timer MUST run from the start of the handshake (CN-3) until dk2 is known; its
//# expiry is fatal.
//= TM-6
//# A timer MUST NOT be restarted by anything that arrives: a peer that sends a byte now and then
//# has no more time than one that sends none.
function startHandshake(
  context: ConnectionContext,
  phase: Handshaking['phase'],
  nonce: Uint8Array,
  before: readonly ConnectionEffect[],
): ConnectionStep {
  const state = { phase, flow: initialFlow, handshake: initialHandshakeState };
  return prepend(
    [...before, startTimer(context, 'handshake')],
    advance(context, state, { type: 'handshakeStarted', nonce }),
  );
}

function handshaking(
  context: ConnectionContext,
  state: Handshaking,
  event: ConnectionEvent,
): ConnectionStep {
  switch (event.type) {
    case 'targetConnected':
      if (state.phase !== 'dialingAndHandshaking') return unexpected('connection', state, event);
      return { state: { ...state, phase: 'handshaking' }, effects: [cancelTimer('connect')] };
    case 'bytesReceived':
    case 'endReceived':
      // The plain side is not read before the pipe stands.
      if (event.side === 'plain') return unexpected('connection', state, event);
      return advance(context, state, event);
    case 'keyPairGenerated':
    case 'sharedSecretComputed':
      return advance(context, state, event);
    case 'socketFailed':
      // A peer that refuses our handshake may close with our bytes unread: that arrives as a reset.
      if (event.side === 'cipher') {
        const { code, detail = event.error } = endedEarly(context, state.handshake);
        return close(state, { code, detail });
      }
      return common(state, event);
    case 'timerExpired':
      return event.timer === 'handshake'
        ? close(state, timedOut(context, state.handshake))
        : common(state, event);
    default:
      return common(state, event);
  }
}

/** Let the handshake take the event, and act on where it stands then. */
function advance(
  context: ConnectionContext,
  state: Handshaking,
  event: HandshakeEvent,
): ConnectionStep {
  const { state: handshake, effects } = stepHandshake(context, state.handshake, event);
  if (handshake.phase === 'failed') {
    return prepend(effects, close({ ...state, handshake }, handshake.fault));
  }
  const sent = afterSending(state.flow, effects);
  const done: readonly ConnectionEffect[] = [...effects, cancelTimer('handshake')];
  if (handshake.phase === 'established' && state.phase === 'handshaking') {
    return prepend(done, startPiping(context, sent, handshake));
  }
  //= CN-21
  //# A server whose handshake completes before its target is connected SHOULD stop reading the
  //# cipher side until the pipe stands.
  const read = setReading(sent, 'cipher', wantsBytes(handshake));
  if (handshake.phase !== 'established') {
    const next = { ...state, flow: read.flow, handshake };
    return { state: next, effects: [...effects, ...read.effects] };
  }
  const dial = state.phase === 'handshakingUndialed' ? dialTarget(context) : [];
  return {
    state: { phase: 'dialingEstablished', flow: read.flow, handshake },
    effects: [...done, ...read.effects, ...dial],
  };
}

function dialingEstablished(
  context: ConnectionContext,
  state: In<ConnectionState, 'dialingEstablished'>,
  event: ConnectionEvent,
): ConnectionStep {
  const { flow, handshake } = state;
  switch (event.type) {
    case 'targetConnected':
      return prepend([cancelTimer('connect')], startPiping(context, flow, handshake));
    case 'bytesReceived': {
      if (event.side === 'plain') return unexpected('connection', state, event);
      //= CN-7
      //# A server whose handshake completes before its target is connected MUST keep the bytes that
      //# followed the handshake.
      const received = concat(handshake.received, event.bytes);
      return { state: { ...state, handshake: { ...handshake, received } }, effects: [] };
    }
    case 'endReceived':
      if (event.side === 'plain') return unexpected('connection', state, event);
      return { state: { ...state, handshake: { ...handshake, ended: true } }, effects: [] };
    default:
      return common(state, event);
  }
}

/** Both the handshake and the target are there. */
function startPiping(
  context: ConnectionContext,
  flow: Flow,
  { keys, forwardSecrecy, received, ended }: Established,
): ConnectionStep {
  let step = concludePipe(context, { keys, forwardSecrecy }, startPipe(context, flow, keys));
  const happens = (event: ConnectionEvent): void => {
    step = prepend(step.effects, stepConnection(context, step.state, event));
  };
  //= HS-19
  //# Bytes received after the peer's 320th MUST be kept until the keys are known, and opened then
  //# as packets.
  //= HS-25
  //# A peer MAY send packets as soon as it knows the keys, in the same segment as its y ‖ h.
  if (received.length > 0) happens({ type: 'bytesReceived', side: 'cipher', bytes: received });
  //= HS-28
  //# An end of the peer's stream after its 320th byte MUST NOT fail the handshake.
  if (ended) happens({ type: 'endReceived', side: 'cipher' });
  return step;
}

function piping(
  context: ConnectionContext,
  state: In<ConnectionState, 'piping'>,
  event: ConnectionEvent,
): ConnectionStep {
  switch (event.type) {
    case 'bytesReceived':
    case 'endReceived':
    case 'writeCompleted':
    case 'endCompleted':
      return concludePipe(context, state, stepPipe(context, state.flow, state.pipe, event));
    case 'socketFailed':
      //= CN-11
      //# A failed read or write on either socket MUST close both.
      return failSide(context, state, event.side, socketFailure(event));
    default:
      return common(state, event);
  }
}

/** Take over what the pipe decided: go on, or close. */
function concludePipe(
  context: ConnectionContext,
  { keys, forwardSecrecy }: Pick<In<ConnectionState, 'piping'>, 'keys' | 'forwardSecrecy'>,
  { flow, pipe, effects, outcome, failed }: PipeStep,
): ConnectionStep {
  const state: In<ConnectionState, 'piping'> = {
    phase: 'piping',
    flow,
    keys,
    forwardSecrecy,
    pipe,
  };
  if (outcome === undefined) return { state, effects };
  return prepend(
    effects,
    failed === undefined ? close(state, outcome) : failSide(context, state, failed, outcome),
  );
}

/** A standing pipe has failed on one side: that one is closed, and the other when it has its bytes. */
//= CN-26
//# What was accepted from the side that failed MUST be delivered to the other side before that is
//# closed, too: the plaintext of good packets, or packets that are sealed already.
function failSide(
  context: ConnectionContext,
  state: In<ConnectionState, 'piping'>,
  failed: Side,
  outcome: Outcome,
): ConnectionStep {
  const to = opposite(failed);
  if (state.flow.unsent[to] === 0) {
    //= CN-27
    //# After a fatal event the plain side SHOULD see a reset where bytes that were read from it are
    //# thrown away, unless that could cost it bytes of CN-26: where it was given any before.
    const reset =
      to === 'plain' && state.flow.unsent.cipher > 0 && state.pipe.opening.packetNumber === 0n;
    return close(state, outcome, reset ? { reset: 'plain' } : {});
  }
  // What the kernel has from it, unread, makes its close a reset, as with C (CN-27).
  const quiet = setReading(state.flow, to, false);
  return {
    state: { phase: 'delivering', flow: quiet.flow, to, outcome, session: sessionOf(state) },
    effects: [
      //= CN-23
      //# A fatal event MUST close the socket of its side at once, without a byte to the peer that
      //# tells why, and nothing more MUST be read from either side.
      { type: 'closeSide', side: failed, outcome },
      ...quiet.effects,
      //= TM-7
      //# The delivery of CN-26 MUST be bounded by a timer with the value of `-o`, from the fatal
      //# event on; its expiry closes what is open.
      startTimer(context, 'delivery'),
    ],
  };
}

/** Whatever happens now but a defect, the outcome is that of the fatal event. */
function delivering(
  state: In<ConnectionState, 'delivering'>,
  event: ConnectionEvent,
): ConnectionStep {
  const { to, outcome } = state;
  switch (event.type) {
    case 'writeCompleted': {
      if (event.side !== to) return { state, effects: [] };
      const flow = afterWriting(state.flow, to, event.length);
      return flow.unsent[to] === 0
        ? close(state, outcome)
        : { state: { ...state, flow }, effects: [] };
    }
    case 'socketFailed':
      return event.side === to ? close(state, outcome) : { state, effects: [] };
    case 'timerExpired':
      return event.timer === 'delivery' ? close(state, outcome) : { state, effects: [] };
    case 'cancelRequested':
      return close(state, outcome);
    case 'bytesReceived':
    case 'endReceived':
    case 'endCompleted':
      // Heard before the sides were closed and left unread.
      return { state, effects: [] };
    default:
      return unexpected('connection', state, event);
  }
}

/** What means the same in every phase between `idle` and the end. */
function common(
  state: Exclude<ConnectionState, In<ConnectionState, 'idle' | 'delivering' | 'closed'>>,
  event: ConnectionEvent,
): ConnectionStep {
  switch (event.type) {
    case 'writeCompleted':
      return {
        state: { ...state, flow: afterWriting(state.flow, event.side, event.length) },
        effects: [],
      };
    case 'targetConnectFailed':
      //= CN-4
      //# If no address of the target can be connected the connection MUST be closed.
      return isDialing(state)
        ? close(state, { code: 'target-connect-failed', detail: event.error })
        : unexpected('connection', state, event);
    case 'timerExpired':
      //= TM-5
      //# A timer MUST NOT expire before its time, and MUST NOT act once what it bounds is done.
      return event.timer === 'connect' && isDialing(state)
        ? close(state, { code: 'target-connect-timed-out' })
        : { state, effects: [] };
    case 'socketFailed':
      return close(state, socketFailure(event));
    case 'cancelRequested':
      return close(state, { code: 'cancelled' });
    default:
      return unexpected('connection', state, event);
  }
}

function isDialing(state: ConnectionState): boolean {
  return (
    state.phase === 'dialing' ||
    state.phase === 'dialingAndHandshaking' ||
    state.phase === 'dialingEstablished'
  );
}

function socketFailure({ side, error }: Extract<ConnectionEvent, { type: 'socketFailed' }>): Fault {
  return { code: `${side}-socket-failed`, detail: error };
}

function close(
  state: ConnectionState,
  outcome: Outcome,
  how: { readonly reset?: Side } = {},
): ConnectionStep {
  return {
    state: { phase: 'closed', outcome, session: sessionOf(state) },
    effects: [{ type: 'closeConnection', outcome, ...how }],
  };
}

/** What can be told of the session of a connection; nothing before its handshake is complete. */
export function sessionOf(state: In<ConnectionState, 'piping'>): SessionSummary;
export function sessionOf(state: ConnectionState): SessionSummary | undefined;
export function sessionOf(state: ConnectionState): SessionSummary | undefined {
  switch (state.phase) {
    case 'dialingEstablished':
      return {
        forwardSecrecy: state.handshake.forwardSecrecy,
        packetsSealed: 0n,
        packetsOpened: 0n,
      };
    case 'piping':
      return {
        forwardSecrecy: state.forwardSecrecy,
        packetsSealed: state.pipe.sealing.packetNumber,
        packetsOpened: state.pipe.opening.packetNumber,
      };
    case 'delivering':
    case 'closed':
      return state.session;
    default:
      return undefined;
  }
}
