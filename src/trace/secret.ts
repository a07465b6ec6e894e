/** K for one task: read before, and overwritten when the task is done (KF-8). */

import { readSharedSecret } from '../crypto/index.ts';

/** Do a task with K from this file; `-` is standard input. */
export async function withSecret<Result>(
  keyFile: string,
  task: (secret: Uint8Array) => Promise<Result>,
): Promise<Result> {
  const secret = await readSharedSecret(keyFile);
  try {
    return await task(secret);
  } finally {
    secret.fill(0);
  }
}

/** The same where there need not be a key. */
export async function withSecretIfGiven<Result>(
  keyFile: string | undefined,
  task: (secret: Uint8Array | undefined) => Promise<Result>,
): Promise<Result> {
  return keyFile === undefined ? task(undefined) : withSecret(keyFile, task);
}
