/** Reading the key when a program starts, with the warning that an empty one deserves. */

import { isSecretOfEmptyFile, readSharedSecret } from '../crypto/index.ts';
import type { Inheritance } from './inheritance.ts';
import type { Logger } from './log.ts';

/**
 * K, 32 bytes, from the file of `-k`; rejects with `KeyFileError`. An empty file is a key, as in C
 * (KF-2), but one that everybody has.
 */
export async function readKey(
  keyFile: string,
  { closed }: Inheritance,
  logger: Logger,
): Promise<Uint8Array> {
  // Node has opened /dev/null in its place: an empty key, which everybody has.
  if (keyFile === '-' && closed.has(0)) {
    throw new Error('-k "-": cannot read key from standard input: it is closed');
  }
  const secret = await readSharedSecret(keyFile);
  //= KF-10
  //# A program SHOULD warn when the key file is empty.
  if (isSecretOfEmptyFile(secret)) {
    logger.log('warn', 'key-empty', `warning: the key ${JSON.stringify(keyFile)} (-k) is empty`);
  }
  return secret;
}
