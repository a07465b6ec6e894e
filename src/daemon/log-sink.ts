/** Where lines of the log go: the interface that `log-stderr.ts` and `syslog.ts` fill. */

import type { LogLevel } from '../config/config.ts';

/** One formatted line, without its line feed and without any other control character. */
export interface LogLine {
  readonly level: LogLevel;
  /** `spiped: ` in text, for sinks that do not name the program themselves; empty in JSON. */
  readonly prefix: string;
  readonly text: string;
}

/** A place for lines. Never throws, never waits. */
export interface LogSink {
  /** False when the line is lost, because the place is gone or full; the logger counts these. */
  write(line: LogLine): boolean;
  /** How many lines were lost after `write` took them, since this was asked last. */
  takeLost?(): number;
  /** Resolves when the operating system has what was written, within a second. */
  flush?(): Promise<void>;
  /** The same, and end what the lines were given to. */
  close?(): Promise<void>;
}

/** How lines are spelled on standard error, with the line feed. */
export type Spelling = (line: LogLine) => string;

export const plainSpelling: Spelling = ({ prefix, text }) => `${prefix}${text}\n`;

/** Of each level the severity of syslog (RFC 5424, section 6.2.1), and what `logger -p` calls it. */
export const SEVERITIES: Readonly<Record<LogLevel, readonly [number, string]>> = {
  error: [3, 'err'],
  warn: [4, 'warning'],
  info: [6, 'info'],
  debug: [7, 'debug'],
};
