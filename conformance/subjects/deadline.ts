/**
 * A limit for everything that is waited for, so that a hang says what did not happen.
 *
 * The limit never judges the speed of a machine: it is far above what anything here takes, and grows
 * with what else the machine has to do. So a hang costs seconds where it has nothing else.
 */

import { availableParallelism, loadavg } from 'node:os';

/** The longest wait in which nothing happens, in milliseconds, on any machine. */
export const WAIT_LIMIT = 30_000;

/** The same where the machine has nothing else to do. */
const IDLE_LIMIT = 10_000;

/**
 * The longest wait in which nothing happens, in milliseconds, when so many processes want to run on
 * so many processors; by default as it is now.
 */
export function waitLimit(load = loadavg()[0] ?? 0, processors = availableParallelism()): number {
  return Math.min(WAIT_LIMIT, IDLE_LIMIT * Math.max(1, load / processors));
}

/**
 * The promise's value. Where `progress` is given, the limit starts anew as long as that number
 * changes: a slow transfer is not a hang.
 *
 * @throws Error naming `what`, when the promise has not settled within {@link waitLimit}.
 */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  progress: () => number = () => 0,
  limit: number = waitLimit(),
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
