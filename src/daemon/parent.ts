/**
 * The background half of a background start: a process that was begun by `background.ts`, until
 * it has told its parent that it runs, and let go of the terminal.
 *
 * It has a session of its own from its first moment; its standard streams are those of the shell
 * until the start is complete, so that a key can be read and a problem be told.
 */

import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { isatty } from 'node:tty';
import { DESCRIPTORS } from '../io/standard-streams.ts';

/** Who started this background process, and waits. */
export interface Parent {
  /** The start is complete: the parent ends with status 0. */
  tell(): void;
}

/**
 * The parent at the other end of `descriptor`. If it ends before it was told anything (a shell's
 * Ctrl-C, a supervisor's timeout), the start is given up: nobody would know of a daemon.
 */
export function openParent(descriptor: number): Parent {
  const socket = new Socket({ fd: descriptor, readable: true, writable: true });
  let told = false;
  // By a signal: an orderly exit would wait for a key file that nobody writes.
  const abandoned = (): void => void (told || process.kill(process.pid, 'SIGKILL'));
  socket.on('error', () => {});
  socket.on('close', abandoned);
  socket.resume();
  // It shall not keep a process that has nothing else to do.
  socket.unref();
  return {
    tell() {
      told = true;
      socket.end('started');
    },
  };
}

/**
 * Leave the terminal's settings alone when this process ends. Node would put back those that it
 * found at its start, hours ago, in the middle of whatever runs there now; not, though, on a
 * descriptor that is closed.
 */
export function leaveTerminalAsItIs(): void {
  if (!isatty(DESCRIPTORS.stderr)) return;
  process.once('exit', () => {
    try {
      closeSync(DESCRIPTORS.stderr);
    } catch {
      // Closed already.
    }
  });
}
