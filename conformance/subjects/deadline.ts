/**
 * A limit for everything that is waited for, so that a hang says what did not happen.
 *
 * The limit never judges the speed of a machine: it is far above what anything here takes.
 */

/** The longest wait, in milliseconds. */
export const WAIT_LIMIT = 40_000;

/**
 * The promise's value.
 *
 * @throws Error naming `what`, when the promise has not settled after {@link WAIT_LIMIT}.
 */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  limit: number = WAIT_LIMIT,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`waited ${limit / 1000} s in vain for this: ${what}`));
    }, limit);
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}
