/**
 * Waiting with an end: every wait of the demonstration goes through here, so that none can hang
 * and each says what it was waiting for. Not a scheduler: it does not stop the work it waits for,
 * it stops waiting.
 */

/** A wait took longer than it may. The message names what was waited for. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * Wait for `work`, but no longer than `milliseconds` and not after `signal` is aborted.
 *
 * @throws DeadlineError with "`what`: nothing after N s"; or the signal's reason; or whatever
 * `work` rejects with.
 */
export async function within<T>(
  milliseconds: number,
  what: string,
  signal: AbortSignal,
  work: Promise<T>,
): Promise<T> {
  let stopWaiting = (): void => {};
  const end = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => {
      reject(new DeadlineError(`${what}: nothing after ${milliseconds / 1000} s`));
    }, milliseconds);
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    stopWaiting = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    stopWaiting();
  }
}
