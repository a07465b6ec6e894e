/**
 * A connection of the load's near end: it sends, and checks what comes back. It knows no pipe: what
 * it dials is a pipe's entrance or the target itself.
 */

import { connect, type Socket } from 'node:net';
import { CHUNK, isPattern, patternAt } from './pattern.ts';
import { sendPattern } from './send.ts';
import { ECHO, READY, RIGHT, type StreamHeader, writeHeader } from './wire.ts';

/** Where to connect to. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** What has to come next: bytes of the pattern, or one certain byte. */
interface Expected {
  readonly byte?: number;
  /** Where in the pattern it begins, if it is no certain byte. */
  offset: number;
  /** Bytes still to come. */
  left: number;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

/** One buffer for all: what was read is checked before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(CHUNK);

export class LoadConnection {
  /** Settles when the socket is closed; never rejects. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #expected: Expected[] = [];
  #failure: Error | undefined;
  #nextMessage = 0;

  /** Begins to connect; a failure is told to whoever waits for bytes. */
  constructor(place: Place) {
    this.#socket = connect({
      ...place,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (length) => {
          this.#read(length);
          return true;
        },
      },
    });
    this.closed = new Promise((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the connection ended')));
  }

  /** Says that everything is to be sent back; done when the first byte was. */
  async startEcho(): Promise<void> {
    this.#socket.write(Buffer.of(ECHO));
    await this.#expect({ byte: ECHO, offset: 0, left: 1 });
  }

  /**
   * Sends a message of `length` bytes, at most a chunk; done when it has come back. Only after
   * {@link startEcho} or the end of a stream.
   */
  async roundTrip(length: number): Promise<void> {
    const offset = this.#nextMessage;
    this.#nextMessage += length;
    this.#socket.write(patternAt(offset, length));
    await this.#expect({ offset, left: length });
  }

  /** Says what stream follows; done when the target is ready for it. */
  async announce(header: StreamHeader): Promise<void> {
    this.#socket.write(writeHeader(header));
    await this.#expect({ byte: READY, offset: 0, left: 1 });
  }

  /** Sends the stream that was announced; done when all bytes are where they belong, and right. */
  async stream({ duplex, offset, volume }: StreamHeader): Promise<void> {
    sendPattern(this.#socket, offset, volume);
    // Both at once: one read may bring the end of the first and the second.
    await Promise.all([
      duplex ? this.#expect({ offset, left: volume }) : undefined,
      this.#expect({ byte: RIGHT, offset: 0, left: 1 }),
    ]);
  }

  /** Ends it and waits until the other side has, too. */
  async end(): Promise<void> {
    this.#socket.end();
    await this.closed;
  }

  #expect(what: Pick<Expected, 'byte' | 'offset' | 'left'>): Promise<void> {
    return new Promise((done, failed) => {
      if (this.#failure !== undefined) failed(this.#failure);
      else this.#expected.push({ ...what, done, failed });
    });
  }

  #read(length: number): void {
    let begin = 0;
    while (begin < length) {
      const expected = this.#expected[0];
      if (expected === undefined) {
        this.#mismatch('bytes that nobody waits for');
        return;
      }
      const part = Math.min(length - begin, expected.left);
      const right =
        expected.byte === undefined
          ? isPattern(readBuffer, begin, part, expected.offset)
          : readBuffer[begin] === expected.byte;
      if (!right) {
        this.#mismatch('bytes that are not what was sent');
        return;
      }
      expected.offset += part;
      expected.left -= part;
      begin += part;
      if (expected.left > 0) return;
      this.#expected.shift();
      expected.done();
    }
  }

  #mismatch(what: string): void {
    this.#fail(new Error(`the connection brought ${what}`));
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { failed } of this.#expected.splice(0)) failed(this.#failure);
  }
}
