/**
 * How long a program takes to answer `-v`, to listen, and to start in the background: one
 * measurement at a time, for any subject.
 *
 * "Listens" means that a client's connection is accepted. Not here: rounds, medians and the
 * table (main.ts). Nothing is judged: how quick a machine is, is no property of a program.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Address, newAddress } from '../subjects/addresses.ts';
import { WAIT_LIMIT, within } from '../subjects/deadline.ts';
import { SCOPE_MARK, type Scope } from '../subjects/scope.ts';
import type { Command, Subject } from '../subjects/subject.ts';

/** How often a connection is tried: the grain of {@link timeToListening}, in milliseconds. */
export const PROBE_INTERVAL = 1;

/** From the start of a program that only says something to its end, in milliseconds. */
export async function timeToExit(
  scope: Scope,
  command: Command,
  args: readonly string[],
): Promise<number> {
  const begin = performance.now();
  const child = start(scope, command, args);
  const status = await exitOf(child, args);
  const milliseconds = performance.now() - begin;
  if (status !== 0) throw new Error(`${[...command, ...args].join(' ')} ended with ${status}`);
  return milliseconds;
}

/** From the start of `spiped -F` to the first connection that it accepts, in milliseconds. */
export async function timeToListening(scope: Scope, subject: Subject): Promise<number> {
  const { source, args } = await daemonArguments(scope);
  const begin = performance.now();
  const child = start(scope, subject.spiped, ['-F', ...args]);
  const milliseconds = await firstConnection(child, source, begin);
  const exited = exitOf(child, args);
  child.kill('SIGKILL');
  await exited;
  return milliseconds;
}

/**
 * From the start of `spiped`, without `-F`, to the command's return, in milliseconds: what a boot
 * script waits for.
 */
export async function timeToBackground(scope: Scope, subject: Subject): Promise<number> {
  const { args } = await daemonArguments(scope);
  const pidFile = join(scope.directory, 'pid');
  const milliseconds = await timeToExit(scope, subject.spiped, [...args, '-p', pidFile]);
  process.kill(Number(await readFile(pidFile, 'utf8')), 'SIGKILL');
  return milliseconds;
}

async function daemonArguments(
  scope: Scope,
): Promise<{ readonly source: Address; readonly args: readonly string[] }> {
  const key = join(scope.directory, 'key');
  await writeFile(key, 'the time does not depend on the key', { mode: 0o600 });
  const source = await newAddress('ipv4', scope.directory);
  // Nobody listens there: the connection that finds out whether the daemon listens goes no further.
  const target = await newAddress('ipv4', scope.directory);
  return { source, args: ['-d', '-s', source.text, '-t', target.text, '-k', key] };
}

/**
 * What the person who measures has set for Node is no part of the program: certificates for TLS
 * that Node reads at every start (`NODE_EXTRA_CA_CERTS`) cost more than all the rest.
 */
const { PATH, LANG } = process.env;
const WHAT_AN_INIT_SYSTEM_SETS = { PATH, LANG };

function start(scope: Scope, command: Command, args: readonly string[]): ChildProcess {
  const [file, ...before] = command;
  const child = spawn(file, [...before, ...args], {
    stdio: 'ignore',
    env: { ...WHAT_AN_INIT_SYSTEM_SETS, [SCOPE_MARK]: scope.mark },
  });
  scope.onClose(() => child.kill('SIGKILL'));
  return child;
}

/** The exit status, or the signal that ended it. */
function exitOf(child: ChildProcess, args: readonly string[]): Promise<number | string | null> {
  const ended = new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ?? code));
  });
  return within(`the end of spiped ${args.join(' ')}`, ended);
}

/** Tries to connect until somebody listens; milliseconds since `begin`. */
async function firstConnection(
  child: ChildProcess,
  source: Address,
  begin: number,
): Promise<number> {
  for (;;) {
    if (await accepts(source)) return performance.now() - begin;
    const over = child.exitCode !== null || child.signalCode !== null;
    if (over || performance.now() - begin > WAIT_LIMIT) {
      throw new Error(`${child.spawnargs.join(' ')} does not listen on ${source.text}`);
    }
    await pause(PROBE_INTERVAL);
  }
}

function accepts({ net }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(net);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
