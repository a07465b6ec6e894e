/**
 * The vocabulary of a connection: what can happen to it (events) and what it asks for (effects), one
 * row each, as data.
 *
 * Events are past tense and come from outside: sockets, clocks, random sources, the
 * exponentiation. Effects are imperative and are performed by an interpreter (`src/io`), or by
 * nobody (replay). Bytes in an event are never written to; bytes in an effect are never reused
 * before the effect is done.
 *
 * This is the one place where an event or effect is declared. Its type, what is erased of it
 * (`secrets.ts`), its form and words in the event log, what a `wire` log tells of it, its line in
 * `spec/eventlog.md` and the random ones of the tests are all derived from its row.
 */

import type { Outcome } from './faults.ts';
import { EXPONENT_BYTES, NONCE_BYTES, PUBLIC_VALUE_BYTES, type Side } from './parameters.ts';

/**
 * The timers of a connection, each started at the start of what it bounds: the two of TM-1, and the
 * one for what is still to be delivered after a fatal event (TM-7).
 */
//= TM-1
//# Each connection MUST have two timers, both with the value of `-o` (default 5 s), each from its
//# own start: one for connecting to the target, one for the handshake.
//= TM-4
//# A connection MUST NOT be ended by any other timer of its own than those of TM-2, TM-3 and TM-7:
//# one that stands may be idle for ever.
export const TIMERS = ['connect', 'handshake', 'delivery'] as const;

export type Timer = (typeof TIMERS)[number];

/**
 * Who may learn the bytes of a field:
 * - `secret`: a `full` log alone; they are erased when they are not needed any more;
 * - `unsent`: a `full` log alone; no secret, but not what crossed the cipher socket either;
 * - `wire-if-cipher`: also a `wire` log where the `side` is `cipher`; of plaintext only the length.
 */
export type Disclosure = 'secret' | 'unsent' | 'wire-if-cipher';

/** What each kind of field is in the program. */
export interface Values {
  readonly bytes: Uint8Array;
  readonly side: Side;
  readonly timer: Timer;
  /** The code of a system error, or another word for people. */
  readonly text: string;
  /** So many bytes. */
  readonly count: number;
  readonly milliseconds: number;
  readonly outcome: Outcome;
  /** The very arrays that are to be erased; of them every log tells only the lengths. */
  readonly secrets: readonly Uint8Array[];
}

/** What one field is. */
export type Field =
  /** `length` in bytes, where it is always the same. */
  | { readonly kind: 'bytes'; readonly disclosure: Disclosure; readonly length?: number }
  | { readonly kind: Exclude<keyof Values, 'bytes'>; readonly optional?: true };

/** The fields of a row, in the order in which they are written. */
export type Fields = Readonly<Record<string, Field>>;

/** One event or effect. */
export interface Row {
  /** What it says, for whoever handles it: shapes, units, answers. */
  readonly means: string;
  /**
   * One line for a person. `{name}` is the field of that name in words, `{length}` so many bytes,
   * `{lengths}` so many secrets; what stands in brackets is left out where its field is absent.
   */
  readonly words: string;
  /** Of an event: the connection goes to its end with it, however well it stood. */
  readonly fatal?: true;
  readonly fields: Fields;
}

/** A table of such rows: each under its `type`. */
export type Rows = Readonly<Record<string, Row>>;

function bytes<const Of extends Disclosure>(disclosure: Of, length?: number) {
  return { kind: 'bytes', disclosure, ...(length === undefined ? {} : { length }) } as const;
}

const side = { kind: 'side' } as const;
const timer = { kind: 'timer' } as const;
const text = { kind: 'text' } as const;
const count = { kind: 'count' } as const;
const milliseconds = { kind: 'milliseconds' } as const;
const outcome = { kind: 'outcome' } as const;
const secrets = { kind: 'secrets' } as const;
const optionalSide = { kind: 'side', optional: true } as const;

/** Every event of a connection. */
export const EVENTS = {
  connectionAccepted: {
    means: 'The source was accepted; `nonce` is 32 fresh random bytes for this connection (HS-1).',
    words: 'connection accepted',
    fields: { nonce: bytes('unsent', NONCE_BYTES) },
  },
  targetConnected: {
    means: 'The target answered.',
    words: 'target connected',
    fields: {},
  },
  targetConnectFailed: {
    means: 'No address of the target could be reached; `error` is the last system error code.',
    words: 'target connect failed: {error}',
    fatal: true,
    fields: { error: text },
  },
  timerExpired: {
    means: 'The time of `timer` is over.',
    words: '{timer} timer expired',
    fatal: true,
    fields: { timer },
  },
  bytesReceived: {
    means: 'At least one byte arrived on `side`.',
    words: '{side}: received {length}',
    fields: { side, bytes: bytes('wire-if-cipher') },
  },
  endReceived: {
    means: 'The stream of `side` ended in order (FIN); nothing more arrives on it.',
    words: '{side}: received end',
    fields: { side },
  },
  writeCompleted: {
    means: '`length` bytes of earlier `sendBytes` on `side` were handed to the operating system.',
    words: '{side}: wrote {length}',
    fields: { side, length: count },
  },
  endCompleted: {
    means: 'The `endWriting` of `side` is done: everything sent before it was handed over first.',
    words: '{side}: wrote end',
    fields: { side },
  },
  socketFailed: {
    means: 'Reading or writing `side` failed; `error` is the system error code.',
    words: '{side}: failed: {error}',
    fatal: true,
    fields: { side, error: text },
  },
  keyPairGenerated: {
    means:
      'Answer to `generateKeyPair`: `x` is 32 random bytes, `y` = 2^(2²⁵⁸ + x) mod p, 256 bytes.',
    words: 'key pair generated',
    fields: { x: bytes('secret', EXPONENT_BYTES), y: bytes('unsent', PUBLIC_VALUE_BYTES) },
  },
  sharedSecretComputed: {
    means: 'Answer to `computeSharedSecret`: ySC, 256 bytes with its leading zeros (HS-16).',
    words: 'shared secret computed',
    fields: { ySC: bytes('secret', PUBLIC_VALUE_BYTES) },
  },
  cancelRequested: {
    means: 'The owner wants the connection gone (drain deadline, shutdown of spipe).',
    words: 'cancel requested',
    fatal: true,
    fields: {},
  },
  defectFound: {
    means:
      'The interpreter has found a defect of this program; `detail` is our own words about it.',
    words: 'defect found: {detail}',
    fatal: true,
    fields: { detail: text },
  },
} as const satisfies Rows;

/** Every effect of a connection. Effects of one step are performed in order. */
export const EFFECTS = {
  connectTarget: {
    means: 'Dial the target; answered by `targetConnected` or `targetConnectFailed`.',
    words: 'connect target',
    fields: {},
  },
  startTimer: {
    means: 'Answered by `timerExpired` after so many milliseconds.',
    words: 'start {timer} timer ({milliseconds})',
    fields: { timer, milliseconds },
  },
  cancelTimer: {
    means: 'What `timer` bounds is done.',
    words: 'cancel {timer} timer',
    fields: { timer },
  },
  sendBytes: {
    means:
      'Write to `side`; answered by `writeCompleted` (one or several, adding up to the length).',
    words: '{side}: send {length}',
    fields: { side, bytes: bytes('wire-if-cipher') },
  },
  startReading: {
    means: 'Deliver what arrives on `side`. Sides start out unread.',
    words: '{side}: start reading',
    fields: { side },
  },
  stopReading: {
    means: 'Leave what arrives on `side` in the kernel, which tells the sender to wait.',
    words: '{side}: stop reading',
    fields: { side },
  },
  endWriting: {
    means: 'Half-close `side` after everything sent to it; answered by `endCompleted`.',
    words: '{side}: send end',
    fields: { side },
  },
  generateKeyPair: {
    means: 'Answered by `keyPairGenerated`.',
    words: 'generate key pair',
    fields: {},
  },
  computeSharedSecret: {
    means: 'Compute y^(2²⁵⁸ + x) mod p; answered by `sharedSecretComputed`.',
    words: 'compute shared secret',
    fields: { x: bytes('secret', EXPONENT_BYTES), y: bytes('unsent', PUBLIC_VALUE_BYTES) },
  },
  eraseSecrets: {
    means: 'Overwrite these arrays: the connection does not need them any more.',
    words: 'erase {lengths}',
    fields: { secrets },
  },
  closeSide: {
    means:
      'Close `side` at once, for this reason, whatever waits for it; nothing more is heard of it.',
    words: '{side}: close: {outcome}',
    fields: { side, outcome },
  },
  closeConnection: {
    means:
      'Close both sockets and everything pending: the end of every connection. After it, only a ' +
      'secret that came too late is erased, and a defect ends the connection once more, with its own ' +
      'outcome. The side of `reset` shall see a reset instead of an end in order, where its kind of ' +
      'socket has one.',
    words: 'close: {outcome}[ (with a reset of {reset})]',
    fields: { outcome, reset: optionalSide },
  },
} as const satisfies Rows;

/** Every event and effect, by its type. */
export const VOCABULARY: Rows = { ...EVENTS, ...EFFECTS };

/** An event of one connection. */
export type ConnectionEvent = Terms<typeof EVENTS>;

/** An effect of one connection. */
export type ConnectionEffect = Terms<typeof EFFECTS>;

/** The union of the objects that a table's rows describe. */
type Terms<Table extends Rows> = {
  [Type in keyof Table]: Term<Type, Table[Type]['fields']>;
}[keyof Table];

/**
 * The object of one row: its `type`, and its fields with what their kinds are. The last line spells
 * it out, so that an editor shows plain objects.
 */
export type Term<Type, Of extends Fields> = {
  readonly type: Type;
} & {
  readonly [Name in Exclude<keyof Of, OptionalOf<Of>>]: Values[Of[Name]['kind']];
} & {
  readonly [Name in OptionalOf<Of>]?: Values[Of[Name]['kind']];
} extends infer Whole
  ? { readonly [Name in keyof Whole]: Whole[Name] }
  : never;

type OptionalOf<Of> = {
  [Name in keyof Of]: Of[Name] extends { readonly optional: true } ? Name : never;
}[keyof Of];

/** What a step returns: the next state, and what is to be done. */
export interface Step<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}
