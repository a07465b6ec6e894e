/**
 * The addresses of a target, looked up again from time to time (`-r`).
 *
 * A failed look-up keeps the last good addresses, as C does. Look-ups run in Node's thread pool
 * and never hold up traffic.
 */

import type { Address } from '../config/address.ts';
import { type Endpoint, resolveAddress } from './resolve.ts';

/** A target whose addresses are kept up to date. */
export interface Target {
  /** The endpoints to try, in order. */
  readonly endpoints: readonly Endpoint[];
  /** Look up no more. */
  close(): void;
}

export interface TargetOptions {
  /** From the end of one look-up to the next, in milliseconds; absent: never again (`-R`). */
  readonly intervalMilliseconds?: number | undefined;
  /** A look-up failed; the last good addresses stay in use. */
  lookupFailed?(error: unknown): void;
  /** How to look up; the system's resolver unless a test brings its own. */
  readonly resolve?: (address: Address) => Promise<readonly Endpoint[]>;
}

/** Keep `address` resolved, beginning with `endpoints`, what it resolves to now. */
export function openTarget(
  address: Address,
  endpoints: readonly Endpoint[],
  options: TargetOptions,
): Target {
  const { intervalMilliseconds, lookupFailed, resolve = resolveAddress } = options;
  let current = endpoints;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  //= CL-23
  //# The name of a target MUST be looked up again each time the seconds of `-r` have passed, and
  //# with `-R` only once.
  const wait = (): void => {
    // A daemon that has nothing else to do is done.
    if (!closed) timer = setTimeout(refresh, intervalMilliseconds).unref();
  };
  const refresh = (): void => {
    void resolve(address)
      .then((found) => {
        current = found;
      })
      //= CL-24
      //# A later look-up that fails MUST leave the addresses that were found before in use.
      .catch((error) => lookupFailed?.(error))
      // One that cannot even be told ends nothing.
      .catch(() => {})
      .then(wait);
  };
  // Only a name can come to mean something else.
  if (intervalMilliseconds !== undefined && address.kind === 'host') wait();

  return {
    get endpoints() {
      return current;
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
