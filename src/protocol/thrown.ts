/**
 * What was thrown, which in this language can be anything, in a word or a line.
 *
 * Lowest of all, because everybody has to say it. The core itself catches nothing; how the system's
 * own errors are worded is `io/system-error.ts`.
 */

/** The stable code that errors of Node and of ours carry: `ECONNRESET`, `address-empty`. */
export function codeOf(thrown: unknown): string | undefined {
  const { code } = asError(thrown) as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** The same for what ends a connection: never nothing. */
export function failureCode(thrown: unknown): string {
  return codeOf(thrown) ?? asError(thrown).name;
}

/** The words of an error; anything else as it prints. They may quote data. */
export function messageOf(thrown: unknown): string {
  return asError(thrown).message;
}

/** The error that was thrown, or one for what is none. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
