/** Where C spiped is looked for, in which order, and what happens when a place is wrong. */

import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { locateUpstream, locateUpstreamIn } from './locate.ts';
import { judgeUpstream } from './require.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spiped-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** An environment in which nothing is found unless the test puts it there. */
const nowhere = (): { PATH: string; XDG_CACHE_HOME: string } => ({
  PATH: join(directory, 'bin'),
  XDG_CACHE_HOME: join(directory, 'cache'),
});

async function script(name: string, ...lines: readonly string[]): Promise<string> {
  const path = join(directory, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  await chmod(path, 0o755);
  return path;
}

describe('SPIPED_UPSTREAM', () => {
  test('a value that names nothing is an error with that value', async () => {
    const named = join(directory, 'missing');
    await expect(locateUpstreamIn({ ...nowhere(), SPIPED_UPSTREAM: named })).rejects.toThrow(
      `SPIPED_UPSTREAM=${named}: no such file or directory`,
    );
  });

  test('a spiped without a spipe beside it is an error', async () => {
    const spiped = await script('alone/spiped', 'echo "spiped 1.6.2"');
    await expect(locateUpstreamIn({ ...nowhere(), SPIPED_UPSTREAM: spiped })).rejects.toThrow(
      'expected an executable file',
    );
  });

  test('what it calls its version is a label, and no condition', async () => {
    const spiped = await script('odd/spiped', 'echo "spiped @VERSION@" >&2');
    await script('odd/spipe', 'exit 0');
    const named = { ...nowhere(), SPIPED_UPSTREAM: spiped };
    expect(await locateUpstreamIn(named)).toMatchObject({ spiped, version: '@VERSION@' });
    await script('odd/spiped', 'exit 1');
    expect(await locateUpstreamIn(named)).toMatchObject({ spiped, version: 'of no version' });
  });

  test('a tree is taken as upstream builds it, and the path of spiped in it', async () => {
    const spiped = await script('tree/spiped/spiped', 'echo "spiped 1.9.7" >&2');
    const spipe = await script('tree/spipe/spipe', 'exit 0');
    for (const named of [join(directory, 'tree'), spiped]) {
      const found = await locateUpstreamIn({ ...nowhere(), SPIPED_UPSTREAM: named });
      expect(found).toMatchObject({ spiped, spipe, version: '1.9.7' });
    }
  });

  test('a directory or the path of spiped itself is taken, before anything else', async () => {
    const spiped = await script('own/spiped', 'echo "spiped 1.9.7" >&2');
    const spipe = await script('own/spipe', 'exit 0');
    const expected = { found: true, spiped, spipe, version: '1.9.7', origin: 'SPIPED_UPSTREAM' };
    for (const named of [spiped, join(directory, 'own')]) {
      expect(await locateUpstreamIn({ ...nowhere(), SPIPED_UPSTREAM: named })).toEqual(expected);
    }
  });
});

describe('PATH', () => {
  test('scripts named spiped and spipe, such as ours, are not taken for C', async () => {
    await script('bin/spiped', 'echo "spiped 1.6.2" >&2');
    await script('bin/spipe', 'echo "spipe 1.6.2" >&2');
    expect(await locateUpstreamIn(nowhere())).toMatchObject({ found: false });
  });

  test('C spiped on PATH is found behind a script of the same name', async (context) => {
    const upstream = await locateUpstream();
    if (!upstream.found) return context.skip(upstream.reason);
    await script('bin/spiped', 'echo "spiped 1.6.2" >&2');
    await script('bin/spipe', 'echo "spipe 1.6.2" >&2');
    const native = join(directory, 'native');
    await mkdir(native);
    await symlink(upstream.spiped, join(native, 'spiped'));
    await symlink(upstream.spipe, join(native, 'spipe'));
    const environment = { ...nowhere(), PATH: `${nowhere().PATH}:${native}` };
    expect(await locateUpstreamIn(environment)).toEqual({
      found: true,
      spiped: join(native, 'spiped'),
      spipe: join(native, 'spipe'),
      version: upstream.version,
      origin: 'PATH',
    });
  });

  test('a native executable that is some other program is not taken for C', async () => {
    const bin = nowhere().PATH;
    await mkdir(bin);
    await symlink(process.execPath, join(bin, 'spiped'));
    await symlink(process.execPath, join(bin, 'spipe'));
    expect(await locateUpstreamIn(nowhere())).toMatchObject({ found: false });
  });
});

describe("Debian's package", () => {
  test('without apt-get the reason says so', async () => {
    expect(await locateUpstreamIn(nowhere())).toEqual({
      found: false,
      reason: expect.stringContaining('there is no apt-get on PATH'),
    });
  });

  test('a failing package manager is quoted, and leaves nothing in the cache', async () => {
    await script('bin/apt-get', 'echo "E: Unable to locate package spiped"', 'exit 100');
    await script('bin/dpkg-deb', 'exit 1');
    expect(await locateUpstreamIn(nowhere())).toEqual({
      found: false,
      reason: expect.stringContaining('E: Unable to locate package spiped'),
    });
    expect(await readdir(join(directory, 'cache', 'spiped-conformance'))).toEqual([]);
  });

  test('two callers at once get one whole package; a later one uses it again', async (context) => {
    const upstream = await locateUpstream();
    if (!upstream.found) return context.skip(upstream.reason);
    const calls = join(directory, 'calls');
    await mkdir(join(directory, 'pool'));
    await copyFile(upstream.spiped, join(directory, 'pool', 'spiped'));
    await copyFile(upstream.spipe, join(directory, 'pool', 'spipe'));
    await script(
      'bin/apt-get',
      `echo "$*" >> ${calls}`,
      'case "$*" in *download*) : > spiped_1_any.deb;; esac',
    );
    // Called as: dpkg-deb -x ARCHIVE ROOT.
    await script(
      'bin/dpkg-deb',
      '/bin/mkdir -p "$3/usr/bin"',
      `/bin/cp ${join(directory, 'pool')}/* "$3/usr/bin"`,
    );
    const both = await Promise.all([locateUpstreamIn(nowhere()), locateUpstreamIn(nowhere())]);
    expect(both[0]).toMatchObject({ found: true, origin: 'Debian package' });
    expect(both[1]).toEqual(both[0]);

    await script('bin/apt-get', 'exit 100');
    expect(await locateUpstreamIn(nowhere())).toEqual(both[0]);
    expect(await readdir(join(directory, 'cache', 'spiped-conformance'))).toHaveLength(1);
  });

  test('a damaged package in the cache is replaced', async (context) => {
    const upstream = await locateUpstream();
    if (!upstream.found) return context.skip(upstream.reason);
    await mkdir(join(directory, 'pool'));
    await copyFile(upstream.spiped, join(directory, 'pool', 'spiped'));
    await copyFile(upstream.spipe, join(directory, 'pool', 'spipe'));
    await script('bin/apt-get', 'case "$*" in *download*) : > spiped_1_any.deb;; esac');
    await script(
      'bin/dpkg-deb',
      '/bin/mkdir -p "$3/usr/bin"',
      `/bin/cp ${join(directory, 'pool')}/* "$3/usr/bin"`,
    );
    const first = await locateUpstreamIn(nowhere());
    if (!first.found) throw new Error(first.reason);
    await rm(first.spipe);
    expect(await locateUpstreamIn(nowhere())).toEqual(first);
    expect(await readdir(join(directory, 'cache', 'spiped-conformance'))).toHaveLength(1);
  });
});

describe('tests that need C spiped', () => {
  const missing = { found: false, reason: 'it is nowhere' } as const;

  test('fail in CI when it is missing', () => {
    expect(() => judgeUpstream(missing, 'interop', 'true', () => {})).toThrow(
      'interop needs C spiped, and CI skips nothing. it is nowhere',
    );
  });

  test.each([undefined, '', '0', 'false'])('are skipped, with one line, when CI is %j', (ci) => {
    const lines: string[] = [];
    expect(judgeUpstream(missing, 'interop', ci, (line) => lines.push(line))).toBeUndefined();
    expect(lines).toEqual(['*** SKIPPED: interop. it is nowhere ***']);
  });

  test('get it where it is found, in CI too', () => {
    const found = {
      found: true,
      spiped: '/a/spiped',
      spipe: '/a/spipe',
      version: '1.6.2',
      origin: 'PATH',
    } as const;
    expect(judgeUpstream(found, 'interop', 'true', () => {})).toBe(found);
  });
});
