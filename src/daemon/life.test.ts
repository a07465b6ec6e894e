/** What a daemon says of its own life at `info`, wherever it runs and however it ends. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Scope } from '../../conformance/subjects/scope.ts';
import { parseSpiped } from '../cli/spiped-options.ts';
import type { SpipedConfig } from '../config/config.ts';
import { VERSION } from '../config/version.ts';
import { Life } from './life.ts';
import {
  connectTo,
  daemonOf,
  isAlive,
  openTarget,
  runSpiped,
  SPIPED,
  type Started,
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

/** `-e` from the socket `e` to `t`, which need not be there. */
const daemon = (...more: string[]): string[] => daemonTo(path('t'), ...more);

const daemonTo = (target: string, ...more: string[]): string[] => [
  ...['-e', '-s', path('e'), '-t', target, '-k', key, '-o', '60', '--log-format', 'json'],
  ...['--log-level', 'info', ...more],
];

/** Lines in JSON, without their texts and what differs each time. */
function linesOf(text: string): readonly Record<string, unknown>[] {
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => {
    const { time, message, program, ...rest } = JSON.parse(line);
    expect(program).toBe('spiped');
    expect(typeof message).toBe('string');
    return rest;
  });
}

/** What is known of it before it does anything. */
const self = (pid: number) => ({
  level: 'info',
  role: 'client',
  source: path('e'),
  target: path('t'),
  version: VERSION,
  pid,
});

const said = (text: () => string, event: string) => until(event, () => text().includes(event));

test.each([
  [undefined, 'stopped by SIGINT before it listened'],
  [{ served: 3, open: 0 }, 'stopped at once by SIGINT: 3 connections served'],
  [
    { served: 3, open: 1 },
    'stopped at once by SIGINT: 3 connections served, of which 1 were cut off',
  ],
] as const)('of an end by a signal it is said what was cut off: %j', (listener, text) => {
  const parsed = parseSpiped(['-F', ...daemon()]);
  if (parsed.kind !== 'run') throw new Error(parsed.text);
  const lines: string[] = [];
  const life = new Life(parsed.config, { log: (_level, _event, message) => lines.push(message) });
  if (listener !== undefined) {
    life.listensWith({ ...listener, finished: Promise.resolve(), shutDown: () => {} });
  }
  life.endsBy('SIGINT');
  expect(lines).toEqual([text]);
});

/** One in the foreground that has said that it listens. */
async function listening(...more: string[]): Promise<Started> {
  const spiped = startSpiped(scope, ['-F', ...daemon(...more)]);
  await said(spiped.stderr, '"listening"');
  return spiped;
}

/** Connections that wait for a handshake with a target that says nothing; the target's ends of them. */
async function openConnections(count: number): Promise<readonly Socket[]> {
  const atTarget: Socket[] = [];
  await openTarget(scope, 't', (socket) => atTarget.push(socket));
  for (let i = 1; i <= count; i++) {
    await connectTo(scope, path('e'));
    await until('a connection at the target', () => atTarget.length === i);
  }
  return atTarget;
}

describe('in the foreground', () => {
  test.each([{ options: [] }, { options: ['--workers', '2'] }])(
    'it listens, drains and stops, with how many it had: $options',
    async ({ options }) => {
      const spiped = await listening(...options);
      const [one, other] = await openConnections(2);
      one?.destroy();
      await said(spiped.stderr, 'connection-ended');
      spiped.child.kill('SIGTERM');
      await said(spiped.stderr, 'draining');
      other?.destroy();
      const { code, stderr } = await spiped.ended;
      expect(code).toBe(0);
      const lines = linesOf(stderr).filter(({ event }) => event !== 'connection-ended');
      expect(lines.filter(({ level }) => level === 'info')).toEqual([
        { ...self(spiped.pid), event: 'listening' },
        { level: 'info', event: 'draining', signal: 'SIGTERM', connections: 1 },
        { level: 'info', event: 'stopped', status: 0, connections: 2, cut: 0 },
      ]);
    },
  );

  test('a second SIGTERM says how many it cuts off', async () => {
    const spiped = await listening();
    await openConnections(3);
    spiped.child.kill('SIGTERM');
    await said(spiped.stderr, 'draining');
    spiped.child.kill('SIGTERM');
    const { signal, stderr } = await spiped.ended;
    expect(signal).toBe('SIGTERM');
    const stopped = { signal: 'SIGTERM', connections: 3, cut: 3 };
    expect(linesOf(stderr).at(-1)).toEqual({ level: 'info', event: 'stopped', ...stopped });
  });

  test('so does --drain-timeout in the end', async () => {
    const spiped = await listening('--drain-timeout', '0');
    await openConnections(2);
    spiped.child.kill('SIGTERM');
    const { code, stderr } = await spiped.ended;
    expect(code).toBe(0);
    const stopped = { status: 0, connections: 2, cut: 2 };
    expect(linesOf(stderr).at(-1)).toEqual({ level: 'info', event: 'stopped', ...stopped });
  });

  test.each(['SIGINT', 'SIGHUP'] as const)(
    '%s says what it cuts off, and is obeyed',
    async (it) => {
      const spiped = await listening();
      const [one] = await openConnections(2);
      one?.destroy();
      await said(spiped.stderr, 'connection-ended');
      spiped.child.kill(it);
      const { signal, stderr } = await spiped.ended;
      expect(signal).toBe(it);
      const stopped = { signal: it, connections: 2, cut: 1 };
      expect(linesOf(stderr).at(-1)).toEqual({ level: 'info', event: 'stopped', ...stopped });
      expect(existsSync(path('e'))).toBe(false);
    },
  );

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s is the last thing said, also on a socket, which a thread writes to',
    async (it) => {
      const [file = ''] = SPIPED;
      const args = it === 'SIGINT' ? daemon() : ['-D', ...daemonTo('host.invalid:80')];
      // A pipe of Node's is a socket, as what systemd gives to a daemon is.
      const child = spawn(file, ['-F', ...args], {
        cwd: scope.directory,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      scope.onClose(() => void child.kill('SIGKILL'));
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      const ended = once(child, 'close');
      await said(() => stderr, it === 'SIGINT' ? '"listening"' : 'name-not-resolved');
      child.kill(it);
      expect(await ended).toEqual([null, it]);
      const stopped = { signal: it, connections: 0, cut: 0 };
      expect(linesOf(stderr).at(-1)).toEqual({ level: 'info', event: 'stopped', ...stopped });
    },
  );

  test('what was only counted is told before it ends by a signal', async () => {
    // Nobody listens on t.
    const spiped = await listening();
    for (let i = 1; i <= 7; i++) {
      const socket = await connectTo(scope, path('e'));
      if (socket !== undefined) await once(socket, 'close').catch(() => {});
    }
    await until('all ends', () => spiped.stderr().split('connection-ended').length === 8);
    spiped.child.kill('SIGINT');
    const { stderr } = await spiped.ended;
    const counted = { repeated: 'target-connect-failed', count: 2, peers: 1 };
    expect(linesOf(stderr).filter(({ event }) => event === 'repeats')).toMatchObject([counted]);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'with -D it says that it waits, and when %s ends that',
    async (it) => {
      const spiped = startSpiped(scope, ['-F', '-D', ...daemonTo('host.invalid:80')]);
      await said(spiped.stderr, 'name-not-resolved');
      spiped.child.kill(it);
      const { signal, stderr } = await spiped.ended;
      expect(signal).toBe(it);
      expect(linesOf(stderr).filter(({ level }) => level === 'info')).toEqual([
        { ...self(spiped.pid), target: 'host.invalid:80', event: 'starting' },
        { level: 'info', event: 'stopped', signal: it, connections: 0, cut: 0 },
      ]);
    },
  );

  test('at warn it says nothing of all this', async () => {
    const spiped = startSpiped(scope, ['-F', ...daemon().slice(0, -1), 'warn']);
    await until('a listening', async () => (await connectTo(scope, path('e'))) !== undefined);
    spiped.child.kill('SIGINT');
    const { stderr } = await spiped.ended;
    expect(linesOf(stderr).filter(({ level }) => level === 'info')).toEqual([]);
  });
});

test('who drops no connection says nothing of it', () => {
  const log = vi.fn();
  const life = new Life({ drainTimeoutMilliseconds: 1000 } as SpipedConfig, { log });
  life.dropped(0);
  expect(log).not.toHaveBeenCalled();
  life.dropped(1);
  expect(log).toHaveBeenCalledWith(
    ...['warn', 'drain-timeout'],
    'dropped 1 connection, still open 1 s after SIGTERM (--drain-timeout)',
    { connections: 1, seconds: 1 },
  );
});

describe('in the background', () => {
  test.each([{ options: [] }, { options: ['-D'] }])(
    'it has said that it listens when the command returns: $options',
    async ({ options }) => {
      const args = daemon('-p', 'pid', ...options);
      const { stderr, ended } = startSpiped(scope, args);
      expect(await ended).toMatchObject({ code: 0 });
      const pid = daemonOf(scope, 'pid');
      // With -D the command returns before that.
      if (options.length > 0) await said(stderr, '"listening"');
      process.kill(pid, 'SIGTERM');
      await until('its end', () => !isAlive(pid));
      expect(linesOf(stderr())).toEqual([
        ...(options.length > 0 ? [{ ...self(pid), event: 'starting' }] : []),
        { ...self(pid), event: 'listening' },
        { level: 'info', event: 'draining', signal: 'SIGTERM', connections: 0 },
        { level: 'info', event: 'stopped', status: 0, connections: 0, cut: 0 },
      ]);
    },
  );

  test.each(['SIGTERM', 'SIGINT'] as const)('syslog hears all of it: %s', async (signal) => {
    writeFileSync(path('logger'), `#!/bin/sh\nexec cat >>${path('logged')}\n`);
    chmodSync(path('logger'), 0o755);
    const env = { PATH: `${scope.directory}:${process.env.PATH}` };
    const args = daemon('--syslog', '-p', 'pid');
    expect(await runSpiped(scope, args, { env })).toMatchObject({ code: 0, stderr: '' });
    const pid = daemonOf(scope, 'pid');
    const logged = () => (existsSync(path('logged')) ? readFileSync(path('logged'), 'utf8') : '');
    process.kill(pid, signal);
    await until('its end', () => !isAlive(pid));
    await until('the last line', () => logged().includes('"stopped"'));
    expect(linesOf(logged()).map(({ event }) => event)).toEqual(
      signal === 'SIGTERM' ? ['listening', 'draining', 'stopped'] : ['listening', 'stopped'],
    );
  });
});
