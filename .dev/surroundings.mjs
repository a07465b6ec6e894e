/**
 * What every run of tests finds around it, whoever starts it and from where: a directory for
 * temporary files that another user can reach and whose path is short and plain, and a umask that
 * takes nothing from the others.
 *
 * Tests let the daemon become another user, who then has to reach their sockets; the path of a UNIX
 * socket may be some hundred bytes long; and lines for a shell or a unit are written with paths in
 * them. A private TMPDIR (systemd's, a 0700 home) or a long one, as macOS has it, would break
 * them all. It is kept where there is nothing better.
 */

import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Bytes. What tests put below it makes the path of a UNIX socket, which has about 100 of them. */
const LONGEST = 40;

export default function setup() {
  process.umask(0o022);
  const found = [tmpdir(), '/tmp', '/var/tmp', '/dev/shm'].find(isFit);
  if (found === undefined || found === tmpdir()) return;
  console.error(`the tests' temporary files are in ${found}, not in ${tmpdir()}`);
  // Workers, and what they start, are given this process's environment.
  process.env.TMPDIR = found;
}

/** Whether others reach this directory, we can write to it, and it can be part of any line. */
export function isFit(directory) {
  try {
    if (directory.length > LONGEST || !/^\/[\w/.-]*$/.test(directory)) return false;
    accessSync(directory, constants.W_OK | constants.X_OK);
    let above = realpathSync(directory);
    while ((statSync(above).mode & 0o001) !== 0) {
      if (above === path.dirname(above)) return true;
      above = path.dirname(above);
    }
    return false;
  } catch {
    return false;
  }
}
