/**
 * What a program says while it runs, by level: the interface, and its simplest form.
 */

import type { LogLevel } from '../cli/config.ts';

/** Stable names and plain values: what a JSON line carries beside its message. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** Says one thing. `event` is a stable word (`handshake-mac-mismatch`), `message` is for a person. */
export interface Logger {
  log(level: LogLevel, event: string, message: string, fields?: LogFields): void;
}
