/**
 * Text on standard output or standard error, all of it before the call returns.
 *
 * Node's own streams change the descriptor that they are for, which is shared with the shell
 * (CL-55).
 */

import { writeSync } from 'node:fs';
import { codeOf } from '../protocol/thrown.ts';

const DESCRIPTORS = { stdout: 1, stderr: 2 } as const;

/** How soon to try again where somebody else has made the descriptor one that does not block. */
const RETRY_MILLISECONDS = 5;

/** Waits for who reads it as long as that takes; throws the system's error. */
export function print(stream: keyof typeof DESCRIPTORS, text: string): void {
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
