/**
 * What the dispatcher and its workers tell each other (`--workers`), over Node's channel between a
 * process and its child, in order and as JSON. K is not among it: it has a pipe of its own.
 *
 * Connections are numbered by worker, from 1. One is passed in two messages: `serve` comes with
 * the socket, and `served` after it. A worker that is out of descriptors gets only the second.
 */

import type { Endpoint } from '../io/resolve.ts';
import type { LogFields, LogMessage } from './log-format.ts';
import type { ResolvedNames } from './names.ts';

/** From the dispatcher to a worker. */
export type MessageToWorker =
  /** The first: what was looked up. All else is in the command line, which both have. */
  | { readonly kind: 'start'; readonly names: ResolvedNames }
  /** The target was looked up again; for the connections that follow. */
  | { readonly kind: 'target'; readonly endpoints: readonly Endpoint[] }
  /** Serve the connection on the socket that comes with this. */
  | { readonly kind: 'serve'; readonly number: number }
  /** That socket was sent before this. */
  | { readonly kind: 'served'; readonly number: number }
  /** Give up every open connection. */
  | { readonly kind: 'cancel' }
  /** The last: no connection is open any more, and none will come. */
  | { readonly kind: 'finish' };

/** From a worker to the dispatcher. */
export type MessageFromWorker =
  /** The answer to `start`. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'ended'; readonly number: number }
  /** The socket of this connection did not arrive. */
  | { readonly kind: 'missed'; readonly number: number }
  /** A line for the daemon's log. */
  | (Pick<LogMessage, 'level' | 'event' | 'message'> & {
      readonly kind: 'log';
      readonly fields: LogFields | undefined;
    })
  /** The answer to `finish`, and the last word: everything is let go of. */
  | { readonly kind: 'finished' };
