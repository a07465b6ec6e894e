/** What the system says of a failed call, without the call: `no such file or directory`. */

import { getSystemErrorMap } from 'node:util';

/** The reason, if `error` comes from the system. */
export function systemReason(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('errno' in error)) return undefined;
  return getSystemErrorMap().get(Number(error.errno))?.[1] ?? error.message;
}
