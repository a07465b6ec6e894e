/** Goal of these tests: a poor key is used, as C does, and not in silence. */

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readKey } from './key.ts';

/** Reads a key and returns what was said of it; with these standard streams closed from the start. */
async function saidOf(keyFile: string, ...closed: number[]): Promise<readonly string[]> {
  const lines: string[] = [];
  const inherited = { closed: new Set(closed), ignored: new Set<NodeJS.Signals>() };
  await readKey(keyFile, inherited, {
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

describe('a regular file', () => {
  let path: string;
  beforeEach(() => {
    // Not in a temporary folder that is one's own: nobody else can enter that.
    path = join(mkdtempSync('/tmp/key-'), 'key');
    chmodSync(dirname(path), 0o755);
  });
  afterEach(() => rmSync(dirname(path), { recursive: true }));

  const write = (length: number, mode = 0o600): void => {
    writeFileSync(path, 'k'.repeat(length));
    chmodSync(path, mode);
  };

  test.each([
    [16, 0o600],
    [16, 0o400],
    [32, 0o700],
  ])('KF-8: nothing is said of one of %d bytes and mode %o', async (length, mode) => {
    write(length, mode);
    expect(await saidOf(path)).toEqual([]);
  });

  //= KF-12
  //# A program SHOULD warn when the key file is a regular file of fewer than 16 bytes.
  test.each([1, 15])('of %d bytes is short, and how short is not said', async (length) => {
    write(length);
    expect(await saidOf(path)).toEqual([
      `warn key-short warning: the key ${JSON.stringify(path)} (-k) has fewer than 16 bytes, and can be guessed`,
    ]);
  });

  //= KF-13
  //# A program SHOULD warn when the key file is a regular file that its group or others can read or
  //# write.
  test.each([
    [0o640, '0640'],
    [0o604, '0604'],
    [0o620, '0620'],
    [0o602, '0602'],
    // Who is of the file's group is one of the others of the folder, perhaps.
    [0o640, '0640', 0o701],
    [0o640, '0640', 0o710],
  ])('of mode %o is open to others', async (mode, shown, folder = 0o755) => {
    write(32, mode);
    chmodSync(dirname(path), folder);
    expect(await saidOf(path)).toEqual([
      `warn key-open warning: the key ${JSON.stringify(path)} (-k) can be read or written by others: its mode is ${shown}`,
    ]);
  });

  test.each([
    [0o644, 0o700],
    [0o666, 0o766],
    [0o640, 0o704],
    [0o604, 0o710],
  ])('of mode %o is not open to others in a folder of mode %o', async (mode, folder) => {
    write(32, mode);
    chmodSync(dirname(path), folder);
    expect(await saidOf(path)).toEqual([]);
  });

  test('below folders that this process may not enter is read, and closed to others', async ({
    skip,
  }) => {
    // Only root can become somebody who may not enter them.
    if (process.geteuid?.() !== 0) skip('this needs root');
    const folder = join(dirname(path), 'folder');
    mkdirSync(folder);
    writeFileSync(join(folder, 'key'), 'k'.repeat(32));
    chmodSync(dirname(path), 0o700);
    const before = process.cwd();
    process.chdir(folder);
    process.seteuid?.(65_534);
    try {
      expect(await saidOf('key')).toEqual([]);
    } finally {
      process.seteuid?.(0);
      process.chdir(before);
    }
  });

  test('is read when standard input is closed, which is no key then', async () => {
    write(32);
    expect(await saidOf(path, 0)).toEqual([]);
    await expect(saidOf('-', 0)).rejects.toThrow('standard input: it is closed');
  });

  test('that is empty and open has both warnings, and no third', async () => {
    write(0, 0o644);
    expect((await saidOf(path)).map((line) => line.split(' ')[1])).toEqual([
      'key-empty',
      'key-open',
    ]);
  });
});

test('nothing is said of the length and mode of a FIFO', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'key-'));
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', ['-m', '644', fifo]);
  const [said] = await Promise.all([saidOf(fifo), writeFile(fifo, 'k')]);
  expect(said).toEqual([]);
  rmSync(folder, { recursive: true });
});
