/**
 * The entries: what the process prints and exits with, and that nothing is loaded in vain.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { VERSION } from '../config/version.ts';
import { start } from './start.ts';

/** Run an entry to its end with nothing on its standard input. */
async function run(program: 'spiped' | 'spipe', args: readonly string[], stdout?: number) {
  const entry = fileURLToPath(new URL(`./${program}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', entry, ...args], {
    stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
  });
  const output = collect(child);
  const [exitCode, signal] = await once(child, 'close');
  return { exitCode, signal, ...output };
}

function collect({ stdout, stderr }: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' };
  stdout?.setEncoding('utf8').on('data', (text) => {
    output.stdout += text;
  });
  stderr?.setEncoding('utf8').on('data', (text) => {
    output.stderr += text;
  });
  return output;
}

describe.each(['spiped', 'spipe'] as const)('the entry %s', (program) => {
  //= CL-11
  //# The option `-v` MUST print the program's name and version on standard error and end with exit
  //# status 0, whatever follows it.
  test('prints its version on standard error for -v, as C, and exits 0', async () => {
    expect(await run(program, ['-v'])).toEqual({
      exitCode: 0,
      signal: null,
      stdout: '',
      stderr: `${program} ${VERSION}\n`,
    });
  });

  test('prints help on standard output and exits 0', async () => {
    const { exitCode, stdout, stderr } = await run(program, ['--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`usage: ${program} `);
  });

  //= CL-9
  //# A command line that is refused MUST end the program with exit status 1 before it opens a file
  //# or a socket.
  test('answers a mistake with one line and the usage text, and exits 1', async () => {
    const { exitCode, stdout, stderr } = await run(program, ['-k']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    const [problem, usage] = stderr.split('\n');
    expect(problem).toBe(`${program}: option -k needs an argument: <key file>`);
    expect(usage).toMatch(new RegExp(`^usage: ${program} `));
  });
});

const FULL = '/dev/full';

test.runIf(existsSync(FULL))(
  `help that cannot be written exits 1, without a stack trace (needs ${FULL})`,
  async () => {
    const full = openSync(FULL, 'w');
    const { exitCode, stderr } = await run('spipe', ['--help'], full);
    closeSync(full);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
  },
);

describe('start', () => {
  const exitCode = process.exitCode;
  afterEach(() => {
    process.exitCode = exitCode;
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  test('runs the configuration, and its result is the exit code', async () => {
    // What then ends a process that something keeps must not end this one, some time later.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
    const ran: unknown[] = [];
    await start({ kind: 'run', config: 'the config' }, async () => async (config) => {
      ran.push(config);
      return 7;
    });
    expect(ran).toEqual(['the config']);
    expect(process.exitCode).toBe(7);
    expect(exit).not.toHaveBeenCalled();
    vi.runAllTimers();
    expect(exit).toHaveBeenCalledOnce();
  });

  test('loads nothing when there is nothing to run', async () => {
    const load = vi.fn(async () => async () => 0);
    await start({ kind: 'exit', exitCode: 1, stream: 'stderr', text: '' }, load);
    expect(load).not.toHaveBeenCalled();
    expect(process.exitCode).toBe(1);
  });
});
