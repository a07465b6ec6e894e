/**
 * Overwriting secrets that are not needed any more.
 *
 * Answers HS-23; it is what the `eraseSecrets` effect asks for. It is not a guarantee: the language
 * may have copied an array before it came here (OpenSSL keeps its own copies, and clears them).
 */

import { forgetKey } from './batched-engine.ts';

/**
 * Overwrite every byte of each array with zero, and what was prepared from it. The arrays must not
 * be used afterwards.
 */
export function eraseSecrets(secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) {
    forgetKey(secret);
    secret.fill(0);
  }
}
