/**
 * What every run of tests finds around it, whoever starts it and from where, and what becomes of it
 * when the run is interrupted.
 *
 * A directory of its own for temporary files, which another user can reach and whose path is short
 * and plain, and a umask that takes nothing from the others: tests let the daemon become another
 * user, who then has to reach their sockets; the path of a UNIX socket may be some hundred bytes
 * long; and lines for a shell or a unit are written with paths in them. A private TMPDIR (systemd's,
 * a 0700 home) or a long one, as macOS has it, is used only where there is nothing better.
 *
 * At a signal (Ctrl-C), when no test can tidy up any more: the end of all that the run has started,
 * daemons included, found by a mark in their environment; and no directory is left in any case.
 */

import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The environment variable that marks what a run has started. */
const MARK = 'SPIPED_TEST_RUN';

/** Bytes. What tests put below it makes the path of a UNIX socket, which has about 100 of them. */
const LONGEST = 30;

export default function setup() {
  process.umask(0o022);
  const place = [tmpdir(), '/tmp', '/var/tmp', '/dev/shm'].find(isFit) ?? tmpdir();
  if (place !== tmpdir()) console.error(`the tests' files are in ${place}, not in ${tmpdir()}`);
  const directory = fs.mkdtempSync(path.join(place, 'tests-'));
  fs.chmodSync(directory, 0o711);
  const mark = randomUUID();
  // Workers, and what they start, are given this process's environment.
  Object.assign(process.env, { TMPDIR: directory, [MARK]: mark });

  const remove = () => fs.rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', remove);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      killAll(`${MARK}=${mark}`);
      remove();
      // Of the signal, with nobody else's handler before it.
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  }
}

/** End all other processes with this in their environment, and what they start meanwhile. */
function killAll(mark) {
  for (let round = 0; round < 100; round += 1) {
    const found = marked(mark).filter((pid) => pid !== process.pid);
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }
}

/** None where the system does not tell (no /proc). One that has ended has no environment. */
function marked(mark) {
  const names = fs.existsSync('/proc/self/environ') ? fs.readdirSync('/proc') : [];
  return names
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(mark))
    .map(Number);
}

function environmentOf(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    return [];
  }
}

/** Whether others reach this directory, we can write to it, and it can be part of any line. */
export function isFit(directory) {
  try {
    if (directory.length > LONGEST || !/^\/[\w/.-]*$/.test(directory)) return false;
    fs.accessSync(directory, fs.constants.W_OK | fs.constants.X_OK);
    let above = fs.realpathSync(directory);
    while ((fs.statSync(above).mode & 0o001) !== 0) {
      if (above === path.dirname(above)) return true;
      above = path.dirname(above);
    }
    return false;
  } catch {
    return false;
  }
}
