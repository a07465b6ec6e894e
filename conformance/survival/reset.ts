/**
 * Breaking a TCP connection in the ways that a daemon must stand.
 */

import type { Socket } from 'node:net';

/**
 * `reset`: a RST at once, no FIN before it. `gone`: a FIN, and with nobody there any more, a RST for
 * whatever still arrives. So the RST meets what the daemon sends, its own FIN among it.
 */
export type Ending = 'reset' | 'gone';

/** Ends the socket. What happens to it from then on is of no interest. */
export function endBy(socket: Socket, ending: Ending): void {
  if (socket.destroyed) return;
  if (ending === 'reset') socket.resetAndDestroy();
  // Not `resetAndDestroy` after `end`: Node then leaves the socket open (tried on 20.20.2).
  else socket.destroySoon();
}
