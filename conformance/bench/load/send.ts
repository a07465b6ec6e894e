/** Sending a stream of the pattern as fast as the socket takes it. */

import type { Socket } from 'node:net';
import { CHUNK, patternAt } from './pattern.ts';

/**
 * Writes `volume` bytes of the pattern from `offset`, and then calls `done`. A socket that fails
 * tells its own listeners instead.
 */
export function sendPattern(
  socket: Socket,
  offset: number,
  volume: number,
  done: () => void = () => {},
): void {
  let sent = 0;
  const next = () => {
    if (socket.destroyed) return;
    if (sent === volume) return done();
    const length = Math.min(CHUNK, volume - sent);
    const chunk = patternAt(offset + sent, length);
    sent += length;
    // By way of the event loop: a socket that takes all at once must not keep others from theirs.
    socket.write(chunk, () => setImmediate(next));
  };
  next();
}
