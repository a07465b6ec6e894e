/** The pid file, byte for byte. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writePidFile } from './pid-file.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spiped-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

//= CL-28
//# The pid file MUST hold the process id of the daemon in decimal and nothing else.
test('holds the process id in decimal, without a newline, and nothing of a stale one', () => {
  const path = join(directory, 'pid');
  writeFileSync(path, '123456789012345\n');
  writePidFile(path);
  expect(readFileSync(path, 'latin1')).toBe(`${process.pid}`);
});

test('that cannot be written is an error that names file, option and reason', () => {
  expect(() => writePidFile(directory)).toThrow(
    `cannot write the pid file ${directory} (-p): illegal operation on a directory (EISDIR)`,
  );
});
