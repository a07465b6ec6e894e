/**
 * The showing itself: it works with our spiped, fails with a cause when something is wrong, and
 * leaves nothing behind either way.
 */

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Program } from './pipe-process.ts';
import { type Listener, show } from './scenario.ts';

const UPLOAD_BYTES = 300_000;
const REAL_TMPDIR = process.env.TMPDIR;

let temporary: string;

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'spiped-demo-test-'));
  process.env.TMPDIR = temporary;
});

afterEach(async () => {
  if (REAL_TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = REAL_TMPDIR;
  await rm(temporary, { recursive: true, force: true });
});

/** The showing's directories that are still there (tsx keeps a cache beside them). */
async function leftovers(): Promise<string[]> {
  return (await readdir(temporary)).filter((name) => name.startsWith('spiped-demo-'));
}

const source = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const ours: Program = {
  label: 'this spiped',
  command: [process.execPath, '--import', 'tsx', source('../../src/cli/spiped.ts')],
};

function falsePipe(manner: 'plain' | 'damaging'): Program {
  const program = ['--import', 'tsx', source('testing/false-pipe.ts')];
  return {
    label: 'a false pipe',
    command: ['env', `FALSE_PIPE=${manner}`, process.execPath, ...program],
  };
}

/** A program that says something and ends at once. */
const broken: Program = {
  label: 'a broken program',
  command: [process.execPath, '-e', 'console.error("no such luck"); process.exit(3)', '--'],
};

const silent: Listener = {
  starting() {},
  pageFetched() {},
  uploading() {},
  uploadEnded() {},
};

const showing = (
  encrypting: Program,
  decrypting: Program,
  signal = new AbortController().signal,
) => ({
  encrypting,
  decrypting,
  uploadBytes: UPLOAD_BYTES,
  signal,
});

test('page and upload cross our pipe whole, in a handshake and whole packets each way', async () => {
  const result = await show(showing(ours, ours), silent);
  expect(result.bytes).toBe(UPLOAD_BYTES);
  expect(result.sha256).toMatch(/^[0-9a-f]{64}$/);
  // Page, upload and two timed uploads: four connections of two directions, each with 320 bytes
  // before its packets.
  expect(result.wireBytes).toBe(8 * 320 + result.packets * 1060);
  expect(result.packets).toBeGreaterThanOrEqual(Math.ceil((2 * UPLOAD_BYTES) / 1024) + 8);
  expect(result.handshakeMilliseconds).toBeGreaterThan(0);
  expect(await leftovers()).toEqual([]);
});

describe('a failure names its cause and leaves nothing behind', () => {
  test('a program that ends: which, how, and what it said', async () => {
    await expect(show(showing(ours, broken), silent)).rejects.toThrow(
      'a broken program at the -d end ended by itself (exit status 3); it said: no such luck',
    );
    expect(await leftovers()).toEqual([]);
  });

  test('a program that is not there', async () => {
    const missing: Program = { label: 'nothing', command: [join(temporary, 'nowhere')] };
    await expect(show(showing(missing, ours), silent)).rejects.toThrow(
      /^nothing at the -e end ended by itself \(.*ENOENT.*\)$/s,
    );
  });

  test('a pipe that does not encrypt', async () => {
    const plain = falsePipe('plain');
    await expect(show(showing(plain, plain), silent)).rejects.toThrow('does not encrypt');
  });

  test('content that arrives changed', async () => {
    const damaging = falsePipe('damaging');
    await expect(show(showing(damaging, damaging), silent)).rejects.toThrow('arrived damaged');
  });

  test('an end in the middle, as Ctrl-C makes it', async () => {
    const interruption = new AbortController();
    const listener: Listener = {
      ...silent,
      uploading: () => interruption.abort(new Error('interrupted')),
    };
    await expect(show(showing(ours, ours, interruption.signal), listener)).rejects.toThrow(
      'interrupted',
    );
    expect(await leftovers()).toEqual([]);
  });
});
