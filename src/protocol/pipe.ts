/**
 * The standing pipe of a connection: two directions, each with its flow and its end.
 *
 * Each direction is named by the side it is read from: `plain` is sealed and sent on the cipher
 * side, `cipher` is opened and sent on the plain side. Answers CN-8 to CN-13; the packet formats
 * are the business of `sealing` and `opening`, the phases around it of `connection`.
 */

import type { ConnectionEffect, ConnectionEvent } from './events.ts';
import type { Outcome } from './faults.ts';
import { afterSending, afterWriting, type Flow, opposite, regulate, setReading } from './flow.ts';
import type { HandshakeContext, SessionKeys } from './handshake.ts';
import { unexpected } from './invariant.ts';
import { initialOpeningState, type OpeningState, stepOpening } from './opening.ts';
import type { Side } from './parameters.ts';
import { initialSealingState, type SealingState, stepSealing } from './sealing.ts';

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

/** What a pipe decided; with an `outcome` the connection is to be closed after the effects. */
export interface PipeStep {
  readonly flow: Flow;
  readonly pipe: PipeState;
  readonly effects: readonly ConnectionEffect[];
  readonly outcome?: Outcome;
}

/** HS-18: which keys seal and which open. Both sides are read from now on. */
export function startPipe(context: HandshakeContext, flow: Flow, keys: SessionKeys): PipeStep {
  const client = context.role === 'client';
  const plain = setReading(flow, 'plain', true);
  const cipher = setReading(plain.flow, 'cipher', true);
  return {
    flow: cipher.flow,
    pipe: {
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
      return event.side === 'plain'
        ? sealBytes(context, flow, pipe, event.bytes)
        : openBytes(context, flow, pipe, event.bytes);
    case 'endReceived':
      return passEnd(context, flow, pipe, event.side);
    case 'writeCompleted':
      return resume(afterWriting(flow, event.side, event.length), pipe, opposite(event.side));
    case 'endCompleted':
      return endPassed(flow, pipe, opposite(event.side));
  }
}

function sealBytes(
  context: HandshakeContext,
  flow: Flow,
  pipe: PipeState,
  bytes: Uint8Array,
): PipeStep {
  const { state: sealing, effects } = stepSealing(context.suite, pipe.sealing, {
    type: 'bytesReceived',
    bytes,
  });
  const step = forward(flow, { ...pipe, sealing }, 'plain', effects);
  return sealing.phase === 'exhausted'
    ? { ...step, outcome: { code: 'packet-numbers-exhausted' } }
    : step;
}

function openBytes(
  context: HandshakeContext,
  flow: Flow,
  pipe: PipeState,
  bytes: Uint8Array,
): PipeStep {
  const { state: opening, effects } = stepOpening(context.suite, pipe.opening, {
    type: 'bytesReceived',
    bytes,
  });
  const step = forward(flow, { ...pipe, opening }, 'cipher', effects);
  return opening.phase === 'failed' ? { ...step, outcome: { code: opening.fault } } : step;
}

/** CN-9: account for what was sent, and leave `from` unread when too much waits. */
function forward(
  flow: Flow,
  pipe: PipeState,
  from: Side,
  effects: readonly ConnectionEffect[],
): PipeStep {
  const regulated = regulate(afterSending(flow, effects), from);
  return { flow: regulated.flow, pipe, effects: [...effects, ...regulated.effects] };
}

/** CN-10, CN-13: half-close the other side; what was sent before goes out before. */
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

/** CN-12: when both ends are passed on, the connection is over. */
function endPassed(flow: Flow, pipe: PipeState, from: Side): PipeStep {
  if (pipe.ends[from] !== 'passing') {
    return unexpected('pipe', { phase: pipe.ends[from] }, { type: 'endCompleted' });
  }
  const ends = { ...pipe.ends, [from]: 'passed' as const };
  const step: PipeStep = { flow, pipe: { ...pipe, ends }, effects: [] };
  if (ends.plain !== 'passed' || ends.cipher !== 'passed') return step;
  const truncated = pipe.opening.phase === 'truncated';
  return { ...step, outcome: { code: truncated ? 'packet-truncated' : 'closed' } };
}

/** CN-9: read a running direction again when its output has drained. */
function resume(flow: Flow, pipe: PipeState, from: Side): PipeStep {
  if (pipe.ends[from] !== 'running') return { flow, pipe, effects: [] };
  const regulated = regulate(flow, from);
  return { flow: regulated.flow, pipe, effects: regulated.effects };
}
