/** How a daemon in the foreground ends. */

import { type Vector, words } from '../vector.ts';

const ends = (
  id: string,
  signal: NonNullable<Vector['signal']>,
  line = '-F -d -s {source} -t {target} -k key',
): Vector => ({
  id: `signal ${id}`,
  goal: `how ${signal} ends it`,
  program: 'spiped',
  args: words(line),
  signal,
});

export const signals: readonly Vector[] = [
  ends('SIGTERM', 'SIGTERM'),
  ends('SIGTERM, client', 'SIGTERM', '-F -e -s {source} -t {target} -k key'),
  ends('SIGTERM, UNIX socket', 'SIGTERM', '-F -d -s {dir}/socket -t {target} -k key'),
  ends('SIGINT', 'SIGINT'),
  ends('SIGINT, UNIX socket', 'SIGINT', '-F -d -s {dir}/socket -t {target} -k key'),
  ends('SIGHUP', 'SIGHUP'),
];
