/**
 * From a key file to the shared secret K.
 *
 * Answers KF-1 … KF-4, KF-6 (the error) and KF-8. The file is streamed, so it may have any length,
 * none included; it may be a device or a FIFO. It is not where K is kept: the caller overwrites K
 * when it is done with it.
 */

import { createHash } from 'node:crypto';
import { close, fstat, open, read } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { getSystemErrorMap, promisify } from 'node:util';
import { codeOf, failureCode } from '../protocol/thrown.ts';
import { ownBytes } from './own-bytes.ts';

const CHUNK_BYTES = 65_536;
const STANDARD_INPUT = 0;
const RETRY_MILLISECONDS = 10;

/** A key file that cannot be read. The message is one line and names option, value and reason. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
  /** The system's error code, such as `ENOENT`. */
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/** K, and what a warning may depend on. */
export interface KeyFile {
  /** K, 32 bytes, a fresh array. */
  readonly secret: Uint8Array;
  /** How long the key is; not for a log. */
  readonly lengthBytes: number;
  /**
   * The permissions of the file that was read, such as 0o600; absent for what is no regular file,
   * and for standard input, whatever it is.
   */
  readonly mode?: number;
}

/**
 * K = SHA-256 of the file at `path`, or of standard input to its end when `path` is `-`. Rejects
 * with {@link KeyFileError}. No byte of the key stays in memory that this function owns.
 */
//= KF-7 exception
//# A key file SHOULD hold at least 256 bits of entropy.
//! This is asked of who makes the file. A program cannot see how a file was made, and refuses none
//! on a guess (KF-2).
export async function readKeyFile(path: string): Promise<KeyFile> {
  //= KF-4
  //# The name `-` MUST stand for standard input, read to its end.
  if (path === '-') {
    return await digestOf(STANDARD_INPUT).catch((error: unknown) => {
      throw keyFileError(path, 'cannot read key from standard input', error);
    });
  }
  const descriptor = await promisify(open)(path, 'r').catch((error: unknown) => {
    throw keyFileError(path, 'cannot open key file', error);
  });
  try {
    const key = await digestOf(descriptor);
    // Of what was read, and not of what the path may have come to mean.
    const status = await promisify(fstat)(descriptor);
    return status.isFile() ? { ...key, mode: status.mode & 0o777 } : key;
  } catch (error) {
    throw keyFileError(path, 'cannot read key file', error);
  } finally {
    await promisify(close)(descriptor);
  }
}

/** K alone; see {@link readKeyFile}. */
export async function readSharedSecret(path: string): Promise<Uint8Array> {
  return (await readKeyFile(path)).secret;
}

/** SHA-256 of everything that can be read from `descriptor`, and how much that was. */
async function digestOf(descriptor: number): Promise<KeyFile> {
  //= KF-1
  //# K MUST be the SHA-256 of the whole content of the key file.
  const hash = createHash('sha256');
  const chunk = new Uint8Array(CHUNK_BYTES);
  let lengthBytes = 0;
  try {
    for (;;) {
      const length = await readSome(descriptor, chunk);
      //= KF-2
      //# A key file of any length MUST be accepted, including the empty one (`/dev/null`).
      if (length === 0) return { secret: ownBytes(hash.digest()), lengthBytes };
      lengthBytes += length;
      //= KF-3
      //# An end MUST NOT trim, decode or otherwise interpret the content of the key file.
      hash.update(chunk.subarray(0, length));
    }
  } finally {
    chunk.fill(0);
  }
}

/**
 * Read at least a byte, or 0 at the end. Standard input is read here and not through
 * `process.stdin`, which takes what it does not know (a directory) for an empty stream: that
 * would be an empty key.
 */
async function readSome(descriptor: number, chunk: Uint8Array): Promise<number> {
  for (;;) {
    try {
      const { bytesRead } = await promisify(read)(descriptor, chunk, 0, chunk.length, null);
      return bytesRead;
    } catch (error) {
      // Someone who shares our standard input made it non-blocking, and it is empty just now.
      if (codeOf(error) !== 'EAGAIN') throw error;
      await delay(RETRY_MILLISECONDS);
    }
  }
}

function keyFileError(path: string, what: string, error: unknown): KeyFileError {
  const code = failureCode(error);
  return new KeyFileError(`-k ${JSON.stringify(path)}: ${what}: ${reasonOf(error, code)}`, code);
}

/** What the C library says for the codes that people meet; libuv words some of them oddly. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
  ERR_INVALID_ARG_VALUE: 'Not a valid path',
};

function reasonOf(error: unknown, code: string): string {
  const errno = error instanceof Error && 'errno' in error ? Number(error.errno) : Number.NaN;
  return REASONS[code] ?? getSystemErrorMap().get(errno)?.[1] ?? code;
}
