/**
 * One side of a connection as the interpreter uses it: a source of bytes and a sink of bytes that
 * end separately. A socket is both; spipe's standard input and output are a pair.
 *
 * It translates Node's streams to the words of the core and back, and decides nothing. A channel
 * starts out unread.
 */

import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { failureCode } from '../protocol/thrown.ts';

/** Hears what happens on a channel. Nothing is reported after `destroy`. */
export interface ChannelListener {
  bytesReceived(bytes: Uint8Array): void;
  endReceived(): void;
  /** `length` bytes of one `send` were handed to the operating system. */
  writeCompleted(length: number): void;
  /** The `endWriting` is done, after everything sent before it. */
  endCompleted(): void;
  /** Reading or writing failed with this system error code; nothing follows. */
  failed(code: string): void;
}

/** A side of a connection. */
export interface Channel {
  /** Who is at the other end, for messages: `[127.0.0.1]:4711`, a path, `standard input`. */
  readonly peer: string;
  /** Our own end's address and port, where it has them and they are told: that of a dialled side. */
  readonly local?: string;
  /** Report to this listener from now on. Called once, before anything else. */
  attach(listener: ChannelListener): void;
  startReading(): void;
  stopReading(): void;
  send(bytes: Uint8Array): void;
  endWriting(): void;
  /** Close at once, whatever is pending. */
  destroy(): void;
  /** As {@link destroy}, so that the other end sees a reset; only TCP has one. */
  reset(): void;
}

/**
 * A read of this size, in bytes, has filled Node's buffer, and the socket may have more. Node would then
 * go on reading from the same socket, up to 32 times, before it turns to any other one.
 */
const FULL_READ_BYTES = 64 * 1024;

/** A channel over a readable and a writable stream, which may be one and the same socket. */
export function streamChannel(
  readable: Readable,
  writable: Writable,
  peer: string,
  local?: string,
): Channel {
  let listener: ChannelListener | undefined;
  let reading = false;
  // Whether it was ever read: before that, what has come waits, and is nobody's yet.
  let begun = false;
  // Between a full read and the next turn of the event loop.
  let resting = false;
  // A paused stream whose buffer is empty tells its end all the same (Node 20 to 26).
  let endHeldBack = false;

  const fail = (error: Error): void => {
    const failed = listener;
    listener = undefined;
    // While it was not read, Node may have taken a little from the kernel, which was not told yet.
    const last: unknown = begun ? readable.read() : null;
    if (last instanceof Uint8Array) failed?.bytesReceived(last);
    failed?.failed(failureCode(error));
  };
  // A stream that is destroyed under us without an error must not leave its connection waiting.
  const closedEarly = (): void => fail(new PrematureClose());
  // Before `attach` and after `destroy` an error has nobody to tell, and must not end the process.
  readable.on('error', fail);
  if ((writable as unknown) !== readable) writable.on('error', fail);
  const tellEnd = (): void => {
    if (!reading || !endHeldBack) return;
    endHeldBack = false;
    listener?.endReceived();
  };
  // CN-15: a busy socket takes turns with all others, and with the exponentiations.
  const rest = (): void => {
    if (!reading || resting) return;
    resting = true;
    readable.pause();
    setImmediate(() => {
      resting = false;
      if (reading) readable.resume();
    });
  };
  readable.on('close', () => readable.readableEnded || closedEarly());
  writable.on('close', () => writable.writableFinished || closedEarly());
  readable.pause();

  return {
    peer,
    ...(local === undefined ? {} : { local }),
    attach(to) {
      listener = to;
      if (readable.destroyed || writable.destroyed) setImmediate(closedEarly);
      readable.on('data', (bytes: Buffer) => {
        listener?.bytesReceived(bytes);
        if (bytes.length >= FULL_READ_BYTES) rest();
      });
      readable.on('end', () => {
        if (reading) listener?.endReceived();
        else endHeldBack = true;
      });
    },
    startReading() {
      reading = true;
      begun = true;
      //= CN-16
      //# An end of the plain side that happens before the pipe stands MUST be passed on once it
      //# stands, after the data before it.
      if (endHeldBack) setImmediate(tellEnd);
      else if (!resting) readable.resume();
    },
    stopReading() {
      reading = false;
      readable.pause();
    },
    send(bytes) {
      writable.write(bytes, (error) => {
        if (!error) listener?.writeCompleted(bytes.length);
      });
    },
    endWriting() {
      writable.end((error?: Error | null) => {
        if (!error) listener?.endCompleted();
      });
    },
    destroy() {
      listener = undefined;
      readable.destroy();
      writable.destroy();
    },
    reset() {
      listener = undefined;
      // A socket that has a family of addresses is TCP. One whose end is on its way has been told an
      // end already, and Node would lose its descriptor (20 to 26; libuv resets none that shuts down).
      const tcp = writable instanceof Socket && writable.remoteFamily !== undefined;
      if (tcp && !writable.writableEnded) {
        writable.resetAndDestroy();
      } else this.destroy();
    },
  };
}

class PrematureClose extends Error {
  readonly code = 'ERR_STREAM_PREMATURE_CLOSE';
}
