/**
 * The counts that a log's last line states: kept by the writer as it records, and by the reader
 * to compare. It knows both contents, because they count alike.
 */

import type { Outcome } from '../protocol/faults.ts';
import type { ConnectionEffect, ConnectionEvent } from '../protocol/vocabulary.ts';
import type { FullEffect, LogEnd, WireEffect, WireEvent } from './format.ts';

/** What has been recorded of one connection so far. */
export class Tally {
  #events = 0;
  #outcome: Outcome | null = null;
  readonly #received = { plain: 0, cipher: 0 };
  readonly #sent = { plain: 0, cipher: 0 };

  /** Events counted so far: also the sequence number of the last one. */
  get events(): number {
    return this.#events;
  }

  add(
    event: ConnectionEvent | WireEvent,
    effects: readonly (ConnectionEffect | FullEffect | WireEffect)[],
  ): void {
    this.#events += 1;
    if (event.type === 'bytesReceived') this.#received[event.side] += lengthOf(event);
    for (const effect of effects) {
      if (effect.type === 'sendBytes') this.#sent[effect.side] += lengthOf(effect);
      if (effect.type === 'closeConnection') this.#outcome = effect.outcome;
    }
  }

  /** The last line of a log that ends here. */
  end(microseconds: number): LogEnd {
    return {
      microseconds,
      outcome: this.#outcome,
      events: this.#events,
      bytes: {
        plainReceived: this.#received.plain,
        plainSent: this.#sent.plain,
        cipherReceived: this.#received.cipher,
        cipherSent: this.#sent.cipher,
      },
    };
  }
}

/** Of a payload that a log tells, or tells only the length of. */
export function lengthOf(
  payload: { readonly bytes: Uint8Array } | { readonly length: number },
): number {
  return 'bytes' in payload ? payload.bytes.length : payload.length;
}
