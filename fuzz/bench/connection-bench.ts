/**
 * Drives one connection reducer without sockets: performs effects on in-memory sides, holds every
 * step inside the transition table, and freezes every state.
 *
 * Arithmetic, dials, timers and writes are answered only when the test says so.
 */

import { connectionTransitions } from '../../src/protocol/connection.transitions.ts';
import {
  type ConnectionContext,
  type ConnectionState,
  initialConnectionState,
  stepConnection,
} from '../../src/protocol/connection.ts';
import type { Outcome } from '../../src/protocol/faults.ts';
import type { Policy, Role, Side } from '../../src/protocol/parameters.ts';
import { allows } from '../../src/protocol/transitions.ts';
import type {
  ConnectionEffect,
  ConnectionEvent,
  Step,
  Timer,
} from '../../src/protocol/vocabulary.ts';
import { copyOf, deepFreeze } from './freeze.ts';
import { contextOf, materialOf, sharedSecret } from './material.ts';

/** What one side of the connection has been asked to do. */
export interface SideRecord {
  /** Everything sent to it. */
  sent: Buffer;
  /** Lengths of sends not yet answered. */
  unwritten: number[];
  reading: boolean;
  /** Whether its write direction was ended; `completed` when that was answered. */
  ending: 'no' | 'asked' | 'completed';
  /** Whether it was closed before the connection. */
  closed: boolean;
}

/** What a bench remembers of a step. */
export interface BenchStep extends Step<ConnectionState, ConnectionEffect> {
  readonly event: ConnectionEvent;
  /** The same, in arrays of its own. */
  readonly copy: ConnectionEvent;
}

export class ConnectionBench {
  state: ConnectionState = initialConnectionState;
  readonly context: ConnectionContext;
  readonly sides: Record<Side, SideRecord> = { plain: newSide(), cipher: newSide() };
  readonly timers = new Set<Timer>();
  readonly effects: ConnectionEffect[] = [];
  /** Every step, with a copy of its event as it was before. */
  readonly history: BenchStep[] = [];
  /** Rows of the table that were taken: `from --event--> to`. */
  readonly taken = new Set<string>();
  dialling = false;
  owed: ConnectionEvent[] = [];
  outcome: Outcome | undefined;

  constructor(role: Role, policy?: Policy, dial: ConnectionContext['dial'] = 'on-accept') {
    this.context = { ...contextOf(role, policy), timeoutMilliseconds: 5000, dial };
  }

  get phase(): ConnectionState['phase'] {
    return this.state.phase;
  }

  accept(): this {
    return this.feed({ type: 'connectionAccepted', nonce: materialOf(this.context.role).nonce });
  }

  feed(event: ConnectionEvent): this {
    const from = this.state.phase;
    const copy = copyOf(event);
    const { state, effects } = stepConnection(this.context, this.state, deepFreeze(event));
    this.state = deepFreeze(state);
    this.history.push({ event, copy, state, effects: deepFreeze(effects) });
    if (from !== 'closed') {
      const row = `${from} --${event.type}--> ${state.phase}`;
      this.taken.add(row);
      if (!allows(connectionTransitions, from, event.type, state.phase)) {
        throw new Error(`not in the table: ${row}`);
      }
    }
    for (const effect of effects) this.perform(effect);
    return this;
  }

  /** Answer the arithmetic that waits, and what that asks for in turn. */
  answer(): this {
    while (this.owed.length > 0) this.answerOne();
    return this;
  }

  answerOne(): void {
    const event = this.owed.shift();
    if (event !== undefined) this.feed(event);
  }

  /** Report the oldest unanswered write of a side as done. */
  completeWrite(side: Side): this {
    const length = this.sides[side].unwritten.shift();
    if (length === undefined) throw new Error(`nothing to write on ${side}`);
    return this.feed({ type: 'writeCompleted', side, length });
  }

  completeEnd(side: Side): this {
    if (this.sides[side].ending !== 'asked') throw new Error(`${side} is not being ended`);
    this.sides[side].ending = 'completed';
    return this.feed({ type: 'endCompleted', side });
  }

  receive(side: Side, bytes: Uint8Array): this {
    return this.feed({ type: 'bytesReceived', side, bytes });
  }

  end(side: Side): this {
    return this.feed({ type: 'endReceived', side });
  }

  connected(): this {
    this.dialling = false;
    return this.feed({ type: 'targetConnected' });
  }

  private perform(effect: ConnectionEffect): void {
    if (this.outcome !== undefined && effect.type !== 'eraseSecrets')
      throw new Error(`effect after the end: ${effect.type}`);
    this.effects.push(effect);
    switch (effect.type) {
      case 'connectTarget':
        this.dialling = true;
        break;
      case 'startTimer':
        this.timers.add(effect.timer);
        break;
      case 'cancelTimer':
        this.timers.delete(effect.timer);
        break;
      case 'sendBytes': {
        const side = this.sides[effect.side];
        if (side.ending !== 'no' || side.closed) {
          throw new Error(`bytes after the end of ${effect.side}`);
        }
        side.sent = Buffer.concat([side.sent, effect.bytes]);
        side.unwritten.push(effect.bytes.length);
        break;
      }
      case 'startReading':
      case 'stopReading':
        this.sides[effect.side].reading = effect.type === 'startReading';
        break;
      case 'endWriting':
        this.sides[effect.side].ending = 'asked';
        break;
      case 'closeSide':
        this.sides[effect.side].closed = true;
        break;
      case 'generateKeyPair':
        this.owed.push({ type: 'keyPairGenerated', ...materialOf(this.context.role).pair });
        break;
      case 'computeSharedSecret':
        this.owed.push({ type: 'sharedSecretComputed', ySC: sharedSecret(effect.x, effect.y) });
        break;
      case 'eraseSecrets':
        // Not performed: the material is shared between tests.
        break;
      case 'closeConnection':
        this.outcome = effect.outcome;
        break;
    }
  }
}

function newSide(): SideRecord {
  return { sent: Buffer.alloc(0), unwritten: [], reading: false, ending: 'no', closed: false };
}
