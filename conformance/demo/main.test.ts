/**
 * The command behind `npm start`, as far as it can be shown in a moment: how it ends when it is
 * interrupted. That it succeeds is what the command itself shows, and scenario.test.ts its parts.
 *
 * A terminal sends Ctrl-C, and its own closing, to everything that the command line has started:
 * npm, the demonstration and each spiped. So do these tests.
 */

import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WAIT_LIMIT } from '../subjects/deadline.ts';
import { processesMarked } from '../subjects/processes.ts';
import { SCOPE_MARK, Scope } from '../subjects/scope.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = [
  process.execPath,
  '--import',
  'tsx',
  fileURLToPath(new URL('main.ts', import.meta.url)),
];

let scope: Scope;
let temporary: string;

beforeEach(async () => {
  scope = await Scope.open();
  temporary = join(scope.directory, 'tmp');
  mkdirSync(temporary);
});

// Fails if a process is left.
afterEach(() => scope.close());

/** Starts a command as the first of a process group, as a shell in a terminal does. */
function start([file = '', ...args]: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const started = execa(file, args, {
    cwd: PROJECT,
    env: { TMPDIR: temporary, [SCOPE_MARK]: scope.mark, ...environment },
    detached: true,
    reject: false,
    stdin: 'ignore',
  });
  scope.onClose(async () => {
    started.kill('SIGKILL');
    await started;
  });
  return started;
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_LIMIT;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Sends a signal to the group as soon as what is printed contains the words; resolves then. */
function signalAt(
  started: ReturnType<typeof start>,
  signal: NodeJS.Signals,
  words: string,
): Promise<void> {
  let printed = '';
  return new Promise((resolve) => {
    started.stdout.setEncoding('utf8').on('data', (text: string) => {
      const before = printed.includes(words);
      printed += text;
      if (before || !printed.includes(words) || started.pid === undefined) return;
      process.kill(-started.pid, signal);
      resolve();
    });
  });
}

/** The showing's directories that are still there (tsx keeps a cache beside them). */
function leftovers(): string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('spiped-demo-'));
}

async function commands(): Promise<readonly string[]> {
  return (await processesMarked(`${SCOPE_MARK}=${scope.mark}`)).map(({ command }) => command);
}

test.each([
  ['SIGINT', 'its first words', 'two ends, one key'],
  ['SIGINT', 'the start of both ends', 'a fresh key'],
  ['SIGINT', 'an upload', 'uploading'],
  ['SIGINT', 'an upload that is timed', '100 % uploaded'],
  ['SIGINT', 'what is refused', 'Somebody with another key'],
  ['SIGTERM', 'the start of both ends', 'a fresh key'],
  ['SIGTERM', 'an upload', 'uploading'],
  ['SIGHUP', 'the start of both ends', 'a fresh key'],
  ['SIGHUP', 'an upload', 'uploading'],
] as const)(
  '%s at %s ends it by the signal, without a word, and leaves nothing behind',
  async (...row) => {
    const [signal, , words] = row;
    // Much where it is to be hit in the middle, little where it is to be over soon.
    const mebibytes = words === 'Somebody with another key' ? '1' : '64';
    const demonstration = start([...MAIN, mebibytes]);
    await Promise.race([signalAt(demonstration, signal, words), demonstration]);
    const result = await demonstration;
    expect(result).toMatchObject({ signal, stderr: '' });
    expect(leftovers()).toEqual([]);
  },
);

test('SIGINT while a program is asked for its version says nothing of that program', async () => {
  // What is asked takes its time: in place of Node, the command runs something that never answers.
  const node = join(scope.directory, 'node');
  const asked = join(scope.directory, 'asked');
  writeFileSync(node, `#!/bin/sh\n>'${asked}'\nexec sleep 600\n`, { mode: 0o755 });
  const demonstration = start(MAIN, { SPIPED_NODE: node });
  const { pid } = demonstration;
  await until('the question', async () => existsSync(asked));
  if (pid !== undefined) process.kill(-pid, 'SIGINT');
  expect(await demonstration).toMatchObject({ signal: 'SIGINT', stderr: '' });
});

test('SIGINT again and again ends it at once, and leaves nothing behind either', async () => {
  const demonstration = start(MAIN);
  await signalAt(demonstration, 'SIGINT', 'uploading');
  // Two that arrive together are one.
  while (demonstration.kill('SIGINT')) await new Promise((resolve) => setImmediate(resolve));
  expect(await demonstration).toMatchObject({ signal: 'SIGINT', stderr: '' });
  expect(leftovers()).toEqual([]);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s to all that `npm start` started leaves nothing running, and no key',
  async (signal) => {
    const demonstration = start(['npm', 'start']);
    await Promise.race([signalAt(demonstration, signal, 'uploading'), demonstration]);
    const result = await demonstration;
    expect(result).toMatchObject({ stderr: '' });
    expect(result.signal ?? signal).toBe(signal);
    expect(result.exitCode).not.toBe(0);
    // npm itself may end before the demonstration has.
    await until('the end of all', async () => (await commands()).length === 0);
    expect(leftovers()).toEqual([]);
  },
);

test('a reader that leaves ends it quietly, with nothing left behind', async () => {
  const demonstration = start(MAIN);
  await once(demonstration.stdout, 'data');
  demonstration.stdout.destroy();
  const { exitCode, stderr } = await demonstration;
  expect({ exitCode, stderr }).toEqual({ exitCode: 141, stderr: '' });
  expect(leftovers()).toEqual([]);
});
