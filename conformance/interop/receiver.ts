/**
 * What arrives on a stream: how many bytes, their SHA-256, how the stream ended.
 */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { within } from '../subjects/deadline.ts';

/** `end`: the sender ended it in order. Else what broke it: an error code, or `closed`. */
export type StreamEnd = 'end' | string;

/** Reads a stream to its end and keeps the sum, not the bytes. */
export class Receiver {
  /** How the stream ended. Never rejects. */
  readonly ended: Promise<StreamEnd>;
  readonly #title: string;
  readonly #hash = createHash('sha256');
  readonly #waiting = new Set<() => void>();
  #bytes = 0;
  #end: StreamEnd | undefined;

  /** `title` says in messages which end of the pipe this is. */
  constructor(title: string, stream: Readable) {
    this.#title = title;
    stream.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      this.#hash.update(chunk);
      this.#wake();
    });
    this.ended = new Promise((resolve) => {
      const settle = (end: StreamEnd) => {
        this.#end ??= end;
        resolve(this.#end);
        this.#wake();
      };
      stream.once('end', () => settle('end'));
      stream.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
      stream.once('close', () => settle('closed'));
    });
  }

  /** Bytes received so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What has been received so far, as bytes and SHA-256; to be compared with {@link sumOf}. */
  get sum(): string {
    return `${this.#bytes} bytes, SHA-256 ${this.#hash.copy().digest('hex')}`;
  }

  /** Waits until so many bytes have come. Throws Error when the stream ends before. */
  async reached(count: number): Promise<void> {
    const settled = new Promise<void>((resolve, reject) => {
      const look = () => {
        if (this.#bytes >= count) resolve();
        else if (this.#end !== undefined) {
          reject(new Error(`${this.#title}: ${this.#end} after ${this.#bytes} of ${count} bytes`));
        } else return;
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
    await within(`${this.#title} receives ${count} bytes`, settled, () => this.#bytes);
  }

  /** Waits for the end of the stream, whichever it is. */
  async over(): Promise<StreamEnd> {
    return await within(`the stream to ${this.#title} ends`, this.ended, () => this.#bytes);
  }

  /** One line for the message of a failed test. */
  account(): string {
    return `${this.#title}: ${this.#bytes} bytes, ${this.#end ?? 'open'}`;
  }

  #wake(): void {
    for (const look of this.#waiting) look();
  }
}

/** The sum of bytes, in the form of {@link Receiver.sum}. */
export function sumOf(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  const bytes = parts.reduce((total, part) => total + part.length, 0);
  return `${bytes} bytes, SHA-256 ${hash.digest('hex')}`;
}

/** Bytes that {@link writeForever} writes at once. */
const BLOCK = 65_536;

/** The n-th block of what is written without end: numbers of 4 bytes, so that no two are the same. */
function block(n: number): Buffer {
  const words = BLOCK / 4;
  const bytes = Buffer.alloc(BLOCK);
  for (let i = 0; i < words; i += 1) bytes.writeUInt32BE(n * words + i, 4 * i);
  return bytes;
}

/** The sum of the first so many bytes that {@link writeForever} writes. */
export function sumOfForever(count: number): string {
  const whole = Array.from({ length: Math.ceil(count / BLOCK) }, (_, n) => block(n));
  return sumOf(Buffer.concat(whole, count));
}

/** Writes without end, as fast as the stream takes it, until it breaks or is destroyed. */
export async function writeForever(stream: Writable): Promise<void> {
  const broken = once(stream, 'close').catch(() => undefined);
  for (let n = 0; !stream.destroyed && stream.writable; n += 1) {
    if (stream.write(block(n))) await new Promise((resolve) => setImmediate(resolve));
    else await Promise.race([once(stream, 'drain').catch(() => undefined), broken]);
  }
}
