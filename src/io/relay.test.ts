/**
 * Goal of these tests: what a relay says of its end is what became of the bytes. Its `cat` is
 * played by scripts; the system's own is tested with spipe (daemon/spipe-descriptors.test.ts).
 */

import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { relayedInput, relayedOutput } from './relay.ts';

let directory: string;
let descriptor: number;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'relay-'));
  writeFileSync(place('data'), 'hello');
  descriptor = openSync(place('data'), 'r+');
});
afterEach(() => {
  vi.unstubAllEnvs();
  closeSync(descriptor);
  rmSync(directory, { recursive: true });
});

const place = (name: string): string => join(directory, name);

/** From now on this is `cat`. */
function play(script: string): void {
  writeFileSync(place('cat'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${directory}:${process.env.PATH}`);
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise(setImmediate);
}
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const count = (resource: string): number =>
  process.getActiveResourcesInfo().filter((one) => one === resource).length;

/** What becomes of this stream: `close` after an end, or the code of its error. */
async function endOf(stream: NodeJS.EventEmitter): Promise<string> {
  return new Promise((resolve) => {
    stream.once('error', ({ code }: NodeJS.ErrnoException) => resolve(String(code)));
    stream.once('finish', () => resolve('finish'));
    stream.once('end', () => resolve('end'));
  });
}

test('without a cat there is no relay', () => {
  vi.stubEnv('PATH', directory);
  expect(relayedInput(descriptor)).toBeUndefined();
  expect(relayedOutput(descriptor)).toBeUndefined();
});

describe('an input', () => {
  test('is all of it, and its end', async () => {
    const input = relayedInput(descriptor);
    expect((await input?.toArray())?.join('')).toBe('hello');
  });

  test.each([
    // Its words are asked for in the language of the table of errors.
    ['ECONNRESET', 'test "$LC_ALL" = C && echo "cat: -: Connection reset by peer" >&2; exit 1'],
    ['EIO', 'echo "something else" >&2; exit 1'],
    ['EIO', 'exit 1'],
  ])('that cannot be read is %s, and no end', async (code, script) => {
    play(`echo part; ${script}`);
    const input = relayedInput(descriptor);
    if (input === undefined) throw new Error('no cat');
    expect(await endOf(input.resume())).toBe(code);
  });

  test('that is not wanted any more is not read on', async () => {
    play(`echo $$ >${place('pid.new')}; mv ${place('pid.new')} ${place('pid')}; exec sleep 1000`);
    const input = relayedInput(descriptor);
    await until(() => existsSync(place('pid')));
    const pid = Number(readFileSync(place('pid'), 'utf8'));
    expect(isAlive(pid)).toBe(true);
    input?.destroy();
    await until(() => !isAlive(pid));
  });
});

describe('an output', () => {
  test('is finished when all of it has been written', async () => {
    const output = relayedOutput(descriptor);
    output?.end('HELLO, you');
    await once(output as NodeJS.EventEmitter, 'finish');
    expect(readFileSync(place('data'), 'utf8')).toBe('HELLO, you');
  });

  test.each([
    ['EPIPE', 'kill -PIPE $$'],
    ['ENOSPC', 'echo "cat: write error: No space left on device" >&2; exit 1'],
  ])('that could not be written in the end is %s, and not finished', async (code, script) => {
    // It has taken everything, as far as we can see.
    play(`/bin/cat >/dev/null; ${script}`);
    const output = relayedOutput(descriptor);
    if (output === undefined) throw new Error('no cat');
    output.end('HELLO');
    expect(await endOf(output)).toBe(code);
  });

  test.each([
    ['while nothing is written', 0],
    ['while something is', 1_000_000],
  ])('that cannot be written any more fails %s', async (_, length) => {
    play('exit 1');
    const output = relayedOutput(descriptor);
    if (output === undefined) throw new Error('no cat');
    if (length > 0) output.write(Buffer.alloc(length));
    expect(await endOf(output)).toBe('EIO');
  });

  test('that is given up keeps no process alive but its own', async () => {
    // It ends with this test's directory.
    play(`while [ -e ${place('data')} ]; do sleep 0.01; done`);
    const counts = (): number[] => [count('ProcessWrap'), count('PipeWrap')];
    const before = counts();
    const output = relayedOutput(descriptor);
    expect(count('ProcessWrap')).toBe((before[0] ?? 0) + 1);
    output?.destroy();
    await until(() => counts().every((number, index) => number <= (before[index] ?? 0)));
  });
});
