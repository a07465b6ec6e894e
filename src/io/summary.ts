/** What is known of a connection when it is over, for logs. */

import type { Outcome } from '../protocol/faults.ts';

/** One connection, from its acceptance to its end. */
export interface ConnectionSummary {
  /** Who connected: `[127.0.0.1]:4711`. */
  readonly peer: string;
  /** The target, as configured. */
  readonly target: string;
  readonly outcome: Outcome;
  /** Plaintext bytes that came from the plain side, and that were sent to it. */
  readonly plainBytes: { readonly received: number; readonly sent: number };
  /** Packets sent, and packets received and found good. */
  readonly packets: { readonly sealed: number; readonly opened: number };
  /** From acceptance to end. */
  readonly milliseconds: number;
  /** Whether both ends gave the session forward secrecy; absent when no handshake completed. */
  readonly forwardSecrecy?: boolean;
}
