/**
 * Folds a `full` log again with the core of this program, and compares every effect, every
 * byte, every phase and every key derivation with what was recorded.
 *
 * It performs nothing: secrets in the log's arrays are not erased, since the next event may
 * need what an earlier one brought. A `wire` log cannot be replayed; see `verify.ts`.
 */

import {
  type ConnectionContext,
  type ConnectionState,
  initialConnectionState,
  stepConnection,
} from '../protocol/connection.ts';
import { SECRET_BYTES } from '../protocol/parameters.ts';
import { type CryptoSuite, withDerivation } from '../protocol/suite.ts';
import { messageOf } from '../protocol/thrown.ts';
import { withoutErasedSecrets } from './content.ts';
import { firstDifference } from './difference.ts';
import type { Derivation, FullEntry, LogEnd, LogHeader, LogRecord } from './format.ts';

/** What a replay is done with. */
export interface ReplayOptions {
  /** Does all symmetric work; `pbkdf2` only when there is a key. */
  readonly suite: CryptoSuite;
  /** K, 32 bytes. Without it the derivations in the log stand in for it. */
  readonly secret?: Uint8Array;
}

/** What a replay found. */
export type ReplayResult =
  /** The whole log replays to what was recorded. */
  | { readonly kind: 'same'; readonly header: LogHeader; readonly end: LogEnd }
  /** The first difference: at this event, in this respect. */
  | {
      readonly kind: 'different';
      readonly header: LogHeader;
      readonly line: number;
      readonly sequence: number;
      /** The type of the event. */
      readonly event: string;
      readonly difference: string;
    }
  /** It is a `wire` log. */
  | { readonly kind: 'not replayable'; readonly header: LogHeader };

/**
 * Replay the records of one log (from `readEventLog`). Rejects with the reader's error when the
 * log is damaged or cut short; every event before that replayed to what was recorded.
 */
export async function replay(
  records: AsyncIterable<LogRecord>,
  options: ReplayOptions,
): Promise<ReplayResult> {
  let machine: Machine | undefined;
  for await (const record of records) {
    switch (record.kind) {
      case 'header':
        if (record.header.content !== 'full') {
          return { kind: 'not replayable', header: record.header };
        }
        machine = new Machine(record.header, options);
        break;
      case 'entry': {
        const { entry, line } = record;
        // The reader yields the header first, and entries of the content that it names.
        if (machine === undefined || entry.content !== 'full') throw outOfOrder();
        const difference = machine.step(entry);
        if (difference !== undefined) {
          const { header } = machine;
          const { sequence, event } = entry;
          return { kind: 'different', header, line, sequence, event: event.type, difference };
        }
        break;
      }
      case 'end':
        if (machine === undefined) throw outOfOrder();
        return { kind: 'same', header: machine.header, end: record.end };
    }
  }
  throw outOfOrder();
}

/** The core, folding recorded events, with its derivations answered or checked. */
export class Machine {
  readonly header: LogHeader;
  readonly #context: ConnectionContext;
  readonly #suite: CryptoSuite;
  readonly #secret: Uint8Array | undefined;
  #state: ConnectionState = initialConnectionState;
  /** The recorded derivations of the event being folded that the core has not asked for yet. */
  #expected: readonly Derivation[] = [];

  constructor(header: LogHeader, { suite, secret }: ReplayOptions) {
    this.header = header;
    this.#suite = suite;
    this.#secret = secret;
    this.#context = {
      role: header.role,
      policy: header.policy,
      timeoutMilliseconds: header.timeoutMilliseconds,
      dial: header.dial,
      secret: secret ?? new Uint8Array(SECRET_BYTES),
      suite: withDerivation(suite, (_password, salt, length) => this.#derive(salt, length)),
    };
  }

  /** Where the fold stands. It holds secrets: show its phases and counts, not its bytes. */
  get state(): ConnectionState {
    return this.#state;
  }

  /** Fold one event; what came out otherwise than recorded, if anything. */
  step(entry: FullEntry): string | undefined {
    this.#expected = entry.derivations;
    try {
      const { state, effects } = stepConnection(this.#context, this.#state, entry.event);
      this.#state = state;
      if (this.#expected.length > 0) {
        return `key derivations: ${this.#expected.length} recorded that the replay did not make`;
      }
      const replayed = effects.map(withoutErasedSecrets);
      return (
        firstDifference(entry.effects, replayed, 'effects') ??
        firstDifference(entry.phase, state.phase, 'phase')
      );
    } catch (error) {
      if (error instanceof DerivationDifference) return error.message;
      // The core throws for an event that cannot happen in its phase: here, one not as recorded.
      return `the core refuses the event: ${messageOf(error)}`;
    }
  }

  #derive(salt: Uint8Array, length: number): Uint8Array {
    const [recorded, ...rest] = this.#expected;
    this.#expected = rest;
    if (recorded === undefined) {
      throw new DerivationDifference('key derivations: the replay made one that is not recorded');
    }
    const { output } = recorded;
    const difference =
      firstDifference(recorded.salt, salt, 'key derivation: salt') ??
      firstDifference(output.length, length, 'key derivation: length');
    if (difference !== undefined) throw new DerivationDifference(difference);
    if (this.#secret === undefined) return output;
    const derived = this.#suite.pbkdf2(this.#secret, salt, length);
    if (firstDifference(output, derived, '') !== undefined) {
      // The bytes are keys: they are not shown.
      throw new DerivationDifference(
        'key derivation: the given key derives other keys than those recorded',
      );
    }
    return derived;
  }
}

/** Leaves the core from inside a call of its suite. */
class DerivationDifference extends Error {}

function outOfOrder(): Error {
  return new Error('invariant: a reader yields a header, entries and an end, in this order');
}
