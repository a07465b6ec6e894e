/**
 * How a spiped ends: by which signal, with which status, with what becomes of its connections.
 */

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { unixAddress } from '../../conformance/subjects/addresses.ts';
import { isListening as listensOn } from '../../conformance/subjects/processes.ts';
import { Scope } from '../../conformance/subjects/scope.ts';
import { obeySignals } from './signals.ts';
import {
  connectTo,
  daemonOf,
  isAlive,
  isListening,
  NO_PROC,
  openTarget,
  runSpiped,
  SAYS_WHEN_IDLE,
  SPIPED,
  type Started,
  type StartOptions,
  startSpiped,
  until,
  writeKey,
} from './testing/spiped-process.ts';

let scope: Scope;
let key: string;
beforeEach(async () => {
  scope = await Scope.open();
  key = writeKey(scope);
});
afterEach(() => scope.close());

const path = (name: string): string => join(scope.directory, name);

/** `-e` or `-d`, from one socket to the next, in the foreground. */
const end = (role: '-e' | '-d', from: string, to: string, ...more: string[]): string[] => [
  ...['-F', role, '-s', path(from), '-t', path(to), '-k', key, '-o', '60'],
  ...more,
];

/** A spiped that listens on the socket `from`. */
async function listening(args: readonly string[], from: string, options?: StartOptions) {
  const spiped = startSpiped(scope, args, options);
  // Not by a connection, which a test would have to count.
  await until(`a spiped on ${from}`, () => listensOn(spiped.pid, unixAddress(path(from))));
  return spiped;
}

/** A pipe from the socket `e` through the socket `d` to the target `t`. */
async function openPipe(...more: string[]): Promise<{ client: Started; server: Started }> {
  const server = await listening(end('-d', 'd', 't'), 'd');
  return { server, client: await listening(end('-e', 'e', 'd', ...more), 'e') };
}

/** A connection to `e` over which a byte has gone to the target and come back. */
async function established(): Promise<Socket> {
  const socket = await connectTo(scope, path('e'));
  if (socket === undefined) throw new Error('nobody listens on e');
  socket.write('x');
  await once(socket, 'data');
  return socket;
}

const echo = (socket: Socket): void => void socket.pipe(socket);

describe('SIGTERM', () => {
  //= CN-19
  //# After a request to shut down (SIGTERM) a daemon MUST accept no further connection, MUST serve
  //# the open ones to their end, and then ends with exit status 0.
  test('stops listening at once, serves what is open to its end, exits 0 (CN-19)', async () => {
    await openTarget(scope, 't', echo);
    const { client } = await openPipe();
    const socket = await established();
    client.child.kill('SIGTERM');
    await until('an end of the listening', async () => !(await isListening(scope, path('e'))));
    expect(existsSync(path('e'))).toBe(false);
    // Still served, in both directions, to the end.
    socket.end('the rest');
    let received = '';
    for await (const chunk of socket) received += chunk;
    expect(received).toBe('the rest');
    expect(await client.ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  });

  //= CL-39
  //# A second SIGTERM MUST end a daemon at once, whatever is open.
  test('a second one ends it now', async () => {
    await openTarget(scope, 't', echo);
    const { client } = await openPipe();
    await established();
    client.child.kill('SIGTERM');
    await until('an end of the listening', async () => !(await isListening(scope, path('e'))));
    client.child.kill('SIGTERM');
    expect(await client.ended).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' });
  });

  test('with nothing open ends it at once, whatever runs beside it', async () => {
    // A look-up of the target that is due in an hour, an event log.
    const more = ['-r', '3600', '--event-log', scope.directory, '--log-level', 'debug'];
    const args = ['-F', '-d', '-s', path('d'), '-t', 'localhost:1', '-k', key, ...more];
    const spiped = await listening(args, 'd', SAYS_WHEN_IDLE);
    spiped.child.kill('SIGTERM');
    const ended = await spiped.ended;
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(ended.stderr).toContain('nothing is left to do\n');
  });
});

describe('--drain-timeout', () => {
  //= CL-46
  //# A daemon MAY offer an option, off by default, to drop the connections that are still open some
  //# time after SIGTERM.
  test('drops what is still open when it is over, says how many, exits 0', async () => {
    await openTarget(scope, 't', echo);
    const { client } = await openPipe('--drain-timeout', '0.2');
    const sockets = [await established(), await established()];
    client.child.kill('SIGTERM');
    expect(await client.ended).toEqual({
      code: 0,
      signal: null,
      stdout: '',
      stderr: 'spiped: dropped 2 connections, still open 0.2 s after SIGTERM (--drain-timeout)\n',
    });
    for (const socket of sockets) await until('its end', () => socket.closed);
  });

  test('is not waited for, nor mentioned, when the last connection ends before', async () => {
    await openTarget(scope, 't', echo);
    await listening(end('-d', 'd', 't'), 'd');
    const args = end('-e', 'e', 'd', '--drain-timeout', '3600');
    const client = await listening(args, 'e', SAYS_WHEN_IDLE);
    const socket = await established();
    client.child.kill('SIGTERM');
    await until('an end of the listening', async () => !(await isListening(scope, path('e'))));
    socket.resume().end();
    expect(await client.ended).toEqual({
      code: 0,
      signal: null,
      stdout: '',
      stderr: 'nothing is left to do\n',
    });
  });

  test('of 0 drops everything at once', async () => {
    await openTarget(scope, 't', echo);
    const { client } = await openPipe('--drain-timeout', '0');
    await established();
    client.child.kill('SIGTERM');
    expect(await client.ended).toMatchObject({
      code: 0,
      stderr: 'spiped: dropped 1 connection, still open 0 s after SIGTERM (--drain-timeout)\n',
    });
  });
});

describe('in the foreground, as C', () => {
  //= CL-40
  //# SIGINT MUST end a daemon at once.
  test.each(['SIGINT', 'SIGHUP'] as const)('%s ends it by the signal', async (signal) => {
    const spiped = await listening(end('-d', 'd', 't'), 'd');
    spiped.child.kill(signal);
    expect(await spiped.ended).toMatchObject({ code: null, signal, stderr: '' });
  });

  test('SIGINT leaves no UNIX socket behind', async () => {
    const spiped = await listening(end('-d', 'd', 't'), 'd');
    spiped.child.kill('SIGINT');
    await spiped.ended;
    expect(existsSync(path('d'))).toBe(false);
  });
});

describe('as process 1 of a container', () => {
  const UNSHARE = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];

  beforeEach(({ skip }) => {
    if (NO_PROC) skip(NO_PROC);
    try {
      execFileSync('unshare', [...UNSHARE.slice(1), 'true'], { stdio: 'ignore' });
    } catch {
      skip('this needs pid namespaces: unshare --pid is missing or not allowed');
    }
  });

  /** What has the id 1 inside, by its id outside. */
  function innerOf(unshare: number): number {
    return Number(readFileSync(`/proc/${unshare}/task/${unshare}/children`, 'utf8'));
  }

  async function asInit(args: readonly string[], from: string) {
    const spiped = await listening(args, from, { command: [...UNSHARE, ...SPIPED] });
    return { ...spiped, inner: innerOf(spiped.pid) };
  }

  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it with status 0', async (signal) => {
    const { inner, ended } = await asInit(end('-d', 'd', 't'), 'd');
    process.kill(inner, signal);
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(existsSync(path('d'))).toBe(false);
  });

  test('a second SIGTERM ends it with status 143: connections were cut off', async () => {
    let dialled = 0;
    await openTarget(scope, 't', () => {
      dialled += 1;
    });
    const { inner, ended } = await asInit(end('-e', 'e', 't'), 'e');
    // It waits for its peer's nonce: the target is no spiped, and says nothing.
    const before = dialled;
    const socket = await connectTo(scope, path('e'));
    await until('a connection under way', () => dialled > before);
    process.kill(inner, 'SIGTERM');
    await until('an end of the listening', async () => !(await isListening(scope, path('e'))));
    process.kill(inner, 'SIGTERM');
    expect(await ended).toMatchObject({ code: 143 });
    socket?.destroy();
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends it while it waits for a name',
    async (signal) => {
      const args = ['-F', '-D', '-d', '-s', path('d'), '-t', 'host.invalid:80', '-k', key];
      const spiped = startSpiped(scope, args, { command: [...UNSHARE, ...SPIPED] });
      await until('the line about the name', () => spiped.stderr() !== '');
      process.kill(innerOf(spiped.pid), signal);
      expect(await spiped.ended).toMatchObject({ code: 0, signal: null });
    },
  );
});

describe('in the background', () => {
  //= CL-52
  //# With `--syslog` a daemon in the background MUST log through syslog from when its start is
  //# complete; in the foreground the option has no effect.
  test('it ends after SIGTERM although it logs through syslog, and so does logger', async () => {
    writeFileSync(path('logger'), `#!/bin/sh\nexec cat >>${path('logged')}\n`);
    chmodSync(path('logger'), 0o755);
    await openTarget(scope, 't', echo);
    const args = ['--syslog', '--log-level', 'info', '-p', 'pid', ...end('-d', 'd', 't').slice(1)];
    const env = { PATH: `${scope.directory}:${process.env.PATH}` };
    expect(await runSpiped(scope, args, { env })).toMatchObject({ code: 0, stderr: '' });
    const pid = daemonOf(scope, 'pid');
    const socket = await connectTo(scope, path('d'));
    socket?.destroy();
    const logged = () => (existsSync(path('logged')) ? readFileSync(path('logged'), 'utf8') : '');
    await until('a line about it', () => logged().includes('ended'));
    process.kill(pid, 'SIGTERM');
    await until('its end', () => !isAlive(pid));
    // That logger has ended as well is seen at the end of the scope.
  });

  test('a system without logger is told of on standard error, before the terminal is let go', async () => {
    const args = ['--syslog', '-p', 'pid', ...end('-d', 'd', 't').slice(1)];
    const env = { PATH: scope.directory };
    expect(await runSpiped(scope, args, { env })).toMatchObject({
      code: 0,
      stderr: 'spiped: cannot log through syslog: there is no program named logger\n',
    });
    process.kill(daemonOf(scope, 'pid'), 'SIGTERM');
  });
});

test('a signal that came before it served is not taken for one to what serves, and ends it', async () => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  try {
    let written = (): void => {};
    const flushed = new Promise<void>((resolve) => {
      written = resolve;
    });
    const ignored = new Set<NodeJS.Signals>(['SIGINT', 'SIGHUP']);
    const serve = obeySignals({ background: false, ignored, end: () => flushed });
    process.emit('SIGTERM');
    serve(Promise.resolve({ drain() {}, end: async () => {} }));
    expect(kill).not.toHaveBeenCalled();
    // Nobody is in the way of the signal when it is sent again.
    expect(process.listenerCount('SIGTERM')).toBe(0);
    written();
    await vi.waitFor(() => expect(kill).toHaveBeenCalledWith(process.pid, 'SIGTERM'));
  } finally {
    kill.mockRestore();
    process.removeAllListeners('SIGTERM');
  }
});
