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
import type { Derivation, LogEnd, LogEntry, LogHeader, LogRecord } from './format.ts';

/** What a replay is done with. */
export interface ReplayOptions {
  /** Does all symmetric work; `pbkdf2` only when there is a key. */
  readonly suite: CryptoSuite;
  /** K, 32 bytes. Without it the derivations in the log stand in for it. */
  readonly secret?: Uint8Array | undefined;
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
  let last: { readonly line: number; readonly entry: LogEntry } | undefined;
  for await (const record of records) {
    if (record.kind === 'header') {
      const { header } = record;
      if (header.content !== 'full') return { kind: 'not replayable', header };
      machine = new Machine(header, options);
      continue;
    }
    // The reader yields the header first.
    if (machine === undefined) throw outOfOrder();
    const { header, refused } = machine;
    const difference = record.kind === 'entry' ? machine.step(record.entry) : refused;
    // A refusal is a difference of its own event, and shows only by what follows.
    if (record.kind === 'entry' && (refused === undefined || difference !== refused)) last = record;
    if (difference !== undefined && last !== undefined) {
      const { sequence, event } = last.entry;
      return {
        kind: 'different',
        header,
        line: last.line,
        sequence,
        event: event.type,
        difference,
      };
    }
    if (record.kind === 'end') return { kind: 'same', header, end: record.end };
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
  #refused: string | undefined;

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

  /** Why the core did not take the last event, if it did not: then `defectFound` is to follow. */
  get refused(): string | undefined {
    return this.#refused;
  }

  /** Fold one event; what came out otherwise than recorded, if anything. */
  step(entry: LogEntry): string | undefined {
    // The reader yields entries of the content that the header names.
    if (entry.content !== 'full') throw outOfOrder();
    if (this.#refused !== undefined && entry.event.type !== 'defectFound') return this.#refused;
    this.#refused = undefined;
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
      // A defect, or the event is not as recorded. Of a defect the record shows that nothing came.
      const refused = `the core refuses the event: ${messageOf(error)}`;
      if (entry.effects.length > 0 || entry.phase !== this.#state.phase) return refused;
      this.#refused = refused;
      return undefined;
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
