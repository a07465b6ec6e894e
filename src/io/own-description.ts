/**
 * A standard stream that is shared with other processes, for a program that does not wait.
 *
 * That a descriptor does not block is no property of the descriptor but of the open file
 * description behind it (open(2)), which we share with the shell that started us and the commands
 * after us. libuv sets `O_NONBLOCK` on what it is given; for them, writing to a pipe that is full
 * then is an error, and data is lost. So libuv is given a description of our own for the same pipe
 * or terminal. Sockets have no such thing, nor has a system without `/proc`: see `relay.ts`.
 */

import { constants, fstatSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import { isatty } from 'node:tty';

/** What a standard stream leads to. A `stream` is a pipe or a socket. */
export type DescriptorKind = 'terminal' | 'stream' | 'file';

/** The last is everything that is read and written at once, or that no event loop can wait for. */
export function kindOf(descriptor: number): DescriptorKind {
  if (isatty(descriptor)) return 'terminal';
  const status = fstatSync(descriptor);
  return status.isFIFO() || status.isSocket() ? 'stream' : 'file';
}

/** How a descriptor is used. */
export type Direction = 'read' | 'write';

/**
 * Open the same pipe or terminal once more, without blocking. Undefined where that cannot be had:
 * for a socket, a pipe of another user, one that nobody reads any more, or without `/proc`.
 */
//= CL-55
//# A program SHOULD NOT change the flags of an open file description that it shares, such as the
//# pipe at its standard output.
export function openOwnDescription(descriptor: number, direction: Direction): number | undefined {
  const path = `/proc/self/fd/${descriptor}`;
  const mode = direction === 'read' ? constants.O_RDONLY : constants.O_WRONLY;
  try {
    if (!canBeReopened(readlinkSync(path), descriptor, direction)) return undefined;
    return openSync(path, mode | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return undefined;
  }
}

function canBeReopened(name: string, descriptor: number, direction: Direction): boolean {
  // The other side of a terminal: opening that makes a new terminal.
  if (isatty(descriptor)) return !name.endsWith('/ptmx');
  if (!fstatSync(descriptor).isFIFO()) return false;
  // Who opens a FIFO with a name after its last writer has gone is not told of its end (poll(2)).
  return direction === 'write' || name.startsWith('pipe:');
}

/** Whether somebody has made this description one that does not block. Unknown without `/proc`. */
export function isNonBlocking(descriptor: number): boolean {
  try {
    const text = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1');
    const flags = Number.parseInt(/^flags:\s*([0-7]+)/m.exec(text)?.[1] ?? '0', 8);
    return (flags & constants.O_NONBLOCK) !== 0;
  } catch {
    return false;
  }
}
