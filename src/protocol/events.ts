/**
 * What can happen to a connection (events) and what it asks for (effects), as data.
 *
 * Events are past tense and come from outside: sockets, clocks, random sources, the
 * exponentiation. Effects are imperative and are performed by an interpreter (`src/io`), or by
 * nobody (replay). Bytes in an event are never written to; bytes in an effect are never reused
 * before the effect is done.
 */

import type { Outcome } from './faults.ts';
import type { Side } from './parameters.ts';

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
export type Timer = 'connect' | 'handshake' | 'delivery';

/** An event of one connection. */
export type ConnectionEvent =
  /** The source was accepted; `nonce` is 32 fresh random bytes for this connection (HS-1). */
  | { readonly type: 'connectionAccepted'; readonly nonce: Uint8Array }
  | { readonly type: 'targetConnected' }
  /** No address of the target could be reached; `error` is the last system error code. */
  | { readonly type: 'targetConnectFailed'; readonly error: string }
  | { readonly type: 'timerExpired'; readonly timer: Timer }
  /** At least one byte arrived on `side`. */
  | { readonly type: 'bytesReceived'; readonly side: Side; readonly bytes: Uint8Array }
  /** The stream of `side` ended in order (FIN); nothing more arrives on it. */
  | { readonly type: 'endReceived'; readonly side: Side }
  /** `length` bytes of earlier `sendBytes` on `side` were handed to the operating system. */
  | { readonly type: 'writeCompleted'; readonly side: Side; readonly length: number }
  /** The `endWriting` of `side` is done: everything sent before it was handed over first. */
  | { readonly type: 'endCompleted'; readonly side: Side }
  /** Reading or writing `side` failed; `error` is the system error code. */
  | { readonly type: 'socketFailed'; readonly side: Side; readonly error: string }
  /** Answer to `generateKeyPair`: `x` is 32 random bytes, `y` = 2^(2²⁵⁸ + x) mod p, 256 bytes. */
  | { readonly type: 'keyPairGenerated'; readonly x: Uint8Array; readonly y: Uint8Array }
  /** Answer to `computeSharedSecret`: ySC, 256 bytes with its leading zeros (HS-16). */
  | { readonly type: 'sharedSecretComputed'; readonly ySC: Uint8Array }
  /** The owner wants the connection gone (drain deadline, shutdown of spipe). */
  | { readonly type: 'cancelRequested' };

/** An effect of one connection. Effects of one step are performed in order. */
export type ConnectionEffect =
  /** Dial the target; answered by `targetConnected` or `targetConnectFailed`. */
  | { readonly type: 'connectTarget' }
  | { readonly type: 'startTimer'; readonly timer: Timer; readonly milliseconds: number }
  | { readonly type: 'cancelTimer'; readonly timer: Timer }
  /** Write to `side`; answered by `writeCompleted` (one or several, adding up to the length). */
  | { readonly type: 'sendBytes'; readonly side: Side; readonly bytes: Uint8Array }
  /** Deliver what arrives on `side`. Sides start out unread. */
  | { readonly type: 'startReading'; readonly side: Side }
  /** Leave what arrives on `side` in the kernel, which tells the sender to wait. */
  | { readonly type: 'stopReading'; readonly side: Side }
  /** Half-close `side` after everything sent to it; answered by `endCompleted`. */
  | { readonly type: 'endWriting'; readonly side: Side }
  /** Answered by `keyPairGenerated`. */
  | { readonly type: 'generateKeyPair' }
  /** Compute y^(2²⁵⁸ + x) mod p; answered by `sharedSecretComputed`. */
  | { readonly type: 'computeSharedSecret'; readonly x: Uint8Array; readonly y: Uint8Array }
  /** Overwrite these arrays: the connection does not need them any more. */
  | { readonly type: 'eraseSecrets'; readonly secrets: readonly Uint8Array[] }
  /** Close `side` at once, for this reason, whatever waits for it; nothing more is heard of it. */
  | { readonly type: 'closeSide'; readonly side: Side; readonly outcome: Outcome }
  /**
   * Close both sockets and everything pending. The last effect of every connection. The side of
   * `reset` shall see a reset instead of an end in order, where its kind of socket has one.
   */
  | { readonly type: 'closeConnection'; readonly outcome: Outcome; readonly reset?: Side };

/** What a step returns: the next state, and what is to be done. */
export interface Step<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}
