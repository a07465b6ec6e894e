/**
 * The command behind `npm start`, as far as it can be shown in a moment: how it ends when it is
 * interrupted. That it succeeds is what the command itself shows, and scenario.test.ts its parts.
 */

import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

let temporary: string;

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'spiped-demo-test-'));
});

afterEach(async () => {
  await rm(temporary, { recursive: true, force: true });
});

function start() {
  return execa(process.execPath, ['--import', 'tsx', MAIN], {
    env: { TMPDIR: temporary },
    reject: false,
    stdin: 'ignore',
  });
}

/** The showing's directories that are still there (tsx keeps a cache beside them). */
async function leftovers(): Promise<string[]> {
  return (await readdir(temporary)).filter((name) => name.startsWith('spiped-demo-'));
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s in the middle ends it with status %i and leaves nothing behind',
  async (signal, status) => {
    const demonstration = start();
    let printed = '';
    demonstration.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.includes('uploading') && !demonstration.killed) demonstration.kill(signal);
    });
    const { exitCode, stderr } = await demonstration;
    expect({ exitCode, stderr }).toEqual({ exitCode: status, stderr: '' });
    expect(printed).toContain('uploading');
    expect(await leftovers()).toEqual([]);
  },
);

test('a reader that leaves ends it quietly, with nothing left behind', async () => {
  const demonstration = start();
  await once(demonstration.stdout, 'data');
  demonstration.stdout.destroy();
  const { exitCode, stderr } = await demonstration;
  expect({ exitCode, stderr }).toEqual({ exitCode: 141, stderr: '' });
  expect(await leftovers()).toEqual([]);
});
