/**
 * What the process is called, for `ps`, `pgrep -x` and `pidof`: by its program, not `node`.
 *
 * The key itself is never among the arguments, so nothing shown here is a secret.
 */

import { writeFileSync } from 'node:fs';

/** Linux's name for the name of a process (proc(5)); what is written is cut at 15 bytes. */
const COMMAND_NAME = '/proc/self/comm';

/**
 * Show this process as `name` with `args`, as if it were a program of its own.
 *
 * The title sets the command line that `ps` shows and, as libuv does it, the process name too,
 * which then would be cut out of the whole line (`spiped -d -s [0`).
 */
//= CL-31
//# The running daemon MUST be named `spiped` for `pgrep -x` and `pidof`.
export function nameProcess(name: string, args: readonly string[]): void {
  process.title = [name, ...args].join(' ');
  if (process.platform !== 'linux') return;
  try {
    writeFileSync(COMMAND_NAME, name);
  } catch {
    // Without /proc, or with one that cannot be written, the name stays what the title made it.
  }
}
