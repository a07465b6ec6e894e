/**
 * Standard input and output as the plain side of spipe.
 *
 * A pipe or terminal is a stream of the event loop, over a description of our own; a socket is
 * relayed; a file or device goes through the thread pool. Node's own `process.stdin` and
 * `process.stdout` are not touched: the first use of either makes changes that others see.
 */

import { createReadStream, createWriteStream, fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { ReadStream, WriteStream } from 'node:tty';
import { type Channel, streamChannel } from './channel.ts';
import { type Direction, isNonBlocking, kindOf, openOwnDescription } from './own-description.ts';
import { relayedInput, relayedOutput } from './relay.ts';
import { DESCRIPTORS, release } from './standard-streams.ts';

const { stdin: STDIN, stdout: STDOUT } = DESCRIPTORS;

/** Standard input to read, standard output to write. To be called once. */
export function stdioChannel(): Channel {
  return streamChannel(openInput(), openOutput(), 'standard input and output');
}

function openInput(): Readable {
  if (kindOf(STDIN) === 'file') return createReadStream('', { fd: STDIN });
  return openStream(STDIN, 'read', relayedInput);
}

function openOutput(): Writable {
  // Such a stream closes its descriptor itself.
  if (kindOf(STDOUT) === 'file') return createWriteStream('', { fd: STDOUT });
  const output = openStream(STDOUT, 'write', relayedOutput);
  // Who reads it learns of its end now, not when this process ends: it is closed, and a socket that
  // is standard input as well, and so stays open, is shut down.
  //= CL-44
  //# The end of its standard input MUST be passed on by `spipe` as CN-10 says, and the end of what
  //# the target sends as the end of standard output.
  const close = (): void => release('stdout');
  // Asked now: at the end, standard input may be closed already.
  output.once('finish', isOneSocket() ? () => shutDown(close) : close);
  return output;
}

/** What is neither a file nor a device, as a stream that the event loop waits for. */
function openStream<Relay>(
  descriptor: number,
  direction: Direction,
  relay: (descriptor: number) => Relay | undefined,
): Relay | Socket {
  const own = openOwnDescription(descriptor, direction);
  // Where there is not even a `cat`, no script goes on after us.
  const relayed = own === undefined && !isNonBlocking(descriptor) ? relay(descriptor) : undefined;
  if (relayed !== undefined) return relayed;
  const fd = own ?? descriptor;
  const readable = direction === 'read';
  if (kindOf(descriptor) === 'terminal') return readable ? new ReadStream(fd) : new WriteStream(fd);
  return new Socket({ fd, readable, writable: !readable, allowHalfOpen: true });
}

/** As under inetd(8): the network is both. */
function isOneSocket(): boolean {
  const [input, output] = [fstatSync(STDIN), fstatSync(STDOUT)];
  return output.isSocket() && input.dev === output.dev && input.ino === output.ino;
}

/** Nobody can write to this socket any more, whoever shares it. */
function shutDown(done: () => void): void {
  const socket: BlockingSocket = new Socket({ fd: STDOUT, readable: false, allowHalfOpen: true });
  // libuv has made it non-blocking in this instant, and nothing but libuv can shut it down.
  socket._handle?.setBlocking?.(true);
  socket.on('error', () => {}).end(done);
}

/** What Node has for `process.stdout`, and no public name. */
type BlockingSocket = Socket & { _handle?: { setBlocking?(blocking: boolean): unknown } };
