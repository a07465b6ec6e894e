/**
 * The standard streams as descriptors. Node's own streams change the open file descriptions that
 * they are for, which are shared with the shell (CL-55).
 */

import { closeSync, openSync, writeSync } from 'node:fs';
import { codeOf } from '../protocol/thrown.ts';

/** The descriptors that every process has from its start (stdio(3)). */
export const DESCRIPTORS = { stdin: 0, stdout: 1, stderr: 2 } as const;

/** How soon to try again where somebody else has made the descriptor one that does not block. */
const RETRY_MILLISECONDS = 5;

/**
 * Write all of this text before the call returns: waits for who reads it as long as that takes.
 * Throws the system's error.
 */
export function print(stream: 'stdout' | 'stderr', text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(DESCRIPTORS[stream], rest));
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MILLISECONDS);
    }
  }
}

/**
 * From now on this stream leads nowhere: who is at its other end learns that we are done with it,
 * and nothing that is opened later takes its number.
 */
export function release(stream: 'stdin' | 'stdout'): void {
  const descriptor = DESCRIPTORS[stream];
  try {
    closeSync(descriptor);
  } catch {
    // It was closed from the start.
  }
  // The lowest free number is what an opened file gets (open(2)): the one just closed, unless
  // another thread opened something in between; but whatever that is, it is not what it was.
  const opened = openSync('/dev/null', stream === 'stdin' ? 'r' : 'w');
  if (opened !== descriptor) closeSync(opened);
}
