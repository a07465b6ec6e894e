/**
 * Resident memory of a process that serves connections for years, kept near what it needs.
 *
 * V8 left to itself lets its heap grow with the traffic: after a few thousand short connections
 * a daemon holds 30 MiB of garbage that it has no reason to look at, and stays that large. Here
 * new objects get a fixed small space, and the heap is collected once in so many connections. Data
 * lies outside the heap, where V8 hardly counts it: new objects are collected after so many bytes.
 * It is not where a connection's own memory is bounded: see protocol/flow.ts.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** After so many connections have ended the heap is collected: about 20 ms of a second's work. */
export const CONNECTIONS_PER_COLLECTION = 1000;

/** After so many bytes were read, new objects are collected: a fraction of a millisecond's work. */
export const BYTES_PER_COLLECTION = 8 * 1024 * 1024;

/** Counts connections and data. */
export interface HeapKeeper {
  /** So many bytes were read from a socket. */
  bytesReceived(length: number): void;
  /** A connection has ended. */
  connectionEnded(): void;
}

/** Asks V8 for a collection, which it does soon, on its own time. */
type Collect = (options: {
  readonly type: 'major' | 'minor';
  readonly execution: 'async';
}) => unknown;

/** Bound the heap of this process. For a process that serves connections, once, at its start. */
export function keepHeapSmall(collect: Collect = collectionOfV8()): HeapKeeper {
  fixNewSpace();
  let ended = 0;
  let received = 0;
  return {
    bytesReceived(length) {
      received += length;
      if (received < BYTES_PER_COLLECTION) return;
      received = 0;
      collect({ type: 'minor', execution: 'async' });
    },
    connectionEnded() {
      ended += 1;
      if (ended % CONNECTIONS_PER_COLLECTION === 0) {
        collect({ type: 'major', execution: 'async' });
      }
    },
  };
}

/**
 * The space for new objects stays at its first size, 1 MiB, where it would grow to 16. To be said
 * again when a thread has begun: that sets V8's options back (seen with Node 20).
 */
export function fixNewSpace(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** The function that `--expose-gc` exposes, and only here. */
function collectionOfV8(): Collect {
  setFlagsFromString('--expose-gc');
  try {
    return runInNewContext('gc') as Collect;
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}
