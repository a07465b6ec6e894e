/**
 * Lines of the log on standard error.
 *
 * A standard error that is closed, or a pipe that nobody reads, costs lines and nothing else: the
 * process neither waits nor ends. What a supervisor, a terminal or a file takes is written before
 * the call returns, so that no line is lost when the process ends right after it. A socket, as the
 * journal of systemd is, is written to by a thread (`log-queue.ts`).
 */

import { writeSync } from 'node:fs';
import { isNonBlocking, kindOf, openOwnDescription } from '../io/own-description.ts';
import { journalSpelling, leadsToJournal } from './log-journal.ts';
import { queueSink } from './log-queue.ts';
import { type LogSink, plainSpelling, type Spelling } from './log-sink.ts';

const STDERR = 2;

/** Write what can be written now; returns how many bytes, or throws. */
export type WriteNow = (bytes: Uint8Array) => number;

let standardError: LogSink | undefined;

/** Standard error as a sink: one for the process, which is open before it becomes another user. */
//= CL-51
//# A message that cannot be written MUST NOT end the program, and MUST NOT hold up a connection.
export function standardErrorSink(): LogSink {
  standardError ??= openStandardError(
    leadsToJournal(STDERR, process.env) ? journalSpelling : plainSpelling,
  );
  return standardError;
}

/** A sink that writes each line when it is said. */
export function directSink(writeNow: WriteNow, spell = plainSpelling): LogSink {
  // Set while the last line ends in its middle: what follows begins on a line of its own.
  let torn = false;
  return {
    write: (line) => {
      const bytes = Buffer.from(`${torn ? '\n' : ''}${spell(line)}`);
      try {
        const written = writeNow(bytes);
        torn = written < bytes.length;
        return written === bytes.length;
      } catch {
        return false;
      }
    },
  };
}

function openStandardError(spell: Spelling): LogSink {
  if (!canBlock()) return directSink((bytes) => writeSync(STDERR, bytes), spell);
  // What does not fit is then refused (EAGAIN).
  const own = openOwnDescription(STDERR, 'write');
  if (own === undefined) return queueSink(STDERR, spell);
  return directSink((bytes) => writeSync(own, bytes), spell);
}

/** Whether a write could wait for whoever reads. */
function canBlock(): boolean {
  try {
    return kindOf(STDERR) !== 'file' && !isNonBlocking(STDERR);
  } catch {
    return false;
  }
}
