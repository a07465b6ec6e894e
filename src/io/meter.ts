/** Counts what a connection does, step by step, for its summary. */

import { PairFinder } from '../eventlog/index.ts';
import type { SessionSummary } from '../protocol/connection.ts';
import type { Role } from '../protocol/parameters.ts';
import type { ConnectionEffect, ConnectionEvent } from '../protocol/vocabulary.ts';
import type { ConnectionSummary } from './summary.ts';

/** What a summary holds that is not counted here. */
export type KnownOfConnection = Pick<
  ConnectionSummary,
  'id' | 'peer' | 'target' | 'dialled' | 'outcome'
>;

/** One connection's counters; a step is counted when it has been taken. */
export class Meter {
  private readonly started = performance.now();
  private received = 0;
  private sent = 0;
  private undelivered = 0;
  private readonly finder: PairFinder;

  /** `role` is this end's. */
  constructor(role: Role) {
    this.finder = new PairFinder(role);
  }

  count(event: ConnectionEvent, effects: readonly ConnectionEffect[]): void {
    this.finder.see(event, effects);
    if (event.type === 'bytesReceived' && event.side === 'plain') {
      this.received += event.bytes.length;
    }
    if (event.type === 'writeCompleted' && event.side === 'plain') this.undelivered -= event.length;
    for (const effect of effects) {
      if (effect.type !== 'sendBytes' || effect.side !== 'plain') continue;
      this.sent += effect.bytes.length;
      this.undelivered += effect.bytes.length;
    }
  }

  /** The summary of a connection that ends now, with what its last state tells of its session. */
  summary(known: KnownOfConnection, session: SessionSummary | undefined): ConnectionSummary {
    const { pair } = this.finder;
    return {
      ...known,
      ...(pair === undefined ? {} : { pair }),
      plainBytes: {
        received: this.received,
        sent: this.sent - this.undelivered,
        undelivered: this.undelivered,
      },
      packets: {
        sealed: Number(session?.packetsSealed ?? 0n),
        opened: Number(session?.packetsOpened ?? 0n),
      },
      milliseconds: Math.round(performance.now() - this.started),
      ...(session === undefined ? {} : { forwardSecrecy: session.forwardSecrecy }),
    };
  }
}
