/**
 * What an event log holds, as types: one connection, one file, a header, entries and an end.
 *
 * This is the vocabulary of the room, and the code's side of `spec/eventlog.md`; how a record
 * becomes a line of text is in `encode.ts`, `decode.ts` and `chain.ts`. K has no place in any
 * of these types (KF-8).
 */

import type { ConnectionContext } from '../protocol/connection.ts';
import type { Outcome } from '../protocol/faults.ts';
import type { Policy, Role, Side } from '../protocol/parameters.ts';
import type {
  ConnectionEffect,
  ConnectionEvent,
  EFFECTS,
  EVENTS,
  Fields,
  Rows,
  Term,
  Values,
} from '../protocol/vocabulary.ts';

/** The first field of every event log. */
export const FORMAT_NAME = 'spiped-eventlog';

/** Grows when a reader of the earlier version could misread the new one. */
export const FORMAT_VERSION = 1;

/**
 * How much a log tells. `wire`: the bytes that crossed the cipher socket, the lengths of those
 * on the plain side, and control events. `full`: everything but K, so that it replays.
 */
export type LogContent = 'wire' | 'full';

/** The program that wrote a log. */
export interface Software {
  readonly name: string;
  readonly version: string;
}

/** What the log says about its connection before anything happened to it. */
export interface ConnectionDescription {
  readonly role: Role;
  readonly policy: Policy;
  /** The value of `-o`, for both timers. */
  readonly timeoutMilliseconds: number;
  /** When a server dials its target (CN-2). */
  readonly dial: ConnectionContext['dial'];
  /** Tells the connections of a directory apart; a word without spaces. The log says the same. */
  readonly connection: string;
  /** Who connected, and the target as configured. Logs made from vectors have neither. */
  readonly peer?: string;
  readonly target?: string;
}

/** The sockets of the dialled side, once it is connected. */
export interface Dialled {
  /** The address that answered, of those that the target has: `[127.0.0.1]:6379`, or a path. */
  readonly to: string;
  /** Our own address and port; a UNIX socket has none. */
  readonly from?: string;
}

/** The first line. */
export interface LogHeader extends ConnectionDescription {
  readonly content: LogContent;
  readonly software: Software;
  /** The wall clock when recording began, ISO 8601, UTC. Every other time counts from there. */
  readonly started: string;
}

/** An effect in a `full` log: as it was, but of erased secrets only how long they were. */
export type FullEffect = Lengths<ConnectionEffect>;

/** An event in a `wire` log: its only bytes are those that came from the cipher socket. */
export type WireEvent = Told<typeof EVENTS>;

/** An effect in a `wire` log: its only bytes are those that were sent to the cipher socket. */
export type WireEffect = Told<typeof EFFECTS>;

/**
 * One answer of the suite's `pbkdf2` with K as its password: dk1 or dk2. A `full` log holds it
 * so that a replay needs no K.
 */
export interface Derivation {
  readonly salt: Uint8Array;
  readonly output: Uint8Array;
}

interface EntryTimes {
  /** 1 for the first event of the connection. */
  readonly sequence: number;
  /** Monotonic time since the first event. */
  readonly microseconds: number;
  /** `phase` of the connection's state after the event. */
  readonly phase: string;
  /** Where the event is `targetConnected`. */
  readonly dialled?: Dialled;
}

/** One event with what came of it, before a log of this content leaves out what it does not keep. */
export interface StepEntry extends EntryTimes {
  readonly content: LogContent;
  readonly event: ConnectionEvent;
  readonly effects: readonly (ConnectionEffect | FullEffect)[];
  /** In the order of the calls, usually none. */
  readonly derivations: readonly Derivation[];
}

/** One event of a `full` log, with what came of it. */
export interface FullEntry extends StepEntry {
  readonly content: 'full';
  readonly effects: readonly FullEffect[];
}

/** One event of a `wire` log, with what came of it. */
export interface WireEntry extends EntryTimes {
  readonly content: 'wire';
  readonly event: WireEvent;
  readonly effects: readonly WireEffect[];
}

/** One event, in either content. */
export type LogEntry = FullEntry | WireEntry;

/** How many bytes a connection moved: received from and given to send on each side. */
export interface ByteCounts {
  readonly plainReceived: number;
  readonly plainSent: number;
  readonly cipherReceived: number;
  readonly cipherSent: number;
}

/** The last line. Its absence says that the log was cut short. */
export interface LogEnd {
  readonly microseconds: number;
  /** Of the last `closeConnection`; `null` when the recording ended before the connection. */
  readonly outcome: Outcome | null;
  readonly events: number;
  readonly bytes: ByteCounts;
}

/** What a reader yields, with the line it stood on (1 is the header). */
export type LogRecord =
  | { readonly kind: 'header'; readonly line: number; readonly header: LogHeader }
  | { readonly kind: 'entry'; readonly line: number; readonly entry: LogEntry }
  | { readonly kind: 'end'; readonly line: number; readonly end: LogEnd };

/** How a log sees an event or effect: all of it, or what may be told of it on this side. */
export type LogView = 'full' | Side;

/** The kinds of values in a log. Of some bytes it has the length, of those to be erased always. */
export interface LoggedValues extends Omit<Values, 'secrets'> {
  readonly length: number;
  readonly lengths: readonly number[];
}

type Lengths<Of> = Of extends { readonly secrets: unknown }
  ? Omit<Of, 'secrets'> & { readonly lengths: readonly number[] }
  : Of;

/** What a `wire` log tells of a table of events or effects: `content.ts`, as types. */
type Told<Table extends Rows> = {
  [Type in keyof Table]: ToldTerm<
    Lengths<Term<Type, Table[Type]['fields']>>,
    Untold<Table[Type]['fields']>
  >;
}[keyof Table];

/** A payload is told of one side and not of the other: these are two shapes. */
type ToldTerm<Of, Untold extends PropertyKey> = Of extends { bytes: Uint8Array; side: Side }
  ?
      | (Omit<Of, 'side'> & { readonly side: 'cipher' })
      | (Omit<Of, 'side' | 'bytes'> & { readonly side: 'plain'; readonly length: number })
  : Omit<Of, Untold>;

type Untold<Of extends Fields> = {
  [Name in keyof Of]: Of[Name] extends { disclosure: 'secret' | 'unsent' } ? Name : never;
}[keyof Of];
