/**
 * The counts that a log's last line states: kept by the writer as it records, and by the reader
 * to compare. It knows both contents, because they count alike.
 */

import type { Outcome } from '../protocol/faults.ts';
import type { ConnectionEffect, ConnectionEvent } from '../protocol/vocabulary.ts';
import type { FullEffect, LogEnd, WireEffect, WireEvent } from './format.ts';

/** What has been recorded of one connection so far. */
export class Tally {
  /** Events counted so far: also the sequence number of the last one. */
  events = 0;
  /** Of the last `closeConnection`. */
  outcome: Outcome | null = null;
  readonly bytes = { plainReceived: 0, plainSent: 0, cipherReceived: 0, cipherSent: 0 };

  add(
    event: ConnectionEvent | WireEvent,
    effects: readonly (ConnectionEffect | FullEffect | WireEffect)[],
  ): void {
    this.events += 1;
    if (event.type === 'bytesReceived') this.bytes[`${event.side}Received`] += lengthOf(event);
    for (const effect of effects) {
      if (effect.type === 'sendBytes') this.bytes[`${effect.side}Sent`] += lengthOf(effect);
      if (effect.type === 'closeConnection') this.outcome = effect.outcome;
    }
  }

  /** The last line of a log that ends here. */
  end(microseconds: number): LogEnd {
    const { outcome, events, bytes } = this;
    return { microseconds, outcome, events, bytes: { ...bytes } };
  }
}

/** Of a payload that a log tells, or tells only the length of. */
function lengthOf(payload: { readonly bytes: Uint8Array } | { readonly length: number }): number {
  return 'bytes' in payload ? payload.bytes.length : payload.length;
}
