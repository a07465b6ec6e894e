/**
 * The running SHA-256 that ends each line, so that a changed, lost, added or swapped line is
 * found and named even where a replay would not notice (a time, a version).
 *
 * A line is BODY`,"digest":"`DIGEST`"}`, and DIGEST is the SHA-256, in hexadecimal, of the
 * previous line's DIGEST (nothing, for the first line) followed by BODY, as text. There is no
 * key in it: it finds damage and careless edits, not someone who computes the digests anew.
 */

import { hash } from 'node:crypto';

const BEFORE_DIGEST = ',"digest":"';
const AFTER_DIGEST = '"}';
const DIGEST_CHARACTERS = 64;
const ENDING_CHARACTERS = BEFORE_DIGEST.length + DIGEST_CHARACTERS + AFTER_DIGEST.length;

/** The digest so far. One for each log that is written or read, used from its first line on. */
export class DigestChain {
  #previous = '';

  /** The complete line, with its newline, for the JSON object `object` (which ends in `}`). */
  seal(object: string): string {
    const body = object.slice(0, -1);
    this.#previous = hash('sha256', this.#previous + body);
    return `${body}${BEFORE_DIGEST}${this.#previous}${AFTER_DIGEST}\n`;
  }

  /**
   * The JSON object of `line` (without its newline), if the line ends as it must; otherwise what
   * is wrong with it, as half a sentence about the line.
   */
  open(line: string): { readonly object: string } | { readonly problem: string } {
    const body = line.slice(0, -ENDING_CHARACTERS);
    const ending = line.slice(body.length);
    const digest = ending.slice(BEFORE_DIGEST.length, -AFTER_DIGEST.length);
    if (body === '' || ending !== BEFORE_DIGEST + digest + AFTER_DIGEST) {
      return { problem: 'does not end in its digest' };
    }
    if (digest !== hash('sha256', this.#previous + body)) {
      return { problem: 'was changed, or lines before it are missing: its digest does not match' };
    }
    this.#previous = digest;
    return { object: `${body}}` };
  }
}
