/** What is known of a connection when it is over, for logs. */

import type { Dialled } from '../eventlog/index.ts';
import type { Outcome } from '../protocol/faults.ts';

/** One connection, from its acceptance to its end. */
export interface ConnectionSummary {
  /** Its name in this log and in the event log. */
  readonly id: string;
  /** The same at both ends (`eventlog/pair.ts`); absent when the nonces were not exchanged. */
  readonly pair?: string;
  /** Who connected: `[127.0.0.1]:4711`. */
  readonly peer: string;
  /** The target, as configured. */
  readonly target: string;
  /** Absent when the target was not reached. */
  readonly dialled?: Dialled;
  readonly outcome: Outcome;
  /**
   * Plaintext bytes that came from the plain side; that its operating system has taken; and that it
   * has not taken, or not all of them, when the connection was over.
   */
  readonly plainBytes: {
    readonly received: number;
    readonly sent: number;
    readonly undelivered: number;
  };
  /** Packets sent, and packets received and found good. */
  readonly packets: { readonly sealed: number; readonly opened: number };
  /** From acceptance to end. */
  readonly milliseconds: number;
  /** Whether both ends gave the session forward secrecy; absent when no handshake completed. */
  readonly forwardSecrecy?: boolean;
}
