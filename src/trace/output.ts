/**
 * Standard output for large amounts of text: in few writes, and as fast as it is read.
 *
 * That nobody reads any more (`| head`) is no error: the rest is then not wanted.
 */

import { asError, codeOf } from '../protocol/thrown.ts';

/** Writes text, all of it before it returns; throws the system's error. */
export type Print = (stream: 'stdout' | 'stderr', text: string) => void;

const BATCH_CHARACTERS = 64 * 1024;

/** Text on its way to standard output. */
export class Output {
  readonly #print: Print;
  #batch = '';
  #wanted = true;

  constructor(print: Print) {
    this.#print = print;
  }

  /** Whether more text is wanted: nobody reads it, or it cannot be written, otherwise. */
  get wanted(): boolean {
    return this.#wanted;
  }

  /** Add text. Throws {@link OutputError} if it cannot be written, unless nobody reads it. */
  write(text: string): void {
    this.#batch += text;
    if (this.#batch.length >= BATCH_CHARACTERS) this.flush();
  }

  /** Write what is left; throws as `write` does. */
  flush(): void {
    const text = this.#batch;
    this.#batch = '';
    if (text === '' || !this.#wanted) return;
    try {
      this.#print('stdout', text);
    } catch (error) {
      this.#wanted = false;
      if (codeOf(error) !== 'EPIPE') throw new OutputError(asError(error));
    }
  }
}

/** Standard output could not be written. */
export class OutputError extends Error {
  constructor(cause: Error) {
    super(`cannot write to standard output: ${cause.message}`, { cause });
  }
}
