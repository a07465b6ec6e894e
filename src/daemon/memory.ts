/**
 * Resident memory of a process that serves connections for years, kept near what it needs.
 *
 * V8 left to itself lets its heap grow with the traffic: after a few thousand short connections
 * a daemon holds 30 MiB of garbage that it has no reason to look at, and stays that large. Here
 * the heap is collected once in so many connections. Data lies outside the heap, where V8 hardly
 * counts it: new objects are collected after so many bytes. That there is a function to collect
 * with, and that the space for new objects is small, are options of Node's command line; without
 * them, V8 is left to itself.
 * It is not where a connection's own memory is bounded: see protocol/flow.ts.
 */

/**
 * What Node is to be told for it: what the space for new objects takes at the most, in MiB, and that
 * there be a `gc`. The launcher says the same to what is not started by us (`cli/launcher.sh`).
 */
export const HEAP_OPTIONS: readonly string[] = ['--max-semi-space-size=1', '--expose-gc'];

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

/** Bound the heap of this process, where it can be. For a process that serves connections. */
export function keepHeapSmall(collect: Collect = collectionOfV8): HeapKeeper {
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

/** What `--expose-gc` gives. */
const collectionOfV8: Collect = (options) => (globalThis as { gc?: Collect }).gc?.(options);
