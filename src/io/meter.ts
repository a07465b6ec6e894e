/** Counts what a connection does, step by step, for its summary. */

import { PairFinder } from '../eventlog/index.ts';
import { type ConnectionState, type SessionSummary, sessionOf } from '../protocol/connection.ts';
import {
  NONCE_BYTES,
  PACKET_BYTES,
  PUBLIC_VALUE_MESSAGE_BYTES,
  type Role,
} from '../protocol/parameters.ts';
import type { ConnectionEffect, ConnectionEvent, Step } from '../protocol/vocabulary.ts';
import type { ConnectionSummary } from './summary.ts';

const HANDSHAKE_BYTES = NONCE_BYTES + PUBLIC_VALUE_MESSAGE_BYTES;

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
  private cipherSent = 0;
  private undelivered = 0;
  private session: SessionSummary | undefined;
  private readonly finder: PairFinder;

  /** `role` is this end's. */
  constructor(role: Role) {
    this.finder = new PairFinder(role);
  }

  count(event: ConnectionEvent, step: Step<ConnectionState, ConnectionEffect>): void {
    this.finder.see(event, step.effects);
    if (event.type === 'bytesReceived' && event.side === 'plain') {
      this.received += event.bytes.length;
    }
    if (event.type === 'writeCompleted' && event.side === 'plain') this.undelivered -= event.length;
    for (const effect of step.effects) {
      if (effect.type !== 'sendBytes') continue;
      if (effect.side === 'plain') {
        this.sent += effect.bytes.length;
        this.undelivered += effect.bytes.length;
      } else this.cipherSent += effect.bytes.length;
    }
    this.session = sessionOf(step.state);
  }

  /** The summary of a connection that ends now. */
  summary(known: KnownOfConnection): ConnectionSummary {
    const { pair } = this.finder;
    const packetBytes = Math.max(0, this.cipherSent - HANDSHAKE_BYTES);
    return {
      ...known,
      ...(pair === undefined ? {} : { pair }),
      plainBytes: {
        received: this.received,
        sent: this.sent - this.undelivered,
        undelivered: this.undelivered,
      },
      packets: {
        sealed: Math.floor(packetBytes / PACKET_BYTES),
        opened: Number(this.session?.packetsOpened ?? 0n),
      },
      milliseconds: Math.round(performance.now() - this.started),
      ...(this.session === undefined ? {} : { forwardSecrecy: this.session.forwardSecrecy }),
    };
  }
}
