/**
 * The event log of a daemon: which of its files a line of the log is about, whose peer's it is, and
 * what is said when files cannot be made, more than once.
 */

import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newAddress } from '../../conformance/subjects/addresses.ts';
import { Scope } from '../../conformance/subjects/scope.ts';
import { PairFinder, readEventLogFile } from '../eventlog/index.ts';
import {
  connectTo,
  openTarget,
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

/** One in the foreground that says everything, as JSON, and has said that it listens. */
async function listening(...args: string[]): Promise<Started> {
  const more = ['-k', key, '--log-level', 'info', '--log-format', 'json'];
  const spiped = startSpiped(scope, ['-F', ...args, ...more]);
  await until('that it listens', () => spiped.stderr().includes('"listening"'));
  return spiped;
}

type Line = Readonly<Record<string, string | number>>;

const linesOf = (spiped: Started): readonly Line[] =>
  spiped
    .stderr()
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line));

const eventsOf = (spiped: Started): readonly unknown[] => linesOf(spiped).map(({ event }) => event);

/** The lines about ended connections, when there are so many. */
async function endsOf(spiped: Started, count: number): Promise<readonly Line[]> {
  const ends = () => linesOf(spiped).filter(({ event }) => event === 'connection-ended');
  await until(`${count} ends`, () => ends().length === count);
  return ends();
}

/** What an event log says of its connection. */
async function recorded(folder: string, name: string) {
  let header: Line = {};
  let dialled: unknown;
  let finder = new PairFinder('client');
  for await (const record of readEventLogFile(path(join(folder, name)))) {
    if (record.kind === 'header') {
      const { connection, peer = '', target = '', role } = record.header;
      header = { connection, peer, target };
      finder = new PairFinder(role);
    }
    if (record.kind !== 'entry') continue;
    finder.see(record.entry.event, record.entry.effects);
    dialled ??= record.entry.dialled;
  }
  return { ...header, dialled, pair: finder.pair };
}

test('a connection is the same in both logs, both event logs, and at the sockets', async () => {
  for (const folder of ['at-e', 'at-d']) mkdirSync(path(folder));
  const atTarget: Socket[] = [];
  await openTarget(scope, 't', (socket) => {
    atTarget.push(socket);
    socket.end('answer');
  });
  const [e, d] = [
    await newAddress('ipv4', scope.directory),
    await newAddress('ipv4', scope.directory),
  ];
  const workers = ['--workers', '2', '--event-log', 'at-d'];
  const server = await listening('-d', '-s', d.text, '-t', path('t'), ...workers);
  const client = await listening('-e', '-s', e.text, '-t', d.text, '--event-log', 'at-e');
  for (let i = 0; i < 3; i++) {
    const port = Number(/\d+$/.exec(e.text)?.[0]);
    const socket = createConnection({ host: '127.0.0.1', port, allowHalfOpen: true });
    scope.onClose(() => void socket.destroy());
    await once(socket.resume(), 'end');
    socket.end();
    await endsOf(client, i + 1);
  }
  const atE = await endsOf(client, 3);
  const atD = await endsOf(server, 3);
  expect(new Set(atE.map(({ pair }) => pair)).size).toBe(3);
  expect(new Set([...atE, ...atD].map(({ connection }) => connection)).size).toBe(6);
  const byPair = new Map(atD.map((line) => [line.pair, line]));
  for (const line of atE) {
    const other = byPair.get(line.pair);
    // One socket has two ends, and each end tells of both.
    expect(other?.peer).toBe(line.localAddress);
    expect(line.targetAddress).toBe(d.text);
    expect(other?.targetAddress).toBe(path('t'));
    for (const [folder, { connection, pair, peer, target, ...rest }] of [
      ['at-e', line],
      ['at-d', other ?? {}],
    ] as const) {
      const names = readdirSync(path(folder)).filter((name) =>
        name.endsWith(`-${connection}.ndjson`),
      );
      expect(names).toHaveLength(1);
      const { targetAddress: to, localAddress: from } = rest;
      expect(await recorded(folder, names[0] ?? '')).toEqual({
        ...{ connection, pair, peer, target },
        dialled: from === undefined ? { to } : { to, from },
      });
    }
  }
  // In text, too: spiped-trace and an operator look for the same words.
  for (const { message, connection, pair } of [...atE, ...atD]) {
    expect(message).toContain(`; id ${connection}; pair ${pair}; dialled `);
  }
});

test('each outage of the event log is told, and each recovery', async () => {
  mkdirSync(path('logs'));
  await openTarget(scope, 't', (socket) => socket.destroy());
  const args = ['-e', '-s', path('e'), '-t', path('t'), '--event-log', 'logs'];
  const spiped = await listening(...args);
  let connections = 0;
  /** Three connections, one after the other, and what was said of the event log then. */
  const after = async (count: number): Promise<readonly unknown[]> => {
    for (let i = 0; i < 3; i++) {
      await connectTo(scope, path('e'));
      connections += 1;
      await endsOf(spiped, connections);
    }
    const said = () => eventsOf(spiped).filter((event) => /^event-log/.test(String(event)));
    await until('a line about the event log', () => said().length >= count);
    return said();
  };
  const expected: string[] = [];
  for (let outage = 1; outage <= 2; outage++) {
    // As a disk that is gone: no file can be made.
    rmSync(path('logs'), { recursive: true });
    expected.push('event-log-stopped');
    expect(await after(expected.length)).toEqual(expected);
    mkdirSync(path('logs'));
    expected.push('event-log-resumed');
    expect(await after(expected.length)).toEqual(expected);
  }
  expect(readFileSync(path(join('logs', readdirSync(path('logs'))[0] ?? '')), 'utf8')).toContain(
    '"outcome"',
  );
});
