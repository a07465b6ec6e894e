/**
 * The foreground half of a background start: begin the same program again in a session of its
 * own, and wait until it says that it has started.
 *
 * Node has no `fork`, so that the background process does everything itself, with the terminal
 * still at hand for a key or a complaint, and this one only waits. The other half is `parent.ts`;
 * why it is so is decision 0011. It loads nothing of what a daemon needs.
 */

import { spawn } from 'node:child_process';
import { fstatSync } from 'node:fs';
import type { SpipedConfig } from '../config/config.ts';
import { environmentOf, type Inheritance } from './inheritance.ts';
import { HEAP_OPTIONS } from './memory.ts';
import { START_MARKS } from './start-mark.ts';

/** What came of the background process: the exit status of this one, and what there is to say. */
interface Start {
  readonly status: 0 | 1;
  readonly problem?: string;
}

/**
 * Start this program in the background. Resolves to the exit status of this process: 0 when the
 * background process has started (it listens, or with `-D` waits to), else 1, and nothing is left
 * running. What is wrong has then been said, by the background process itself if it could.
 *
 * Should this process end before it knows, the background process ends, too.
 */
//= CL-27
//# Without `-F` the command MUST return with status 0 only when the daemon listens and its pid file
//# is written; with `-D`, when its pid file is written.
export async function startInBackground(
  config: SpipedConfig,
  inherited: Inheritance,
): Promise<number> {
  const { status, problem } = await attempt(config.keyFile, inherited);
  if (problem !== undefined) {
    // Loaded only where it is needed: this process has nothing else to say.
    const { createLogger } = await import('./log.ts');
    createLogger({ program: 'spiped', ...config.log }).log('error', 'start-failed', problem);
  }
  return status;
}

function attempt(keyFile: string, inherited: Inheritance): Promise<Start> {
  const carried = descriptorIn(keyFile);
  const report = carried === 3 ? 4 : 3;
  // The three of the terminal are lent until the start is complete.
  const stdio: ('inherit' | 'ignore' | 'pipe' | number)[] = ['inherit', 'inherit', 'inherit'];
  while (stdio.length <= Math.max(report, carried ?? 0)) stdio.push('ignore');
  if (carried !== undefined) stdio[carried] = carried;
  stdio[report] = 'pipe';
  // Of `argv`, the first two are Node and the program.
  const { execPath, execArgv, argv, env } = process;
  return new Promise((resolve) => {
    const child = spawn(execPath, [...HEAP_OPTIONS, ...execArgv, ...argv.slice(1)], {
      stdio,
      detached: true,
      env: { ...env, ...environmentOf(inherited), [START_MARKS.background]: String(report) },
    });
    child.once('error', ({ message }) => {
      resolve({ status: 1, problem: `cannot start a background process: ${message}` });
    });
    child.stdio[report]?.once('data', () => {
      // Nothing of the child keeps this process any longer.
      child.stdio[report]?.destroy();
      child.unref();
      resolve({ status: 0 });
    });
    // Not `exit`: what it said before it ended is heard first.
    child.once('close', (code, signal) => {
      const reason = signal ?? `exit status ${code}`;
      const problem = `the background process ended before it had started: ${reason}`;
      // With 1 it has said itself what is wrong.
      resolve(code === 1 ? { status: 1 } : { status: 1, problem });
    });
  });
}

/**
 * The descriptor that a key file names (`-k /dev/fd/63`, as a shell makes of `-k <(…)`), if it is
 * open. Node closes it in new processes unless told to leave it. Standard input goes along anyway.
 */
function descriptorIn(keyFile: string): number | undefined {
  const number = /^\/(?:dev\/fd|proc\/self\/fd)\/(\d{1,4})$/.exec(keyFile)?.[1];
  const descriptor = Number(number ?? 0);
  if (descriptor < 3) return undefined;
  try {
    fstatSync(descriptor);
    return descriptor;
  } catch {
    return undefined;
  }
}
