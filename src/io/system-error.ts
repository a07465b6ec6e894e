/**
 * The system's errors as a person reads them: the system's own words, and the code to search for.
 */

import { getSystemErrorMap } from 'node:util';
import { asError } from '../protocol/thrown.ts';

/**
 * One line about an error: of the system, `address already in use (EADDRINUSE)`; otherwise its
 * message.
 */
export function systemReason(error: unknown): string {
  const { code, syscall, message } = asError(error) as NodeJS.ErrnoException;
  // Without a system call it is one of our own errors, whose message says more.
  const words = syscall === undefined ? undefined : systemWords(error);
  return words === undefined ? message : `${words} (${code})`;
}

/** `connection refused (ECONNREFUSED)`; what is no code of the system stays as it is. */
export function describeCode(code: string): string {
  for (const [name, words] of getSystemErrorMap().values()) {
    if (name === code) return `${words} (${code})`;
  }
  return code;
}

/** `no such file or directory`, where the error has a number of the system's. */
export function systemWords(error: unknown): string | undefined {
  const { errno } = asError(error) as NodeJS.ErrnoException;
  // libuv's numbers, which the map has, are negative; errors of Node's own system calls are not.
  return errno === undefined ? undefined : getSystemErrorMap().get(-Math.abs(errno))?.[1];
}
