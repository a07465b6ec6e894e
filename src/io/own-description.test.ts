/** Goal of these tests: which streams can be opened once more, and that this changes no other. */

import { spawnSync } from 'node:child_process';
import fs, { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isNonBlocking, kindOf, openOwnDescription } from './own-description.ts';

/** Why these cannot run here; undefined where they can. */
const OBSTACLE = ['/proc/self/fd', '/dev/ptmx'].find((path) => !existsSync(path));
if (OBSTACLE !== undefined) process.stderr.write(`*** SKIPPED: there is no ${OBSTACLE} ***\n`);

let directory: string;
const descriptors: number[] = [];
const opened = (descriptor: number): number => {
  descriptors.push(descriptor);
  return descriptor;
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'description-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
  rmSync(directory, { recursive: true });
});

/** A FIFO with a name, open at both ends. */
function fifo(): number {
  const path = join(directory, 'fifo');
  spawnSync('mkfifo', [path]);
  return opened(openSync(path, 'r+'));
}

describe.skipIf(OBSTACLE !== undefined)('a stream', () => {
  test('is told from a file and a terminal', () => {
    expect(kindOf(fifo())).toBe('stream');
    expect(kindOf(opened(openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY)))).toBe(
      'terminal',
    );
    expect(kindOf(opened(openSync('/dev/null', 'r')))).toBe('file');
  });

  test('CL-55: has a description of its own that does not block, and the other one stays', () => {
    const lent = fifo();
    const open = vi.spyOn(fs, 'openSync');
    syncBuiltinESMExports();
    const own = openOwnDescription(lent, 'write');
    expect(own).toBeGreaterThan(2);
    opened(own ?? 0);
    expect([isNonBlocking(lent), isNonBlocking(own ?? 0)]).toEqual([false, true]);
    // A terminal does not become that of the session.
    expect(Number(open.mock.calls[0]?.[1]) & constants.O_NOCTTY).toBe(constants.O_NOCTTY);
  });

  test('that is a FIFO with a name is not opened again to read, nor is a file or a master', () => {
    expect(openOwnDescription(fifo(), 'read')).toBeUndefined();
    expect(openOwnDescription(opened(openSync('/dev/null', 'r')), 'read')).toBeUndefined();
    const master = opened(openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY));
    expect(openOwnDescription(master, 'read')).toBeUndefined();
  });

  test('that is none any more has no description, and blocks for all that is known', () => {
    expect(openOwnDescription(987_654, 'read')).toBeUndefined();
    expect(isNonBlocking(987_654)).toBe(false);
  });
});
