/**
 * Lines of the log on standard error.
 *
 * A standard error that is closed, or a pipe that nobody reads, costs lines and nothing else: the
 * process neither waits nor ends. What a supervisor, a terminal or a file takes is written before
 * the call returns, so that no line is lost when the process ends right after it.
 */

import { fstatSync, writeSync } from 'node:fs';
import type { LogLine, LogSink } from './log-sink.ts';

/** Write what can be written now; returns how many bytes, or throws. */
export type WriteNow = (bytes: Uint8Array) => number;

/** Standard error as a sink. */
//= CL-51
//# A message that cannot be written MUST NOT end the program, and MUST NOT hold up a connection.
export function stderrSink(writeNow: WriteNow = writerOf(2)): LogSink {
  // Set while the last line ends in its middle: what follows begins on a line of its own.
  let torn = false;
  return {
    write: ({ prefix, text }: LogLine): boolean => {
      const bytes = Buffer.from(`${torn ? '\n' : ''}${prefix}${text}\n`);
      try {
        const written = writeNow(bytes);
        torn = written === 0 ? torn : written < bytes.length;
        return written === bytes.length;
      } catch {
        return false;
      }
    },
  };
}

function writerOf(descriptor: number): WriteNow {
  // Node makes a pipe or socket non-blocking when its stream is first used. Written to directly,
  // it then refuses what does not fit (EAGAIN), where the stream would keep it in memory without
  // bound, and would keep a process that wants to end alive.
  if (isPipeOrSocket(descriptor)) process.stderr.on('error', () => {});
  return (bytes) => writeSync(descriptor, bytes);
}

function isPipeOrSocket(descriptor: number): boolean {
  try {
    const status = fstatSync(descriptor);
    return status.isFIFO() || status.isSocket();
  } catch {
    return false;
  }
}
