/** Which daemons cells share, and when they end. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Scope } from '../subjects/scope.ts';
import type { Subject } from '../subjects/subject.ts';
import { Line } from './line.ts';
import type { Pairing } from './pairing.ts';
import { type Fixture, Stage } from './stage.ts';
import { sink } from './targets.ts';

let scope: Scope;
let stage: Stage;
let subject: Subject;

/** A stand-in for spiped: listens at its source, and hands each connection on as it is. */
const STAND_IN = `
  const { connect, createServer } = require('node:net');
  const port = (flag) => Number(process.argv[process.argv.indexOf(flag) + 1].split(':').at(-1));
  createServer({ allowHalfOpen: true }, (socket) => {
    console.error('served');
    socket.on('error', () => {});
    const to = { port: port('-t'), host: '127.0.0.1', allowHalfOpen: true };
    socket.pipe(connect(to).on('error', () => {})).pipe(socket);
  }).listen(port('-s'), '127.0.0.1');
`;

beforeEach(async () => {
  scope = await Scope.open();
  stage = new Stage();
  scope.onClose(() => stage.clear());
  const script = join(scope.directory, 'spiped.cjs');
  await writeFile(script, STAND_IN);
  subject = {
    name: 'stand-in',
    spiped: [process.execPath, script],
    spipe: ['false'],
    version: '0',
    reportsFailures: true,
    spipeMayDieBySignal: false,
  };
});

afterEach(() => scope.close());

const pairing = (name: string): Pairing => ({
  name,
  client: subject,
  server: subject,
  entry: 'spiped',
  engines: 'no choice',
});

const pids = ({ exit, entrance }: Fixture) => [exit.daemon.program.pid, entrance?.program.pid];

test('cells of a pairing share both daemons; another pairing shares the -d', async () => {
  const one = pairing('one');
  const first = pids(await stage.fixture(one, {}));
  expect(pids(await stage.fixture(one, {}))).toEqual(first);
  const other = pids(await stage.fixture(pairing('other'), {}));
  expect(other[0]).toBe(first[0]);
  expect(other[1]).not.toBe(first[1]);
});

test('other settings get other daemons: the -e for its policy and key, both for the -d', async () => {
  const one = pairing('one');
  const first = pids(await stage.fixture(one, {}));
  for (const settings of [{ clientPolicy: '-f' }, { sameKey: false }] as const) {
    const [server, client] = pids(await stage.fixture(one, settings));
    expect(server).toBe(first[0]);
    expect(client).not.toBe(first[1]);
  }
  const [server, client] = pids(await stage.fixture(one, { serverPolicy: '-g' }));
  expect(server).not.toBe(first[0]);
  expect(client).not.toBe(first[1]);
});

test('a pairing that leaves takes its -e along; a stage that is cleared ends everything', async () => {
  const one = pairing('one');
  const before = await stage.fixture(one, {});
  await stage.leave(one);
  expect(before.entrance?.program.running).toBe(false);
  expect(before.exit.daemon.program.running).toBe(true);

  await stage.clear();
  expect(before.exit.daemon.program.running).toBe(false);
  const after = await stage.fixture(one, {});
  expect(pids(after)).not.toEqual(pids(before));
});

test('a line tells this cell its own connections and complaints from those before', async () => {
  const one = pairing('one');
  const first = await Line.open(scope, stage, one, {});
  const call = first.connect(sink);
  call.end.end(Buffer.from('first'));
  await call.visit();
  await first.serverComplaint();
  await first.clientComplaint(call);
  expect(await call.end.over()).toBe('in order');
  first.expectUndisturbed();

  const second = await Line.open(scope, stage, one, {});
  expect(await second.settle()).toEqual([]);
  const later = second.connect(sink);
  later.end.end(Buffer.from('second one'));
  expect(await later.end.over()).toBe('in order');
  const visits = await second.settle();
  expect(visits.map(({ received }) => received.bytes)).toContain(10);
  second.expectUndisturbed();
});

test('a connection that nobody made, or that did not arrive, is found at the end', async () => {
  const line = await Line.open(scope, stage, pairing('one'), {});
  const { exit } = await stage.fixture(pairing('one'), {});
  void exit.turns.next(sink);
  expect(() => line.expectUndisturbed()).toThrow('did not reach the target');
  exit.turns.giveUp();
  exit.turns.strays += 1;
  expect(() => line.expectUndisturbed()).toThrow('nobody made');
});
