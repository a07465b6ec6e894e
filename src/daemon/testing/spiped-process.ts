/**
 * Runs the built `spiped`, the one that people run, and sees what becomes of it: for tests of what
 * shows only in a process. Every run of tests builds it first.
 *
 * Everything belongs to a scope: its directory, and every process, which is ended by its id; one
 * that is still there at the scope's end is an error.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WAIT_LIMIT, within } from '../../../conformance/subjects/deadline.ts';
import { SCOPE_MARK, type Scope } from '../../../conformance/subjects/scope.ts';

/** How a program ended, and what it printed. */
export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What was written to standard error until now, by the program and what it started. */
  stderr(): string;
  /** When it has ended and nobody holds its standard output any more. */
  readonly ended: Promise<Ran>;
}

export interface StartOptions {
  /** All of standard input; none when absent. */
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** A program, with its first arguments, in place of `spiped`. */
  readonly command?: readonly string[];
}

const entry = (name: string): string =>
  fileURLToPath(new URL(`../../../dist/bin/${name}.js`, import.meta.url));

/** How `spiped` is run. */
export const SPIPED: readonly string[] = [entry('spiped')];

/** How `spipe` is run. */
export const SPIPE: readonly string[] = [entry('spipe')];

/** How `spiped-trace` is run. */
export const TRACE: readonly string[] = [entry('spiped-trace')];

const IDLE = `process.on('beforeExit', () => process.stderr.write('nothing is left to do\\n'))`;

/**
 * To run spiped so that it says `nothing is left to do` when nothing keeps it any more. Where it is
 * ended in another way, it says nothing. What it starts in the background does the same.
 */
export const SAYS_WHEN_IDLE: StartOptions = {
  command: [process.execPath, '--import', `data:text/javascript,${IDLE}`, ...SPIPED],
};

/** Start spiped in the scope's directory. */
export function startSpiped(
  scope: Scope,
  args: readonly string[],
  options: StartOptions = {},
): Started {
  const [file = '', ...before] = options.command ?? SPIPED;
  // A file and not a pipe: a daemon keeps it, and it can be read at any time.
  const errors = join(scope.directory, `stderr-${randomBytes(4).toString('hex')}`);
  const descriptor = openSync(errors, 'a');
  const child = spawn(file, [...before, ...args], {
    cwd: scope.directory,
    stdio: ['pipe', 'pipe', descriptor],
    env: { ...process.env, ...options.env, [SCOPE_MARK]: scope.mark },
  });
  closeSync(descriptor);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} could not be started`);
  scope.onAccount(() => `${args.join(' ')}: ${readFileSync(errors, 'utf8')}`);
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.input);
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const stderr = (): string => readFileSync(errors, 'utf8');
  const ended = once(child, 'close').then(([code, signal]) => ({
    code,
    signal,
    stdout,
    stderr: stderr(),
  }));
  scope.onClose(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, pid, stderr, ended };
}

/** Run spiped until it has ended. */
export function runSpiped(
  scope: Scope,
  args: readonly string[],
  options: StartOptions = {},
): Promise<Ran> {
  return within(`the end of spiped ${args.join(' ')}`, startSpiped(scope, args, options).ended);
}

/** The process that this pid file names; ended with the scope at the latest. */
export function daemonOf(scope: Scope, pidFile: string): number {
  const pid = Number(readFileSync(join(scope.directory, pidFile), 'utf8'));
  if (!Number.isInteger(pid) || pid < 2) throw new Error(`${pidFile} holds no process id`);
  scope.onClose(() => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  return pid;
}

/** Whether there is such a process; one that has ended and waits for its parent is none. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** The processes that this one has started, by number (proc(5)). */
export function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

/** What a process is called; one that has just ended has no name. */
export function nameOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Wait until a condition holds. */
export async function until(what: string, condition: () => unknown): Promise<void> {
  const deadline = Date.now() + WAIT_LIMIT;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A connection, or undefined when nobody listens there. */
export function connectTo(scope: Scope, path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      scope.onClose(() => socket.destroy());
      resolve(socket);
    });
    socket.on('error', () => resolve(undefined));
  });
}

/** Whether somebody listens on this UNIX socket. */
export async function isListening(scope: Scope, path: string): Promise<boolean> {
  const socket = await connectTo(scope, path);
  socket?.destroy();
  return socket !== undefined;
}

/** A target on a UNIX socket in the scope's directory. `serve` gets each connection. */
export async function openTarget(
  scope: Scope,
  name: string,
  serve: (socket: Socket) => void,
): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    scope.onClose(() => socket.destroy());
    socket.on('error', () => {});
    serve(socket);
  });
  server.listen(join(scope.directory, name));
  await once(server, 'listening');
  scope.onClose(() => server.close());
  return server;
}

/** A new key file in the scope's directory; returns its name. */
export function writeKey(scope: Scope, name = 'key'): string {
  writeFileSync(join(scope.directory, name), randomBytes(32), { mode: 0o600 });
  return name;
}

/** Why what needs root cannot be tested here, if so. */
export const NOT_ROOT = process.geteuid?.() === 0 ? undefined : 'this needs root';

/** Why what is read from /proc cannot be tested here, if so. */
export const NO_PROC = existsSync('/proc/self/comm') ? undefined : 'this needs /proc';
