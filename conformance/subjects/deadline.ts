/**
 * A limit for everything that is waited for, so that a hang says what did not happen.
 *
 * The limit never judges the speed of a machine: it is far above what anything here takes on a busy
 * one. What is waited for ends by an event; only a hang costs the whole of it.
 */

/** The longest wait in which nothing happens, in milliseconds. */
export const WAIT_LIMIT = 30_000;

/**
 * The promise's value. Where `progress` is given, the limit starts anew as long as that number
 * changes: a slow transfer is not a hang.
 *
 * @throws Error naming `what`, when the promise has not settled within {@link WAIT_LIMIT}.
 */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  progress: () => number = () => 0,
  limit: number = WAIT_LIMIT,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    const watch = (before: number) => {
      timer = setTimeout(() => {
        const now = progress();
        if (now !== before) watch(now);
        else reject(new Error(`waited ${limit / 1000} s in vain for this: ${what}`));
      }, limit);
    };
    watch(progress());
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}
