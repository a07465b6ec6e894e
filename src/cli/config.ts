/**
 * What a command line asks for, typed: the contract between the option parsers (`src/cli`) and
 * what runs (`src/daemon`).
 *
 * A value of these types has passed every check that needs no file, socket or lookup. It is not
 * the options themselves: defaults are filled in, units are ours, and what C spells as an
 * absence (`-j`) is said as a fact (`keepAlive`). A new option becomes a new field here.
 */

import type { Address } from '../io/address.ts';
import type { Policy, Role } from '../protocol/parameters.ts';

/** What a recorded event log holds: what an eavesdropper sees, or everything, secrets included. */
export type EventLogContent = 'wire' | 'full';

/** What `spiped` and `spipe` have in common. */
export interface PipeConfig {
  /** `-f` and `-g`; never both. */
  readonly policy: Policy;
  /** TCP keep-alive on every connection; `-j` turns it off. */
  readonly keepAlive: boolean;
  /**
   * `-o`: the bound on connecting to the target, and again on the handshake. Whole milliseconds,
   * 1 to {@link MAX_TIMEOUT_MILLISECONDS}.
   */
  readonly timeoutMilliseconds: number;
  /** `-k`, as given; `-` is standard input. */
  readonly keyFile: string;
  /** `-t`. */
  readonly target: Address;
  /** `--event-log` and `--event-log-content`; absent when nothing is recorded. */
  readonly eventLog?: { readonly directory: string; readonly content: EventLogContent };
}

/** What `spiped` is asked to do. */
export interface SpipedConfig extends PipeConfig {
  /** `client` for `-e`, `server` for `-d`. */
  readonly role: Role;
  /** `-s`: where to listen. */
  readonly source: Address;
  /** `-n`: connections open at once; Infinity for no limit. */
  readonly maxConnections: number;
}

/** What `spipe` is asked to do. */
export interface SpipeConfig extends PipeConfig {}

/**
 * The longest that a Node timer can wait, nearly 25 days: a longer one would fire at once. `-o`
 * values above it, `inf` too, are cut to it.
 */
export const MAX_TIMEOUT_MILLISECONDS = 2 ** 31 - 1;
