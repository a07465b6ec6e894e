/**
 * Whether standard error leads to systemd's journal, and lines as the journal takes them: with the
 * severity in front (`<4>`), which it reads and takes away (sd-daemon(3)), so that `journalctl -p
 * warning` shows what is one.
 *
 * systemd names the stream in `JOURNAL_STREAM`, by device and inode, so that a program can tell
 * whether its standard error still is that stream (systemd.exec(5)). A JSON line has its level in
 * itself, and stays what a program can read.
 */

import { fstatSync } from 'node:fs';
import type { LogLevel } from '../config/config.ts';
import type { LogSink } from './log-sink.ts';
import { stderrSink } from './log-stderr.ts';

/** The severities of syslog (RFC 5424, section 6.2.1) by number. */
const SEVERITIES: Readonly<Record<LogLevel, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

/** Standard error, whatever is behind it. */
export function standardErrorSink(): LogSink {
  const sink = stderrSink();
  return leadsToJournal(2, process.env) ? journalSink(sink) : sink;
}

/** Whether this descriptor is the stream that systemd has named. */
export function leadsToJournal(descriptor: number, environment: NodeJS.ProcessEnv): boolean {
  const named = environment.JOURNAL_STREAM;
  if (named === undefined) return false;
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return named === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

/** The sink, with the severity in front of each line of text. */
export function journalSink(sink: LogSink): LogSink {
  return {
    ...sink,
    write: ({ level, prefix, text }) =>
      sink.write({ level, prefix: prefix === '' ? '' : `<${SEVERITIES[level]}>${prefix}`, text }),
  };
}
