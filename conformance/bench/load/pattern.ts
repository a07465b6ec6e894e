/**
 * What the load sends, and how it is checked: a block of random-looking bytes, repeated.
 *
 * The length of the block is a prime. Bytes that were lost, repeated, or exchanged by whole packets
 * therefore never agree with the bytes expected at their place, and the check is one comparison of
 * memory for each read. Every process makes the same block.
 */

import { createCipheriv } from 'node:crypto';

/** The length of the block, in bytes: the largest prime below {@link CHUNK}. */
export const PERIOD = 262_139;

/** The most that is read, written or compared at once, in bytes. */
export const CHUNK = 262_144;

/** The block, followed by as much of its repetition as one chunk can reach into. */
const block = (() => {
  const period = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
    Buffer.alloc(PERIOD),
  );
  // A chunk is a little longer than the block, so that two of them are not enough.
  return Buffer.concat([period, period, period]);
})();

/** The bytes at `offset` of the stream, at most {@link CHUNK}. Not to be written to. */
export function patternAt(offset: number, length: number): Buffer {
  const begin = offset % PERIOD;
  return block.subarray(begin, begin + length);
}

/** Are `length` bytes of `bytes`, from `begin`, those at `offset` of the stream? */
export function isPattern(bytes: Buffer, begin: number, length: number, offset: number): boolean {
  const from = offset % PERIOD;
  return block.compare(bytes, begin, begin + length, from, from + length) === 0;
}
