/**
 * Logs that were changed by someone who computes the digests anew: for tests of what is found
 * beyond the digests.
 */

import { DigestChain } from '../chain.ts';

/** The JSON objects of a log's lines, without their digests. */
export function objectsOf(log: string): readonly string[] {
  return log
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/,"digest":"[0-9a-f]{64}"}$/, '}'));
}

/** The log that has these objects as its lines, with digests that fit. */
export function sealed(objects: readonly string[]): string {
  const chain = new DigestChain();
  return objects.map((object) => chain.seal(object)).join('');
}

/** The log with `change` made to each line's object, and digests that fit. */
export function resealed(log: string, change: (object: string, line: number) => string): string {
  return sealed(objectsOf(log).map((object, i) => change(object, i + 1)));
}

/** A log as it comes from a file: in pieces of `size` bytes. */
export function* pieces(log: string | Uint8Array, size = 65_536): Generator<Uint8Array> {
  const bytes = typeof log === 'string' ? new TextEncoder().encode(log) : log;
  for (let offset = 0; offset < bytes.length; offset += size) {
    yield bytes.subarray(offset, offset + size);
  }
}
