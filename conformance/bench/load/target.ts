/**
 * The load's far end, a process: what the pipe dials. It checks streams, sends back what is to be
 * sent back, and keeps no account: the client's end learns everything through the connection.
 *
 * It tells its port to the process that started it, and ends with it.
 */

import { createServer, Socket } from 'node:net';
import { CHUNK, isPattern } from './pattern.ts';
import { sendPattern } from './send.ts';
import { ECHO, HEADER, READY, RIGHT, readHeader, type StreamHeader } from './wire.ts';

/** One buffer for all: what was read is dealt with before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(CHUNK);

/** A connection, by what its next bytes are. */
class TargetConnection {
  readonly #socket: Socket;
  #header: Buffer | undefined = Buffer.alloc(0);
  #stream: StreamHeader | undefined;
  #received = 0;
  /** What is not over yet of a stream: its bytes to come, and those to send. */
  #pending = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  read(bytes: Buffer): void {
    let rest = bytes;
    if (this.#header !== undefined) rest = this.#readHeader(this.#header, rest);
    if (this.#stream !== undefined) rest = this.#readStream(this.#stream, rest);
    // A copy: the buffer is read into again before the socket may have taken this.
    if (rest.length > 0) this.#socket.write(Buffer.from(rest));
  }

  #readHeader(before: Buffer, bytes: Buffer): Buffer {
    if (before.length === 0 && bytes[0] === ECHO) {
      this.#header = undefined;
      return bytes;
    }
    const all = Buffer.concat([before, bytes]);
    if (all.length < HEADER) {
      this.#header = all;
      return Buffer.alloc(0);
    }
    this.#stream = readHeader(all);
    this.#header = undefined;
    this.#socket.write(Buffer.of(READY));
    this.#pending = this.#stream.duplex ? 2 : 1;
    return all.subarray(HEADER);
  }

  #readStream({ duplex, offset, volume }: StreamHeader, bytes: Buffer): Buffer {
    if (bytes.length === 0) return bytes;
    if (duplex && this.#received === 0) {
      // Not before the client begins: nothing may be under way when its clock starts.
      sendPattern(this.#socket, offset, volume, () => this.#partIsOver());
    }
    const length = Math.min(bytes.length, volume - this.#received);
    if (!isPattern(bytes, 0, length, offset + this.#received)) {
      throw new Error(`wrong bytes after ${this.#received} of a stream`);
    }
    this.#received += length;
    if (this.#received < volume) return Buffer.alloc(0);
    this.#stream = undefined;
    this.#partIsOver();
    return bytes.subarray(length);
  }

  #partIsOver(): void {
    this.#pending -= 1;
    if (this.#pending === 0) this.#socket.write(Buffer.of(RIGHT));
  }
}

/**
 * The accepted socket, reading into {@link readBuffer}. Node offers that for sockets that dial and
 * not for those that are accepted, so the handle is moved to a socket made for it; this halves what
 * the target costs. Where a Node has no such handle, its ordinary reads do.
 */
function readingIntoBuffer(accepted: Socket, onBytes: (socket: Socket, bytes: Buffer) => void) {
  const withHandle = accepted as unknown as { _handle?: unknown };
  const handle = withHandle._handle;
  if (handle === undefined || handle === null) {
    accepted.on('data', (bytes: Buffer) => onBytes(accepted, bytes));
    accepted.resume();
    return accepted;
  }
  withHandle._handle = null;
  const onread = {
    buffer: readBuffer,
    callback: (length: number) => {
      onBytes(socket, readBuffer.subarray(0, length));
      return true;
    },
  };
  const socket: Socket = new Socket({ handle, onread, allowHalfOpen: false } as object);
  socket.read(0);
  return socket;
}

const server = createServer({ pauseOnConnect: true, noDelay: true }, (accepted) => {
  let connection: TargetConnection | undefined;
  const socket = readingIntoBuffer(accepted, (on, bytes) => {
    connection ??= new TargetConnection(on);
    try {
      connection.read(bytes);
    } catch (error) {
      process.stderr.write(
        `the load's target: ${error instanceof Error ? error.message : error}\n`,
      );
      on.destroy();
    }
  });
  // What a connection's loss means, its client says.
  socket.on('error', () => {});
});

server.listen({ host: '127.0.0.1', port: 0, backlog: 511 }, () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => {});
