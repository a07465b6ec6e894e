/**
 * What a command line asks for, typed: the contract between the option parsers (`src/cli`) and
 * what runs (`src/daemon`).
 *
 * A value of these types has passed every check that needs no file, socket or lookup. It is not
 * the options themselves: defaults are filled in, units are ours, and what C spells as an
 * absence (`-j`) is said as a fact (`keepAlive`). A new option becomes a new field here.
 */

import type { Policy, Role } from '../protocol/parameters.ts';
import type { Address } from './address.ts';

/** What a recorded event log holds: what an eavesdropper sees, or everything, secrets included. */
export type EventLogContent = 'wire' | 'full';

/** How much is said: each level includes the ones before it. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What is said on standard error, and how. */
export interface LogConfig {
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
}

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
  /**
   * `-b`: the local address of connections to the target; port 0 leaves the port to the system.
   * Undefined when the system chooses both.
   */
  readonly bind: Address | undefined;
  /** `--log-level` and `--log-format`. */
  readonly log: LogConfig;
  /** `--event-log` and `--event-log-content`; undefined when nothing is recorded. */
  readonly eventLog: { readonly directory: string; readonly content: EventLogContent } | undefined;
}

/** What `spiped` is asked to do. */
export interface SpipedConfig extends PipeConfig {
  /** `client` for `-e`, `server` for `-d`. */
  readonly role: Role;
  /** `-s`: where to listen. */
  readonly source: Address;
  /** `-n`: connections open at once; Infinity for no limit. */
  readonly maxConnections: number;
  /** When a server dials its target: `--dial after-handshake`; as C when absent. */
  readonly dial: 'on-accept' | 'after-handshake';
  /** `-F`: stay in the foreground, write no pid file. */
  readonly foreground: boolean;
  /** `-D`: go to the background first, and look names up again until they are found. */
  readonly waitForNames: boolean;
  /** `-p`, or `<source socket>.pid`; written only in the background. */
  readonly pidFile: string;
  /** `-r`: between look-ups of the target. Undefined with `-R`: it is looked up once. */
  readonly resolveIntervalMilliseconds: number | undefined;
  /** `-u`, as given: `user`, `:group` or `user:group`, names or numbers. */
  readonly user: string | undefined;
  /** `--syslog`: in the background, log through syslog instead of standard error. */
  readonly syslog: boolean;
  /** What was given and has no effect, each in a line that says why. */
  readonly withoutEffect: readonly string[];
  /** `--drain-timeout`: after SIGTERM, how long open connections may go on; undefined: to their end. */
  readonly drainTimeoutMilliseconds: number | undefined;
  /** `--workers`: processes to serve connections in, 1 to 64; undefined: this one alone. */
  readonly workers: number | undefined;
}

/** What `spipe` is asked to do. */
export interface SpipeConfig extends PipeConfig {}

/**
 * The longest that a Node timer can wait, nearly 25 days: a longer one would fire at once. `-o`
 * values above it, `inf` too, are cut to it.
 */
export const MAX_TIMEOUT_MILLISECONDS = 2 ** 31 - 1;
