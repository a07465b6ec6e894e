/**
 * Standard input and output as the plain side of spipe.
 *
 * Node's own `process.stdout` writes to a pipe synchronously: one slow reader would hold up both
 * directions. Here a pipe or socket is a stream of the event loop, a file or device goes through
 * the thread pool, and a terminal stays Node's.
 */

import { closeSync, createReadStream, createWriteStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { type Channel, streamChannel } from './channel.ts';

const STDIN = 0;
const STDOUT = 1;

/** Standard input to read, standard output to write. To be called once. */
export function stdioChannel(): Channel {
  return streamChannel(openInput(), openOutput(), 'standard input and output');
}

function openInput(): Readable {
  if (isatty(STDIN)) return process.stdin;
  return isStream(STDIN)
    ? new Socket({ fd: STDIN, readable: true, writable: false, allowHalfOpen: true })
    : createReadStream('', { fd: STDIN });
}

function openOutput(): Writable {
  if (isatty(STDOUT)) return process.stdout;
  if (!isStream(STDOUT)) return createWriteStream('', { fd: STDOUT });
  const output = new Socket({ fd: STDOUT, readable: false, writable: true, allowHalfOpen: true });
  // A socket is shut down; a pipe has no such thing, and Node never closes the first descriptors.
  output.once('finish', closeOutput);
  return output;
}

/** Who reads our standard output learns of its end now, not when this process ends. */
//= CL-44
//# The end of its standard input MUST be passed on by `spipe` as CN-10 says, and the end of what
//# the target sends as the end of standard output.
function closeOutput(): void {
  closeSync(STDOUT);
  // Nothing opened later shall be standard output: the lowest free number is taken (open(2)).
  const opened = openSync('/dev/null', 'w');
  if (opened !== STDOUT) closeSync(opened);
}

/** Whether the event loop can wait for this descriptor. */
function isStream(fd: number): boolean {
  const status = fstatSync(fd);
  return status.isFIFO() || status.isSocket();
}
