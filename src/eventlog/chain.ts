/**
 * The running SHA-256 that ends each line, so that a changed, lost, added or swapped line is
 * found and named even where a replay would not notice (a time, a version).
 *
 * A line is BODY`,"digest":"`DIGEST`"}`. DIGEST is, in hexadecimal, the SHA-256 of the previous
 * line's DIGEST (nothing, for the first line) followed by the SHA-256 of BODY, both as
 * hexadecimal text. Digesting BODY by itself lets long lines be digested side by side and off
 * the main thread. There is no key in it: it finds damage and careless edits, not someone who
 * computes the digests anew.
 */

import { hash, webcrypto } from 'node:crypto';
import { concat } from '../protocol/bytes.ts';
import { FormatError } from './shapes.ts';

const BEFORE_DIGEST = ',"digest":"';
const AFTER_DIGEST = '"}';
const DIGEST_CHARACTERS = 64;
const ENDING_CHARACTERS = BEFORE_DIGEST.length + DIGEST_CHARACTERS + AFTER_DIGEST.length;

/** From this many bytes on, a body is digested off the main thread: 64 KiB take 0.2 ms. */
const LONG_BYTES = 16 * 1024;

/** The digest so far. One for each log that is written or read, used from its first line on. */
export class DigestChain {
  #previous = '';

  /** The complete line, with its newline, for the JSON object `object` (which ends in `}`). */
  seal(object: string): string {
    const body = bodyOf(object);
    return `${body}${this.#ending(hash('sha256', body))}\n`;
  }

  /**
   * The complete lines of `objects`, in UTF-8. Long ones do not hold up the event loop. Call it
   * again, or {@link DigestChain.seal}, only when the promise is fulfilled.
   */
  async sealAll(objects: readonly string[]): Promise<Uint8Array> {
    const encoder = new TextEncoder();
    const lines = await Promise.all(
      objects.map(async (object) => {
        const body = encoder.encode(bodyOf(object));
        return { body, digest: await digestOf(body) };
      }),
    );
    return concat(
      ...lines.flatMap(({ body, digest }) => [body, encoder.encode(`${this.#ending(digest)}\n`)]),
    );
  }

  /**
   * The JSON object of `line` (without its newline). Throws a {@link FormatError} if the line does
   * not end as it must.
   */
  open(line: string): string {
    const body = line.slice(0, -ENDING_CHARACTERS);
    const ending = line.slice(body.length);
    const given = ending.slice(BEFORE_DIGEST.length, -AFTER_DIGEST.length);
    if (body === '' || ending !== BEFORE_DIGEST + given + AFTER_DIGEST) {
      throw new FormatError('does not end in its digest');
    }
    if (ending !== this.#ending(hash('sha256', body))) {
      throw new FormatError(
        'was changed, or lines before it are missing: its digest does not match',
      );
    }
    return `${body}}`;
  }

  /** Takes the next line's body into the chain; how the line ends. */
  #ending(digestOfBody: string): string {
    this.#previous = hash('sha256', this.#previous + digestOfBody);
    return BEFORE_DIGEST + this.#previous + AFTER_DIGEST;
  }
}

function bodyOf(object: string): string {
  return object.slice(0, -1);
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  if (bytes.length < LONG_BYTES) return hash('sha256', bytes);
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
}
