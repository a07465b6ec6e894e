/**
 * One log's way to its disk: objects go in at once, and become lines with their digests and are
 * written behind the caller's back.
 *
 * What waits is joined into one write, so that a slow disk gets few large writes. The
 * first error ends it: what waits is forgotten, and nothing more is accepted. It does not bound
 * what waits; the recorder tells its caller when that is too much.
 */

import { open, unlink } from 'node:fs/promises';
import { asError } from '../protocol/thrown.ts';
import { DigestChain } from './chain.ts';

/** What is used of a file; a test brings its own. */
export interface LogStorage {
  /** Create the file, never open one that exists (it rejects with `EEXIST` then). */
  create(path: string): Promise<LogStorageFile>;
  remove(path: string): Promise<void>;
}

/** An open file, written from its start to its end. */
export interface LogStorageFile {
  /** Writes some of the bytes, at least one, and returns how many. */
  write(bytes: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** The file system: files that only their owner can read. */
export const fileSystem: LogStorage = {
  create: async (path) => {
    const handle = await open(path, 'wx', 0o600);
    return {
      write: async (bytes) => (await handle.write(bytes)).bytesWritten,
      close: () => handle.close(),
    };
  },
  remove: unlink,
};

/** The most that one write takes, in characters; more waits for the next. */
const WRITE_CHARACTERS = 1024 * 1024;

/** The lines of one log, on their way to its file. */
export class LogFile {
  readonly #storage: LogStorage;
  readonly #path: string;
  readonly #onChange: () => void;
  readonly #chain = new DigestChain();
  #objects: string[] = [];
  #waiting = 0;
  #wake: (() => void) | undefined;
  #ending = false;
  #stopped = false;

  /** Settles, never rejects, when the file is closed; with the error that ended it, if one did. */
  readonly done: Promise<Error | undefined>;

  /** Begins to create `path`. `onChange` is called when less waits than before. */
  constructor(storage: LogStorage, path: string, onChange: () => void) {
    this.#storage = storage;
    this.#path = path;
    this.#onChange = onChange;
    this.done = this.#run();
  }

  /** How many characters (in a log, nearly always bytes) wait or are being written. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Whether it takes lines no more. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Add a line, before {@link LogFile.end}: a JSON object without its digest. Not when stopped. */
  append(object: string): void {
    if (this.#stopped) return;
    this.#objects.push(object);
    this.#waiting += object.length;
    this.#wake?.();
  }

  /** Close the file when everything appended has been written. */
  end(): void {
    this.#ending = true;
    this.#wake?.();
  }

  /** Forget what waits and accept nothing more; the file is closed as it is. */
  stop(): void {
    this.#stopped = true;
    this.#objects = [];
    this.#waiting = 0;
    this.#wake?.();
    this.#onChange();
  }

  async #run(): Promise<Error | undefined> {
    try {
      const file = await this.#storage.create(this.#path);
      return await this.#writeTo(file);
    } catch (error) {
      return asError(error);
    } finally {
      this.stop();
    }
  }

  async #writeTo(file: LogStorageFile): Promise<Error | undefined> {
    let written = 0;
    let failure: Error | undefined;
    try {
      for (;;) {
        const objects = await this.#next();
        if (objects.length === 0) break;
        written += await writeAll(file, await this.#chain.sealAll(objects));
        if (this.#stopped) break;
        this.#waiting -= lengthOf(objects);
        this.#onChange();
      }
    } catch (error) {
      failure = asError(error);
      this.stop();
    }
    // A full disk may show only now; and one error is enough.
    await file.close().catch((error: unknown) => {
      failure ??= asError(error);
    });
    // On a full disk, files can still be made but not written: leave no heap of empty ones.
    if (failure !== undefined && written === 0) {
      await this.#storage.remove(this.#path).catch(() => undefined);
    }
    return failure;
  }

  /** What is to be written next, in one go; nothing when there will be nothing. */
  async #next(): Promise<readonly string[]> {
    while (this.#objects.length === 0) {
      if (this.#stopped || this.#ending) return [];
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    let count = 0;
    let characters = 0;
    for (const object of this.#objects) {
      if (count > 0 && characters + object.length > WRITE_CHARACTERS) break;
      count += 1;
      characters += object.length;
    }
    return this.#objects.splice(0, count);
  }
}

function lengthOf(objects: readonly string[]): number {
  return objects.reduce((length, object) => length + object.length, 0);
}

async function writeAll(file: LogStorageFile, bytes: Uint8Array): Promise<number> {
  let written = 0;
  while (written < bytes.length) {
    const length = await file.write(bytes.subarray(written));
    // A write that takes nothing and reports nothing would be tried for ever.
    if (length === 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' });
    written += length;
  }
  return written;
}
