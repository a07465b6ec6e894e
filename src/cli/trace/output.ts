/**
 * Standard output for large amounts of text: as fast as it is read, and no faster.
 *
 * That nobody reads any more (`| head`) is no error: the rest is then not wanted.
 */

import { Writable } from 'node:stream';
import { print } from '../../io/print.ts';

const BATCH_CHARACTERS = 64 * 1024;

/** Standard output or standard error. What is written to it waits for who reads it. */
export function standardStream(name: 'stdout' | 'stderr'): Writable {
  return new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      try {
        print(name, text);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

/** Text on its way to a stream. */
export class Output {
  readonly #stream: Writable;
  #batch = '';
  #failure: Error | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    // Errors come with the writes; without a listener the first would end the process.
    stream.on('error', () => undefined);
  }

  /** Whether more text is wanted: nobody reads it, or it cannot be written, otherwise. */
  get wanted(): boolean {
    return this.#failure === undefined;
  }

  /** Add text. Rejects if it cannot be written, unless because nobody reads it. */
  async write(text: string): Promise<void> {
    this.#batch += text;
    if (this.#batch.length >= BATCH_CHARACTERS) await this.flush();
  }

  /** Wait until everything is written. */
  async flush(): Promise<void> {
    const text = this.#batch;
    this.#batch = '';
    if (text === '' || this.#failure !== undefined) return;
    const error = await new Promise<Error | null | undefined>((resolve) => {
      this.#stream.write(text, resolve);
    });
    if (error === null || error === undefined) return;
    this.#failure = error;
    if (!('code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED'))) {
      throw new OutputError(error);
    }
  }
}

/** Standard output could not be written. */
export class OutputError extends Error {
  constructor(cause: Error) {
    super(`cannot write to standard output: ${cause.message}`, { cause });
  }
}
