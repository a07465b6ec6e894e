/**
 * The messages of the accumulated vectors: the rule that the README gives to other implementers.
 *
 * It is the one thing that the generator, the confirmation and our tests share. A mistake in it
 * cannot hide a wrong packet: it would only choose other messages, and the digest of the
 * plaintext says which ones were meant.
 */

/**
 * The message of the i-th packet, i from 0. With `full` it has 1024 bytes, with `varied`
 * 1 + (613·i mod 1024); its byte j is (i + 31·j + ⌊i / 256⌋) mod 256.
 */
export function accumulatedMessage(lengths: 'full' | 'varied', i: number): Uint8Array {
  const message = new Uint8Array(lengths === 'full' ? 1024 : 1 + ((613 * i) % 1024));
  const start = i + Math.floor(i / 256);
  for (let j = 0; j < message.length; j++) message[j] = start + 31 * j;
  return message;
}
