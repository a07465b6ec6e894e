/**
 * The pid file of a background daemon (`-p`), as C spiped writes it (`writepid` in daemonize.c).
 *
 * As with C, it is not removed at the end: with `-u` the daemon often could not, and while one
 * daemon drains, the file may already be its successor's. Who reads it checks the process by
 * name, as FreeBSD's rc.d does; a stale one is overwritten by the next start.
 */

import { writeFileSync } from 'node:fs';
import { systemReason } from '../io/system-error.ts';

/**
 * Write this process's id to `path`, in decimal and without a newline, in place of what is there.
 * Throws an Error with a one-line message.
 */
export function writePidFile(path: string): void {
  try {
    //= CL-28
    //# The pid file MUST hold the process id of the daemon in decimal and nothing else.
    writeFileSync(path, String(process.pid));
  } catch (error) {
    throw new Error(`cannot write the pid file ${path} (-p): ${systemReason(error)}`, {
      cause: error,
    });
  }
}
