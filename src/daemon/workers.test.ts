/**
 * Goal of these tests: a spiped with workers is one daemon to everybody outside, and what happens to
 * one worker happens to its connections and to nothing else (CN-15).
 */

import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unixAddress } from '../../conformance/subjects/addresses.ts';
import { within } from '../../conformance/subjects/deadline.ts';
import { isListening as listensOn } from '../../conformance/subjects/processes.ts';
import { SCOPE_MARK, Scope } from '../../conformance/subjects/scope.ts';
import { START_MARKS } from './start-mark.ts';
import {
  childrenOf,
  connectTo,
  daemonOf,
  isAlive,
  isListening,
  NO_PROC,
  NOT_ROOT,
  nameOf,
  openTarget,
  runSpiped,
  SAYS_WHEN_IDLE,
  SPIPED,
  startSpiped,
  until,
  writeKey,
} from './testing/spiped-process.ts';

let scope: Scope;
let key: string;
/** What the target has open, in the order in which it came. */
let atTarget: Socket[];
beforeEach(async ({ skip }) => {
  if (NO_PROC) skip(NO_PROC);
  scope = await Scope.open();
  key = writeKey(scope);
  atTarget = [];
});
afterEach(() => scope.close());

const path = (name: string): string => join(scope.directory, name);

/** `-e` or `-d`, from one socket to the next, in the foreground. */
const end = (role: '-e' | '-d', from: string, to: string, ...more: string[]): string[] => [
  ...['-F', role, '-s', path(from), '-t', path(to), '-k', key, '-o', '60'],
  ...more,
];

/** The workers of a daemon, when there are so many. */
async function workersOf(pid: number, count: number): Promise<readonly number[]> {
  const workers = (): readonly number[] =>
    childrenOf(pid).filter((child) => nameOf(child) === 'spiped-worker');
  await until(`${count} workers`, () => workers().length === count);
  return workers();
}

/**
 * Wait until this process listens on this socket. Not by a connection, which would be one more; and
 * not by the socket's file, which is there before (bind comes before listen).
 */
async function untilListening(pid: number, name: string): Promise<void> {
  await until(
    `a spiped on ${name}`,
    async () => !isAlive(pid) || (await listensOn(pid, unixAddress(path(name)))),
  );
}

/** A spiped in the foreground that listens on the socket `from`, and its workers. */
async function listening(args: readonly string[], from: string, count: number) {
  const spiped = startSpiped(scope, args);
  await untilListening(spiped.pid, from);
  return { ...spiped, workers: await workersOf(spiped.pid, count) };
}

/** A server in the foreground with two workers, in front of a target that keeps what it gets. */
async function openServer(...more: string[]) {
  await openTarget(scope, 't', (socket) => atTarget.push(socket));
  return listening(end('-d', 'd', 't', '--workers', '2', ...more), 'd', 2);
}

/** The same in the background, with so many workers: when this resolves, all of them serve. */
async function openDaemon(count: number, ...more: string[]) {
  await openTarget(scope, 't', (socket) => atTarget.push(socket));
  const args = [...end('-d', 'd', 't').slice(1), '-p', 'pid', '--workers', String(count), ...more];
  const { ended, stderr } = startSpiped(scope, args);
  expect(await ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  const pid = daemonOf(scope, 'pid');
  return { pid, stderr, workers: await workersOf(pid, count) };
}

/** A connection to this socket, on which somebody listens. */
async function connected(name: string): Promise<Socket> {
  const socket = await connectTo(scope, path(name));
  if (socket === undefined) throw new Error(`nobody listens on ${name}`);
  return socket;
}

/** So many connections to `d`, each of them open at the target, before the next. */
async function connect(count: number): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  for (let i = 0; i < count; i++) {
    const before = atTarget.length;
    const socket = await connected('d');
    await until('a connection at the target', () => atTarget.length > before);
    sockets.push(socket.resume());
  }
  return sockets;
}

/** A pipe from `e` to a target: the client is a plain spiped, the server has two workers. */
async function openPipe(serve: (socket: Socket) => void) {
  await openTarget(scope, 't', serve);
  const server = await listening(end('-d', 'd', 't', '--workers', '2'), 'd', 2);
  return { server, client: await listening(end('-e', 'e', 'd'), 'e', 0) };
}

/** A connection to `e` over which a byte has gone to the target and come back. */
async function established(): Promise<Socket> {
  const socket = await connected('e');
  socket.write('x');
  await once(socket, 'data');
  return socket;
}

describe('two workers', () => {
  test('share the connections evenly, and record them under names of their own', async () => {
    mkdirSync(path('logs'));
    await openDaemon(2, '--event-log', path('logs'));
    await connect(6);
    // A file is opened beside its connection.
    await until('six records', () => readdirSync(path('logs')).length === 6);
    const ids = readdirSync(path('logs')).map(
      (name) => /-(\w+-\d+)\.ndjson$/.exec(name)?.[1] ?? name,
    );
    // What is in front of a number is the process's own.
    const numbers = new Map<string, string[]>();
    for (const id of ids.sort()) {
      const [run = '', number = ''] = id.split('-');
      numbers.set(run, [...(numbers.get(run) ?? []), number]);
    }
    expect([...numbers.values()]).toEqual([
      ['1', '2', '3'],
      ['1', '2', '3'],
    ]);
  });

  //= CN-18
  //# At the limit of simultaneous connections (`-n`) a daemon MUST NOT dial for or read from further
  //# connections; they wait and are served in turn.
  test('leave it to the daemon to warn of what their event logs hold', async () => {
    mkdirSync(path('logs'));
    const { stderr, pid } = await openServer(
      ...['--event-log', path('logs'), '--event-log-content', 'full'],
    );
    // They serve, and so have said what they had to say.
    await connect(2);
    expect(stderr()).toMatch(/^[^\n]*hold private keys and plaintext[^\n]*\n$/);
    process.kill(pid, 'SIGTERM');
  });

  test('have one limit of connections (CN-18)', async () => {
    const { stderr } = await openDaemon(2, '-n', '5');
    const [, second] = await connect(5);
    const waiting = await connected('d');
    await until('the line about it', () => stderr() !== '');
    expect(stderr()).toBe('spiped: maximum number of connections (5) reached\n');
    expect(atTarget).toHaveLength(5);
    // One leaves, whichever worker had it, and the one that waits has its place.
    second?.destroy();
    await until('the sixth at the target', () => atTarget.length === 6);
    expect(waiting.destroyed).toBe(false);
  });

  test('pass whole streams in both directions, and half-closes (CN-10)', async () => {
    // It answers with what it got when that is complete: one direction has ended by then.
    await openPipe((socket) => {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('end', () => socket.end(Buffer.concat(chunks)));
    });
    const data = randomBytes(300_000);
    const streams = Array.from({ length: 4 }, async () => {
      const socket = await connected('e');
      socket.end(data);
      const chunks: Buffer[] = [];
      for await (const chunk of socket) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).equals(data);
    });
    expect(await Promise.all(streams)).toEqual([true, true, true, true]);
  });

  test('keep nothing open in the daemon but a channel each: the pipe of the key is closed', async () => {
    const { pid } = await openDaemon(2);
    const sockets = (): readonly string[] =>
      readdirSync(`/proc/${pid}/fd`)
        .map((descriptor) => readlinkSync(`/proc/${pid}/fd/${descriptor}`))
        .filter((name) => name.startsWith('socket:'));
    await until('the socket that listens and two channels', () => sockets().length === 3);
  });

  test('leave the name spiped to the daemon, and show the key to nobody', async () => {
    const { pid, workers } = await openDaemon(2);
    expect(nameOf(pid)).toBe('spiped');
    const file = readFileSync(path(key));
    const secrets = [file, createHash('sha256').update(file).digest()];
    const forms = (['latin1', 'hex', 'base64', 'base64url'] as const).flatMap((encoding) =>
      secrets.map((secret) => secret.toString(encoding)),
    );
    for (const worker of workers) {
      for (const shows of ['cmdline', 'environ']) {
        const shown = readFileSync(`/proc/${worker}/${shows}`, 'latin1');
        expect(shown.length).toBeGreaterThan(0);
        for (const form of forms) expect(shown).not.toContain(form);
      }
      expect(readFileSync(`/proc/${worker}/cmdline`, 'utf8')).toMatch(/^spiped-worker -d -s /);
    }
  });
});

describe('the end of a daemon with workers', () => {
  //= CN-19
  //# After a request to shut down (SIGTERM) a daemon MUST accept no further connection, MUST serve
  //# the open ones to their end, and then ends with exit status 0.
  test('after SIGTERM comes when both have served what they had, whoever else is told (CN-19)', async () => {
    const { server } = await openPipe((socket) => socket.pipe(socket));
    const sockets = [await established(), await established()];
    // As systemd does it by default: each process of the unit is sent the signal.
    for (const pid of [...server.workers, server.pid]) process.kill(pid, 'SIGTERM');
    await until('an end of the listening', () => !existsSync(path('d')));
    for (const socket of sockets) {
      socket.end('the rest');
      let received = '';
      for await (const chunk of socket) received += chunk;
      expect(received).toBe('the rest');
    }
    expect(await server.ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  });

  //= CL-46
  //# A daemon MAY offer an option, off by default, to drop the connections that are still open some
  //# time after SIGTERM.
  test('after --drain-timeout tells how many were dropped by all of them', async () => {
    const { child, ended } = await openServer('--drain-timeout', '0.1');
    const sockets = await connect(3);
    child.kill('SIGTERM');
    expect(await ended).toEqual({
      code: 0,
      signal: null,
      stdout: '',
      stderr: 'spiped: dropped 3 connections, still open 0.1 s after SIGTERM (--drain-timeout)\n',
    });
    for (const socket of sockets) await until('its end', () => socket.closed);
  });

  //= CL-39
  //# A second SIGTERM MUST end a daemon at once, whatever is open.
  test.each([
    ['a second SIGTERM', 'SIGTERM', 'SIGTERM'],
    ['SIGINT', undefined, 'SIGINT'],
    ['SIGKILL', undefined, 'SIGKILL'],
  ] as const)('by %s is the end of its workers and their connections', async (_, first, last) => {
    const { child, ended, workers } = await openServer();
    const sockets = await connect(2);
    if (first !== undefined) {
      child.kill(first);
      await until('an end of the listening', () => !existsSync(path('d')));
    }
    child.kill(last);
    expect(await ended).toMatchObject({ code: null, signal: last, stderr: '' });
    for (const worker of workers) await until('the end of a worker', () => !isAlive(worker));
    for (const socket of sockets) await until('its end', () => socket.closed);
  });
});

describe('a worker that dies', () => {
  //= CN-15
  //# A failure of one connection, or of a system call made for it, MUST NOT end or delay another
  //# connection or the process.
  test('takes its own connections with it and no other, and is replaced (CN-15)', async () => {
    const { pid, workers, stderr } = await openDaemon(2, '-n', '4');
    const sockets = await connect(4);
    const [victim = 0, other] = workers;
    process.kill(victim, 'SIGKILL');
    await until('the end of two', () => sockets.filter(({ closed }) => closed).length === 2);
    const said =
      `spiped: maximum number of connections (4) reached\n` +
      `spiped: worker ${victim} ended unexpectedly (SIGKILL), and 2 connections with it; ` +
      `another one takes its place\n`;
    await until('the line about it', () => stderr().endsWith('place\n'));
    expect(stderr()).toBe(said);
    const replaced = await workersOf(pid, 2);
    expect(replaced).toContain(other);
    // Their places are free again; the two that are left are as they were.
    await connect(2);
    expect(sockets.filter(({ closed }) => !closed)).toHaveLength(2);
    expect(stderr().startsWith(said)).toBe(true);
  });

  test('is not replaced when the daemon ends', async () => {
    await openTarget(scope, 't', (socket) => atTarget.push(socket));
    const args = end('-d', 'd', 't', '--workers', '1');
    const { child, pid, stderr, ended } = startSpiped(scope, args, SAYS_WHEN_IDLE);
    await untilListening(pid, 'd');
    const [worker = 0] = await workersOf(pid, 1);
    // It serves, and so what ends it is no failure of the start.
    await connect(1);
    process.kill(worker, 'SIGKILL');
    await until('the line about it', () => stderr().includes('another one takes its place'));
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, signal: null });
    expect(stderr()).toMatch(/place\nnothing is left to do\n$/);
  });

  test('leaves those that had not reached it to the others, and to the next', async () => {
    const { workers, stderr } = await openDaemon(1);
    const [worker = 0] = workers;
    process.kill(worker, 'SIGSTOP');
    // The first is on its way to the worker; the others wait for that in the daemon.
    const sockets: Socket[] = [];
    for (let i = 0; i < 3; i++) sockets.push((await connected('d')).resume());
    process.kill(worker, 'SIGKILL');
    await until('all of them at the target', () => atTarget.length === 3);
    expect(sockets.some(({ closed }) => closed)).toBe(false);
    expect(stderr()).toContain(`worker ${worker} ended unexpectedly (SIGKILL), and 0 connections`);
  });

  test('as the only one lets connections wait for the next', async () => {
    const { workers } = await openDaemon(1);
    process.kill(workers[0] ?? 0, 'SIGKILL');
    await connect(1);
  });
});

//= CN-24
//# A daemon that cannot accept a connection, for want of descriptors or memory, MUST go on, and
//# accept again when it can.
test('a worker that is out of descriptors closes what it cannot take, and goes on (CN-24)', async () => {
  // With no dial each connection has one descriptor, and keeps it until its end.
  const args = end('-d', 'd', 't', '--workers', '1', '-n', '0', '--dial', 'after-handshake');
  const { child, ended, stderr, pid } = startSpiped(scope, args, {
    command: ['sh', '-c', 'ulimit -n 64; exec "$@"', 'sh', ...SPIPED],
  });
  await untilListening(pid, 'd');
  const [worker] = await workersOf(pid, 1);
  const sockets: Socket[] = [];
  while (!stderr().includes('EMFILE (worker')) {
    const socket = await connectTo(scope, path('d'));
    if (socket !== undefined) sockets.push(socket.resume());
  }
  expect(stderr()).toContain(`spiped: could not accept a connection: EMFILE (worker ${worker})\n`);
  await until('the end of one', () => sockets.some(({ closed }) => closed));
  for (const socket of sockets) socket.end();
  await until('the end of all', () => sockets.every(({ closed }) => closed));
  const last = await connected('d');
  // A server speaks first.
  await once(last, 'data');
  last.end();
  // It waits for the end of each connection that it has not heard of: there is none.
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0 });
});

test('a worker whose daemon is gone before it has begun ends with it, and says nothing', async () => {
  const [program = ''] = SPIPED;
  const worker = spawn(process.execPath, [program, ...end('-d', 'd', 't')], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, [START_MARKS.worker]: '3', [SCOPE_MARK]: scope.mark },
  });
  worker.disconnect();
  (worker.stdio[3] as Writable).on('error', () => {}).end(randomBytes(32));
  let said = '';
  worker.stderr?.on('data', (text) => {
    said += text;
  });
  const [code, signal] = await within('its end', once(worker, 'exit'));
  expect({ code, signal, said }).toEqual({ code: null, signal: 'SIGKILL', said: '' });
});

test('what looks like a worker, and was not started by a daemon, is none, and no daemon either', async () => {
  const ran = await runSpiped(scope, end('-d', 'd', 't'), { env: { [START_MARKS.worker]: '3' } });
  expect(ran).toMatchObject({
    code: 1,
    stderr: `spiped: ${START_MARKS.worker} is set, and no daemon has started this process\n`,
  });
});

describe('in the background', () => {
  test('the start is complete when the workers serve, as the user of -u', async ({ skip }) => {
    if (NOT_ROOT) skip(NOT_ROOT);
    await openTarget(scope, 't', (socket) => atTarget.push(socket));
    const args = ['-p', 'pid', '--workers', '2', '-u', '65534:65534'];
    const ran = await runSpiped(scope, [...end('-d', 'd', 't').slice(1), ...args]);
    expect(ran).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    const pid = daemonOf(scope, 'pid');
    const workers = childrenOf(pid);
    expect(workers.map(nameOf)).toEqual(['spiped-worker', 'spiped-worker']);
    for (const worker of workers) {
      const status = readFileSync(`/proc/${worker}/status`, 'utf8');
      expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
      expect(status).toMatch(/^Gid:\t65534\t65534\t65534\t65534$/m);
    }
    expect(await isListening(scope, path('d'))).toBe(true);
    process.kill(pid, 'SIGTERM');
    for (const one of [pid, ...workers]) await until('its end', () => !isAlive(one));
  });

  test('event logs that cannot be written stop the start, in one line', async () => {
    writeFileSync(path('file'), '');
    const args = ['-p', 'pid', '--workers', '2', '--event-log', path('file')];
    const ran = await runSpiped(scope, [...end('-d', 'd', 't').slice(1), ...args]);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(/^spiped: [^\n]*\n$/) });
    expect(existsSync(path('d'))).toBe(false);
  });
});
