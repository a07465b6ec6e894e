/**
 * The background half of a background start: a process that was begun by `background.ts`, until
 * it has told its parent that it runs, and let go of the terminal.
 *
 * It has a session of its own from its first moment; its standard streams are those of the shell
 * until the start is complete, so that a key can be read and a problem be told.
 */

import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { isatty } from 'node:tty';

/** Who started this background process, and waits. */
export interface Parent {
  /** The start is complete: the parent ends with status 0. */
  tell(): void;
}

const DESCRIPTORS = { input: 0, output: 1 } as const;
const STANDARD_ERROR = 2;

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
 * From now on this standard stream leads nowhere. Input when the key is read; output when the
 * start is complete, so that a `$(spiped …)` in a shell comes to its end. Warnings go on to
 * standard error, as in C.
 */
//= CL-38
//# A daemon in the background SHOULD NOT keep the standard input and output of who started it.
export function releaseStream(stream: keyof typeof DESCRIPTORS): void {
  const descriptor = DESCRIPTORS[stream];
  try {
    closeSync(descriptor);
  } catch {
    // It was closed from the start.
  }
  // The lowest free number is what an opened file gets (open(2)): the one just closed, unless
  // another thread opened something in between; but whatever that is, it is not the terminal.
  const opened = openSync('/dev/null', stream === 'input' ? 'r' : 'w');
  if (opened !== descriptor) closeSync(opened);
}

/**
 * Leave the terminal's settings alone when this process ends. Node would put back those that it
 * found at its start, hours ago, in the middle of whatever runs there now; not, though, on a
 * descriptor that is closed.
 */
export function leaveTerminalAsItIs(): void {
  if (!isatty(STANDARD_ERROR)) return;
  process.once('exit', () => {
    try {
      closeSync(STANDARD_ERROR);
    } catch {
      // Closed already.
    }
  });
}
