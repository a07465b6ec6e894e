/**
 * The ids of a process's connections, the same in its log and in the event logs: `k3x9ab-42` is
 * the 42nd connection of one process. What is in front is drawn for each process, because process
 * ids come again: in a container each start has the same one.
 */

import { randomInt } from 'node:crypto';

const DIGITS = 6;

/** Gives a new id at each call, distinct from those of other processes, too. */
export function connectionIds(): () => string {
  const run = randomInt(36 ** DIGITS)
    .toString(36)
    .padStart(DIGITS, '0');
  let count = 0;
  return () => {
    count += 1;
    return `${run}-${count}`;
  };
}
