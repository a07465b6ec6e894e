/** Goal of these tests: an empty key is used, as C does, and not in silence. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NOTHING_INHERITED } from './inheritance.ts';
import { readKey } from './key.ts';

/** Reads a key and returns what was said of it. */
async function saidOf(keyFile: string): Promise<readonly string[]> {
  const lines: string[] = [];
  await readKey(keyFile, NOTHING_INHERITED, {
    log: (level, event, message) => lines.push(`${level} ${event} ${message}`),
  });
  return lines;
}

//= KF-10
//# A program SHOULD warn when the key file is empty.
test('KF-2: an empty key is accepted with a warning that names it', async () => {
  expect(await saidOf('/dev/null')).toEqual([
    'warn key-empty warning: the key "/dev/null" (-k) is empty',
  ]);
});

test('KF-8: nothing is said of any other key', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'key-'));
  writeFileSync(join(folder, 'key'), 'k');
  expect(await saidOf(join(folder, 'key'))).toEqual([]);
  rmSync(folder, { recursive: true });
});
