/**
 * The interpreter of one connection: performs the effects of the core on channels, and feeds what
 * happens back in as events.
 *
 * It holds no rule of the protocol. Its own duties: events are taken one at a time and in order,
 * an exception is told to the core and ends this connection alone (CN-15), a recorder sees every step
 * before its effects are performed, and nothing is heard of a connection after its end.
 */

import { randomBytes } from 'node:crypto';
import { eraseSecrets } from '../crypto/index.ts';
import type { ConnectionRecorder, Dialled } from '../eventlog/index.ts';
import {
  type ConnectionContext,
  type ConnectionState,
  initialConnectionState,
  sessionOf,
  stepConnection,
} from '../protocol/connection.ts';
import type { Outcome } from '../protocol/faults.ts';
import { opposite } from '../protocol/flow.ts';
import { InvariantViolation } from '../protocol/invariant.ts';
import { NONCE_BYTES, type Side } from '../protocol/parameters.ts';
import { secretsOf } from '../protocol/secrets.ts';
import type { ConnectionEffect, ConnectionEvent, Step, Timer } from '../protocol/vocabulary.ts';
import type { Cancel } from './cancel.ts';
import type { Channel } from './channel.ts';
import type { Exponentiator } from './exponentiation.ts';
import { Meter } from './meter.ts';
import type { DialListener } from './socket.ts';
import type { ConnectionSummary } from './summary.ts';

/** What a connection needs from outside. */
export interface ConnectionOptions {
  readonly context: ConnectionContext;
  /** What it is called in logs. */
  readonly id: string;
  /** The accepted end: plain for a client, cipher for a server. */
  readonly source: Channel;
  /** Begin to dial the target. */
  dial(listener: DialListener): Cancel;
  readonly exponentiator: Exponentiator;
  /** Sees every step; absent when the connection is not recorded. */
  readonly recorder: ConnectionRecorder | undefined;
  /** So many bytes were read on either side. */
  received?(length: number): void;
  /** What the target is called in messages. */
  readonly target: string;
  /** The connection is over, both channels are destroyed. Called once, never synchronously. */
  ended(summary: ConnectionSummary): void;
}

/** A running connection. */
export interface Connection {
  /** Give it up: it ends as `cancelled`. Without effect when it is over. */
  cancel(): void;
}

/** Run a connection from its accepted source to its end. */
export function runConnection(options: ConnectionOptions): Connection {
  return new Interpreter(options);
}

class Interpreter implements Connection {
  private readonly options: ConnectionOptions;
  private readonly context: ConnectionContext;
  private state: ConnectionState = initialConnectionState;
  private readonly channels: Partial<Record<Side, Channel>> = {};
  private readonly timers: Partial<Record<Timer, NodeJS.Timeout>> = {};
  /** What the core wants read; what is read in fact also depends on the recorder. */
  private readonly wanted: Record<Side, boolean> = { plain: false, cipher: false };
  private waitingForRecorder = false;
  /** The dial and the exponentiations under way. */
  private readonly pending = new Set<Cancel>();
  private readonly meter: Meter;
  private dialled: Dialled | undefined;
  private readonly queue: ConnectionEvent[] = [];
  private busy = false;
  private over = false;

  constructor(options: ConnectionOptions) {
    this.options = options;
    const { context, recorder, source } = options;
    this.meter = new Meter(context.role);
    this.context = recorder === undefined ? context : { ...context, suite: recorder.suite };
    this.adopt(context.role === 'client' ? 'plain' : 'cipher', source);
    this.handle({
      type: 'connectionAccepted',
      //= HS-1
      //# Each end MUST choose, for each connection, a fresh nonce of 32 bytes from a cryptographic
      //# random source.
      nonce: new Uint8Array(randomBytes(NONCE_BYTES)),
    });
  }

  cancel(): void {
    this.handle({ type: 'cancelRequested' });
  }

  private adopt(side: Side, channel: Channel): void {
    this.channels[side] = channel;
    channel.attach({
      bytesReceived: (bytes) => {
        this.options.received?.(bytes.length);
        this.handle({ type: 'bytesReceived', side, bytes });
      },
      endReceived: () => this.handle({ type: 'endReceived', side }),
      writeCompleted: (length) => this.handle({ type: 'writeCompleted', side, length }),
      endCompleted: () => this.handle({ type: 'endCompleted', side }),
      failed: (error) => this.handle({ type: 'socketFailed', side, error }),
    });
  }

  /** One event after the other: an effect may cause the next event before the step is done. */
  private handle(event: ConnectionEvent): void {
    this.queue.push(event);
    if (this.busy) return;
    this.busy = true;
    try {
      for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
        try {
          this.step(next);
        } catch (error) {
          this.giveUp(nameDefect(error));
        }
      }
    } finally {
      this.busy = false;
    }
  }

  /** The core ends a connection that shows a defect. If it cannot, the sockets are closed all the same. */
  //= CN-15
  //# A failure of one connection, or of a system call made for it, MUST NOT end or delay another
  //# connection or the process.
  private giveUp(detail: string): void {
    try {
      this.step({ type: 'defectFound', detail });
    } catch {
      // There is nobody left to ask.
      eraseSecrets(secretsOf(this.state));
    }
    this.finish({ code: 'internal-error', detail });
  }

  private step(event: ConnectionEvent): void {
    const step = this.fold(event);
    this.state = step.state;
    try {
      this.meter.count(event, step.effects);
      this.options.recorder?.record(event, step, this.dialled);
      for (const effect of step.effects) this.perform(effect);
    } catch (defect) {
      // What comes after the defect is not done, but nothing secret is left.
      for (const effect of step.effects) {
        if (effect.type === 'eraseSecrets') eraseSecrets(effect.secrets);
      }
      throw defect;
    }
    if (this.options.recorder?.congested === true) this.waitForRecorder();
  }

  /** The core's step. The event that it cannot take is recorded, too: it is what a replay needs. */
  private fold(event: ConnectionEvent): Step<ConnectionState, ConnectionEffect> {
    try {
      return stepConnection(this.context, this.state, event);
    } catch (defect) {
      this.options.recorder?.record(event, { state: this.state, effects: [] });
      eraseSecrets(secretsOf<ConnectionEvent>(event));
      throw defect;
    }
  }

  private perform(effect: ConnectionEffect): void {
    switch (effect.type) {
      case 'connectTarget':
        this.dialTarget();
        break;
      case 'startTimer':
        this.timers[effect.timer] = setTimeout(
          () => this.handle({ type: 'timerExpired', timer: effect.timer }),
          effect.milliseconds,
        );
        break;
      case 'cancelTimer':
        clearTimeout(this.timers[effect.timer]);
        break;
      case 'sendBytes':
        this.channels[effect.side]?.send(effect.bytes);
        break;
      case 'startReading':
      case 'stopReading':
        this.wanted[effect.side] = effect.type === 'startReading';
        this.applyReading(effect.side);
        break;
      case 'endWriting':
        this.channels[effect.side]?.endWriting();
        break;
      case 'closeSide':
        this.channels[effect.side]?.destroy();
        break;
      case 'generateKeyPair':
        this.await((done) =>
          this.options.exponentiator.generateKeyPair((pair) => {
            done();
            this.handle({ type: 'keyPairGenerated', ...pair });
          }),
        );
        break;
      case 'computeSharedSecret':
        this.await((done) =>
          this.options.exponentiator.computeSharedSecret(effect.x, effect.y, (ySC) => {
            done();
            this.handle({ type: 'sharedSecretComputed', ySC });
          }),
        );
        break;
      case 'eraseSecrets':
        eraseSecrets(effect.secrets);
        break;
      case 'closeConnection':
        this.finish(effect.outcome, effect.reset);
        break;
    }
  }

  private dialTarget(): void {
    const side = opposite(this.context.role === 'client' ? 'plain' : 'cipher');
    this.await((done) =>
      this.options.dial({
        connected: (channel) => {
          done();
          this.adopt(side, channel);
          const { peer: to, local: from } = channel;
          this.dialled = from === undefined ? { to } : { to, from };
          this.handle({ type: 'targetConnected' });
        },
        failed: (error) => {
          done();
          this.handle({ type: 'targetConnectFailed', error });
        },
      }),
    );
  }

  /** Remember how to cancel what was begun, until it calls `done`. */
  private await(begin: (done: () => void) => Cancel): void {
    let cancel: Cancel | undefined;
    const done = (): void => {
      if (cancel !== undefined) this.pending.delete(cancel);
    };
    cancel = begin(done);
    this.pending.add(cancel);
  }

  private applyReading(side: Side): void {
    const channel = this.channels[side];
    if (this.wanted[side] && !this.waitingForRecorder) channel?.startReading();
    else channel?.stopReading();
  }

  /** The record is as fast as its disk: until it has caught up, nothing further is read. */
  private waitForRecorder(): void {
    if (this.waitingForRecorder) return;
    this.waitingForRecorder = true;
    this.applyReading('plain');
    this.applyReading('cipher');
    this.options.recorder?.onceDrained(() => {
      this.waitingForRecorder = false;
      if (this.over) return;
      this.applyReading('plain');
      this.applyReading('cipher');
    });
  }

  /** Release everything and tell the end. A defect in that is told to the core before, as any is. */
  private finish(outcome: Outcome, reset?: Side): void {
    if (this.over) return;
    const [defect] = this.release(reset);
    if (defect !== undefined && outcome.code !== 'internal-error') throw defect;
    this.over = true;
    const { id, source, target } = this.options;
    const dialled = this.dialled === undefined ? {} : { dialled: this.dialled };
    const summary = this.meter.summary(
      { id, peer: source.peer, target, ...dialled, outcome },
      sessionOf(this.state),
    );
    setImmediate(() => this.options.ended(summary));
    this.options.recorder?.end();
  }

  /** Give back all that the connection holds; returns what was thrown meanwhile. */
  private release(reset: Side | undefined): readonly unknown[] {
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
    const { plain, cipher } = this.channels;
    const acts = [
      ...this.pending,
      () => (reset === 'plain' ? plain?.reset() : plain?.destroy()),
      () => (reset === 'cipher' ? cipher?.reset() : cipher?.destroy()),
    ];
    this.pending.clear();
    return acts.flatMap((act) => {
      try {
        act();
        return [];
      } catch (defect) {
        return [defect];
      }
    });
  }
}

/** What a defect is called in an outcome. Only our own messages: another's might hold data. */
//= CL-49
//# A message MUST NOT hold a byte of plaintext.
function nameDefect(error: unknown): string {
  if (error instanceof InvariantViolation) return error.message;
  return error instanceof Error ? error.name : typeof error;
}
