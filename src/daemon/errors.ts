/** The reason in an error of the system, as a person reads it. */

import { getSystemErrorMap } from 'node:util';

/**
 * One line about an error: the system's own words and code where it has them
 * (`address already in use (EADDRINUSE)`), otherwise its message.
 */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { errno, code, syscall } = error as NodeJS.ErrnoException;
  // Of libuv's numbers, which are negative; errors of Node's own system calls are positive.
  const words = errno === undefined ? undefined : getSystemErrorMap().get(-Math.abs(errno))?.[1];
  // Without a system call it is one of our own errors, whose message says more.
  return words === undefined || syscall === undefined ? error.message : `${words} (${code})`;
}
