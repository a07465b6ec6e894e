/**
 * The background start, by what a shell, a supervisor and an operator see of it.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Scope } from '../../conformance/subjects/scope.ts';
import {
  childrenOf,
  daemonOf,
  isAlive,
  isListening,
  NO_PROC,
  nameOf,
  openTarget,
  runSpiped,
  SAYS_WHEN_IDLE,
  SPIPE,
  SPIPED,
  startSpiped,
  until,
  writeKey,
} from './testing/spiped-process.ts';

let scope: Scope;
beforeEach(async () => {
  scope = await Scope.open();
});
afterEach(() => scope.close());

const path = (name: string): string => join(scope.directory, name);

/** `-d` from the UNIX socket `s` to the UNIX socket `t`, pid file `pid`. */
function daemon(key: string, ...more: string[]): string[] {
  return ['-d', '-s', path('s'), '-t', path('t'), '-k', key, '-p', 'pid', ...more];
}

/** Send `text` through spipe to spiped's socket `s`; what comes back. */
async function roundTrip(key: string, text: string): Promise<string> {
  const args = ['-t', path('s'), '-k', path(key)];
  const { stdout } = await startSpiped(scope, args, { command: SPIPE, input: text }).ended;
  return stdout;
}

/** The process that waits in the background of `pid`, as soon as there is one. */
async function childOf(pid: number): Promise<number> {
  let child = 0;
  // The shell of the launcher has children of its own before.
  await until('a background process', () => {
    child = childrenOf(pid).find((one) => nameOf(one) === 'spiped') ?? 0;
    return child !== 0;
  });
  scope.onClose(() => isAlive(child) && process.kill(child, 'SIGKILL'));
  return child;
}

describe('without -F', () => {
  //= CL-27
  //# Without `-F` the command MUST return with status 0 only when the daemon listens and its pid
  //# file is written; with `-D`, when its pid file is written.
  test('the parent returns 0 when the daemon listens and its pid file is written', async () => {
    const ran = await runSpiped(scope, daemon(writeKey(scope)));
    expect(ran).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    // At once: nothing is waited for here.
    const pid = daemonOf(scope, 'pid');
    expect(readFileSync(path('pid'), 'utf8')).toBe(String(pid));
    expect(await isListening(scope, path('s'))).toBe(true);
  });

  test('the pid file is <source socket>.pid by default, and a stale one is overwritten', async () => {
    const args = ['-d', '-s', path('s'), '-t', path('t'), '-k', writeKey(scope)];
    expect(await runSpiped(scope, args)).toMatchObject({ code: 0 });
    process.kill(daemonOf(scope, 's.pid'), 'SIGKILL');
    const stale = readFileSync(path('s.pid'), 'utf8');
    await until('the end of the first', () => !isAlive(Number(stale)));
    // Killed: its socket and its pid file are still there, and do not stop the next start.
    expect(existsSync(path('s'))).toBe(true);
    expect(await runSpiped(scope, args)).toMatchObject({ code: 0, stderr: '' });
    expect(daemonOf(scope, 's.pid')).not.toBe(Number(stale));
  });

  //= CL-38
  //# A daemon in the background SHOULD NOT keep the standard input and output of who started it.
  test('a session of its own, no terminal, no inherited stream but standard error', async ({
    skip,
  }) => {
    if (NO_PROC) skip(NO_PROC);
    await runSpiped(scope, daemon(writeKey(scope)));
    const pid = daemonOf(scope, 'pid');
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    const [, , group, session, terminal] = status;
    expect({ group, session, terminal }).toEqual({
      group: String(pid),
      session: String(pid),
      terminal: '0',
    });
    const stream = (number: number): string => readlinkSync(`/proc/${pid}/fd/${number}`);
    expect([stream(0), stream(1)]).toEqual(['/dev/null', '/dev/null']);
    expect(stream(2)).toContain(`${scope.directory}/stderr-`);
  });

  test('the heap is kept small, whoever started it, and nothing keeps the parent', async () => {
    const { command = [] } = SAYS_WHEN_IDLE;
    const tells = `process.stderr.write(typeof gc + ' ')`;
    const [node = '', ...more] = command;
    const told = [node, '--import', `data:text/javascript,${tells}`, ...more];
    const { code, stderr } = await runSpiped(scope, daemon(writeKey(scope)), { command: told });
    daemonOf(scope, 'pid');
    expect(code).toBe(0);
    expect(stderr).toBe('undefined function nothing is left to do\n');
  });

  test('the working directory stays', async ({ skip }) => {
    if (NO_PROC) skip(NO_PROC);
    await runSpiped(scope, daemon(writeKey(scope)));
    expect(readlinkSync(`/proc/${daemonOf(scope, 'pid')}/cwd`)).toBe(scope.directory);
  });

  //= CL-42
  //# A daemon in the background SHOULD ignore SIGHUP.
  test('a hang-up does not end it', async () => {
    await openTarget(scope, 't', (socket) => socket.pipe(socket));
    const key = writeKey(scope);
    await runSpiped(scope, daemon(key));
    const pid = daemonOf(scope, 'pid');
    process.kill(pid, 'SIGHUP');
    process.kill(pid, 'SIGPIPE');
    // It has to run for this, and would first have to die of the signals.
    expect(await roundTrip(key, 'hello')).toBe('hello');
    expect(isAlive(pid)).toBe(true);
  });

  //= CL-30
  //# The pid file MUST NOT be removed at the end.
  test('SIGTERM ends it; its UNIX socket goes, its pid file stays, as with C (CN-19)', async () => {
    await runSpiped(scope, daemon(writeKey(scope)));
    const pid = daemonOf(scope, 'pid');
    process.kill(pid, 'SIGTERM');
    await until('its end', () => !isAlive(pid));
    expect(existsSync(path('s'))).toBe(false);
    expect(existsSync(path('pid'))).toBe(true);
  });
});

describe('the key', () => {
  beforeEach(async () => {
    await openTarget(scope, 't', (socket) => socket.pipe(socket));
  });

  test('can come from standard input (KF-2)', async () => {
    const key = writeKey(scope);
    const input = readFileSync(path(key));
    expect(await runSpiped(scope, daemon('-'), { input })).toMatchObject({ code: 0 });
    daemonOf(scope, 'pid');
    expect(await roundTrip(key, 'hello')).toBe('hello');
  });

  test('is not empty when it comes from /dev/stdin', async () => {
    const key = writeKey(scope);
    // A pipe, and not the socket that Node makes of it, which cannot be opened by a name.
    const command = ['sh', '-c', 'cat key | "$@"', 'sh', ...SPIPED];
    expect(await runSpiped(scope, daemon('/dev/stdin'), { command })).toMatchObject({ code: 0 });
    daemonOf(scope, 'pid');
    expect(await roundTrip(key, 'hello')).toBe('hello');
  });

  test.each([3, 7, 63])('can come from a descriptor of the shell, as from <(…): %i', async (fd) => {
    const key = writeKey(scope);
    // Only bash opens descriptors of two digits.
    const command = ['bash', '-c', `exec "$@" ${fd}<key`, 'bash', ...SPIPED];
    const ran = await runSpiped(scope, daemon(`/dev/fd/${fd}`), { command });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    daemonOf(scope, 'pid');
    expect(await roundTrip(key, 'hello')).toBe('hello');
  });
});

describe('a start that fails', () => {
  const failure = (line: RegExp) => ({
    code: 1,
    signal: null,
    stdout: '',
    stderr: expect.stringMatching(line),
  });

  //= CL-25
  //# A program that cannot start MUST end with exit status 1, say why on standard error, and leave
  //# nothing running.
  test('says why once, exits 1 and leaves nothing: the source is in use', async () => {
    await openTarget(scope, 's', () => {});
    expect(await runSpiped(scope, daemon(writeKey(scope)))).toEqual(
      failure(/^spiped: cannot listen on \S+ \(-s\): address already in use \(EADDRINUSE\)\n$/),
    );
    expect(existsSync(path('pid'))).toBe(false);
  });

  test('keeps nothing that has to be waited for, in the background as in front of it', async () => {
    const { code, stderr } = await runSpiped(scope, daemon('missing'), SAYS_WHEN_IDLE);
    expect(code).toBe(1);
    expect(stderr.match(/nothing is left to do/g)).toHaveLength(2);
  });

  //= KF-6
  //# A key file that cannot be opened or read to its end MUST stop the program before it listens or
  //# dials, with exit status 1.
  test('… the key file is missing', async () => {
    expect(await runSpiped(scope, daemon('missing'))).toEqual(
      failure(/^spiped: -k "missing": cannot open key file: No such file or directory\n$/),
    );
    expect(existsSync(path('s'))).toBe(false);
  });

  test('… the pid file cannot be written, and the socket is removed again', async () => {
    const args = daemon(writeKey(scope), '--log-format', 'json').map((word) =>
      word === 'pid' ? 'no/pid' : word,
    );
    const { stderr, ...ran } = await runSpiped(scope, args);
    expect(ran).toEqual({ code: 1, signal: null, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({
      level: 'error',
      event: 'start-failed',
      message: 'cannot write the pid file no/pid (-p): no such file or directory (ENOENT)',
    });
    expect(existsSync(path('s'))).toBe(false);
  });

  test('of which the background process says nothing, since it was killed, is told', async ({
    skip,
  }) => {
    if (NO_PROC) skip(NO_PROC);
    execFileSync('mkfifo', [path('fifo')]);
    const parent = startSpiped(scope, daemon('fifo'));
    process.kill(await childOf(parent.pid), 'SIGKILL');
    expect(await parent.ended).toEqual(
      failure(/^spiped: the background process ended before it had started: SIGKILL\n$/),
    );
  });

  test('because the parent is killed ends the background process', async ({ skip }) => {
    if (NO_PROC) skip(NO_PROC);
    execFileSync('mkfifo', [path('fifo')]);
    const parent = startSpiped(scope, daemon('fifo'));
    const child = await childOf(parent.pid);
    parent.child.kill('SIGKILL');
    await until('the end of the background process', () => !isAlive(child));
  });
});

describe('what needs no daemon', () => {
  // Each Node process leaves its id, and so may each thread of it.
  const hook = `import('node:fs').then((fs) => fs.appendFileSync(process.env.PIDS, process.pid + '\\n'))`;

  async function processesOf(args: readonly string[]): Promise<number> {
    const env = {
      PIDS: path('pids'),
      SPIPED_NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(hook)}`,
    };
    await runSpiped(scope, args, { env });
    return new Set(readFileSync(path('pids'), 'utf8').trim().split('\n')).size;
  }

  test.each([
    ['a version', ['-v']],
    ['help', ['--help']],
    ['a mistake', ['-d', '-e']],
    ['an address that is none', ['-d', '-s', 'x', '-t', 'y:1', '-k', 'key']],
  ])('%s is answered without a second process', async (_what, args) => {
    expect(await processesOf(args)).toBe(1);
  });

  test('a daemon takes a second process, and no third', async () => {
    expect(await processesOf(daemon(writeKey(scope)))).toBe(2);
    daemonOf(scope, 'pid');
  });
});

describe('-D', () => {
  const waiting = (...more: string[]): string[] => {
    const addresses = ['-s', path('s'), '-t', 'host.invalid:80'];
    return ['-D', '-d', ...addresses, '-k', writeKey(scope), '-p', 'pid', ...more];
  };
  const WAITS =
    /^spiped: Error looking up host\.invalid: .*; looking up host\.invalid:80 \(-t\) every second until it is found\n$/;

  //= CL-26
  //# With `-D` a daemon MUST look up each name that is not found again every second until it is,
  //# and MUST have gone to the background before, unless `-F` is given.
  test('returns 0 with a pid file while a name cannot be resolved, and says so once', async () => {
    const parent = startSpiped(scope, waiting());
    expect(await parent.ended).toMatchObject({ code: 0, stdout: '' });
    const pid = daemonOf(scope, 'pid');
    await until('the line about the name', () => parent.stderr() !== '');
    expect(parent.stderr()).toMatch(WAITS);
    expect(isAlive(pid)).toBe(true);
    expect(existsSync(path('s'))).toBe(false);
  });

  test('ends at once by SIGTERM while it waits, as C', async () => {
    await runSpiped(scope, waiting());
    const pid = daemonOf(scope, 'pid');
    process.kill(pid, 'SIGTERM');
    await until('its end', () => !isAlive(pid));
  });

  //= CL-29
  //# With `-F` a daemon MUST NOT write a pid file, and MUST stay the process that was started.
  test('with -F waits in the foreground, without a pid file', async () => {
    const { child, stderr, ended } = startSpiped(scope, waiting('-F'));
    const ignored = 'spiped: -p has no effect with -F: no pid file is written\n';
    await until('the line about the name', () => stderr().includes('looking up host.invalid'));
    expect(stderr().startsWith(ignored), stderr()).toBe(true);
    expect(stderr().slice(ignored.length)).toMatch(WAITS);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(existsSync(path('pid'))).toBe(false);
  });

  test('listens as soon as the name can be resolved, and reaches the target', async ({ skip }) => {
    // A name that comes to be known: in /etc/hosts, of which the daemon sees its own.
    writeFileSync(path('hosts'), '');
    const own = `mount --bind ${path('hosts')} /etc/hosts && exec "$@"`;
    const withHosts = ['unshare', '--mount', 'sh', '-c', own, 'sh'];
    const { error, status } = spawnSync('unshare', [...withHosts.slice(1), 'true']);
    if (error !== undefined || status !== 0) skip('this needs root and mount namespaces');

    const target = createServer((socket) => socket.pipe(socket));
    target.listen(0, '127.0.0.1');
    await once(target, 'listening');
    scope.onClose(() => target.close());
    const { port } = target.address() as AddressInfo;
    const key = writeKey(scope);
    const args = [
      '-D',
      '-d',
      '-s',
      path('s'),
      '-t',
      `late.invalid:${port}`,
      '-k',
      key,
      '-p',
      'pid',
    ];
    const parent = startSpiped(scope, args, { command: [...withHosts, ...SPIPED] });
    expect(await parent.ended).toMatchObject({ code: 0 });
    daemonOf(scope, 'pid');
    await until('the line about the name', () => parent.stderr() !== '');
    expect(await isListening(scope, path('s'))).toBe(false);
    appendFileSync(path('hosts'), '127.0.0.1 late.invalid\n');
    await until('a listening daemon', () => isListening(scope, path('s')));
    expect(await roundTrip(key, 'hello')).toBe('hello');
  });

  test('takes a key from standard input after the parent has returned', async () => {
    await openTarget(scope, 't', (socket) => socket.pipe(socket));
    const key = writeKey(scope);
    const command = ['sh', '-c', '"$@"; echo $?', 'sh', ...SPIPED];
    const input = readFileSync(path(key));
    expect(await runSpiped(scope, daemon('-', '-D'), { command, input })).toMatchObject({
      stdout: '0\n',
    });
    daemonOf(scope, 'pid');
    await until('a listening daemon', () => isListening(scope, path('s')));
    expect(await roundTrip(key, 'hello')).toBe('hello');
  });
});
