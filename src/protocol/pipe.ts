/**
 * The standing pipe of a connection: two directions, each with its flow and its end.
 *
 * Each direction is named by the side it is read from: `plain` is sealed and sent on the cipher
 * side, `cipher` is opened and sent on the plain side. Answers CN-8 to CN-13; the packet formats
 * are the business of `sealing` and `opening`, the phases around it of `connection`.
 */

import type { Outcome } from './faults.ts';
import { afterSending, afterWriting, type Flow, opposite, regulate, setReading } from './flow.ts';
import type { HandshakeContext, SessionKeys } from './handshake-state.ts';
import { unexpected } from './invariant.ts';
import {
  initialOpeningState,
  type OpeningEvent,
  type OpeningState,
  stepOpening,
} from './opening.ts';
import type { Side } from './parameters.ts';
import {
  initialSealingState,
  type SealingEvent,
  type SealingState,
  stepSealing,
} from './sealing.ts';
import type { ConnectionEffect, ConnectionEvent } from './vocabulary.ts';

/**
 * How far the end of one direction is: its stream still runs; it has ended and the other side is
 * being half-closed; that is done.
 */
export type DirectionEnd = 'running' | 'passing' | 'passed';

export interface PipeState {
  readonly sealing: SealingState;
  readonly opening: OpeningState;
  /** The end of the stream that is read from each side. */
  readonly ends: Readonly<Record<Side, DirectionEnd>>;
}

/** The events a standing pipe handles itself. */
export type PipeEvent = Extract<
  ConnectionEvent,
  { type: 'bytesReceived' | 'endReceived' | 'writeCompleted' | 'endCompleted' }
>;

/**
 * What a pipe decided; with an `outcome` the connection is over after the effects. When it is
 * fatal, `failed` is the side that cannot go on.
 */
export interface PipeStep {
  readonly flow: Flow;
  readonly pipe: PipeState;
  readonly effects: readonly ConnectionEffect[];
  readonly outcome?: Outcome;
  readonly failed?: Side;
}

/** A pipe with these keys. Both sides are read from now on. */
export function startPipe(context: HandshakeContext, flow: Flow, keys: SessionKeys): PipeStep {
  const client = context.role === 'client';
  //= CN-6
  //# An end MUST NOT read from the plain side before the pipe stands: before the handshake is
  //# complete and the target connected.
  //= PK-17
  //# An end MUST NOT wait for a packet of the peer before it sends its own.
  const plain = setReading(flow, 'plain', true);
  const cipher = setReading(plain.flow, 'cipher', true);
  return {
    flow: cipher.flow,
    pipe: {
      //= HS-18
      //# The client MUST seal with E_C, H_C and open with E_S, H_S; the server the reverse.
      sealing: initialSealingState(client ? keys.client : keys.server),
      opening: initialOpeningState(client ? keys.server : keys.client),
      ends: { plain: 'running', cipher: 'running' },
    },
    effects: [...plain.effects, ...cipher.effects],
  };
}

/** The next state of the pipe. */
export function stepPipe(
  context: HandshakeContext,
  flow: Flow,
  pipe: PipeState,
  event: PipeEvent,
): PipeStep {
  switch (event.type) {
    case 'bytesReceived':
      //= CN-8
      //# Each direction MUST deliver the bytes it reads in order, each once, until its end or a
      //# fatal event.
      return event.side === 'plain'
        ? seal(context, flow, pipe, event)
        : open(context, flow, pipe, event);
    case 'endReceived':
      return passEnd(context, flow, pipe, event.side);
    case 'writeCompleted':
      return resume(afterWriting(flow, event.side, event.length), pipe, opposite(event.side));
    case 'endCompleted':
      return endPassed(flow, pipe, opposite(event.side));
  }
}

function seal(
  { suite }: HandshakeContext,
  flow: Flow,
  pipe: PipeState,
  event: SealingEvent,
): PipeStep {
  const { state: sealing, effects } = stepSealing(suite, pipe.sealing, event);
  const step = forward(flow, { ...pipe, sealing }, 'plain', effects);
  return sealing.phase === 'exhausted'
    ? { ...step, outcome: { code: 'packet-numbers-exhausted' }, failed: 'plain' }
    : step;
}

function open(
  { suite }: HandshakeContext,
  flow: Flow,
  pipe: PipeState,
  event: OpeningEvent,
): PipeStep {
  const { state: opening, effects } = stepOpening(suite, pipe.opening, event);
  const step = forward(flow, { ...pipe, opening }, 'cipher', effects);
  return opening.phase === 'failed'
    ? { ...step, outcome: { code: opening.fault }, failed: 'cipher' }
    : step;
}

/** Account for what was sent, and leave `from` unread when too much waits. */
function forward(
  flow: Flow,
  pipe: PipeState,
  from: Side,
  effects: readonly ConnectionEffect[],
): PipeStep {
  //= CN-9
  //# When one side accepts data more slowly than the other sends it, an end MUST stop reading the
  //# faster side, so that the bytes held for each direction stay under a fixed bound.
  const regulated = regulate(afterSending(flow, effects), from);
  return { flow: regulated.flow, pipe, effects: [...effects, ...regulated.effects] };
}

/** What was sent before goes out before. */
//= CN-10
//# When the stream of one side ends, the end MUST deliver everything it read from it, then
//# half-close the other side (FIN, `shutdown(SHUT_WR)`); the opposite direction MUST go on.
function passEnd(context: HandshakeContext, flow: Flow, pipe: PipeState, from: Side): PipeStep {
  if (pipe.ends[from] !== 'running') {
    return unexpected('pipe', { phase: pipe.ends[from] }, { type: 'endReceived' });
  }
  const opening =
    from === 'cipher'
      ? stepOpening(context.suite, pipe.opening, { type: 'endReceived' }).state
      : pipe.opening;
  return {
    flow: { ...flow, reading: { ...flow.reading, [from]: false } },
    pipe: { ...pipe, opening, ends: { ...pipe.ends, [from]: 'passing' } },
    effects: [{ type: 'endWriting', side: opposite(from) }],
  };
}

/** When both ends are passed on, the connection is over. */
function endPassed(flow: Flow, pipe: PipeState, from: Side): PipeStep {
  if (pipe.ends[from] !== 'passing') {
    return unexpected('pipe', { phase: pipe.ends[from] }, { type: 'endCompleted' });
  }
  const ends = { ...pipe.ends, [from]: 'passed' as const };
  const step: PipeStep = { flow, pipe: { ...pipe, ends }, effects: [] };
  //= CN-12
  //# When both directions have ended, and everything was delivered, both sockets MUST be closed;
  //# this is the normal end.
  if (ends.plain !== 'passed' || ends.cipher !== 'passed') return step;
  //= CN-22
  //# An end SHOULD report a stream that ends inside a packet.
  const truncated = pipe.opening.phase === 'truncated';
  //= CN-14
  //# An implementation MUST NOT present the end of a stream (CN-12) as proof that all data arrived.
  return { ...step, outcome: { code: truncated ? 'packet-truncated' : 'closed' } };
}

/** CN-9: read a running direction again when its output has drained. */
function resume(flow: Flow, pipe: PipeState, from: Side): PipeStep {
  if (pipe.ends[from] !== 'running') return { flow, pipe, effects: [] };
  const regulated = regulate(flow, from);
  return { flow: regulated.flow, pipe, effects: regulated.effects };
}
