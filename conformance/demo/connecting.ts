/**
 * Connecting to a program that is just being started: the real connection, tried again while it
 * is refused. There is no separate probe, because a `spiped -d` dials its target for every
 * connection it accepts, a probe too (CN-2).
 */

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Between two tries, in milliseconds. Short beside a program's start, long beside a connect. */
const BETWEEN_TRIES = 10;

/**
 * Connect with `connectOnce` until it is not refused any more.
 *
 * @returns the connected socket.
 * @throws any error of the socket but ECONNREFUSED; the signal's reason once it is aborted.
 */
export async function connectWhenListening(
  connectOnce: () => Socket,
  signal: AbortSignal,
): Promise<Socket> {
  for (;;) {
    signal.throwIfAborted();
    const socket = connectOnce();
    try {
      await once(socket, 'connect', { signal });
      return socket;
    } catch (error) {
      socket.destroy();
      if (!isRefused(error)) throw error;
    }
    await pause(BETWEEN_TRIES, undefined, { signal });
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}
