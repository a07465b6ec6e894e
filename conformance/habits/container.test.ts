/**
 * The Docker official image's line: process 1 of a container, which nothing but a handler can end.
 */

import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { expect } from 'vitest';
import { PlainEnd } from '../interop/plain-end.ts';
import { sumOf } from '../interop/receiver.ts';
import { echo, Target } from '../interop/targets.ts';
import { newAddress } from '../subjects/addresses.ts';
import { startSpiped } from '../subjects/spiped.ts';
import type { Command } from '../subjects/subject.ts';
import { habit } from './habit.ts';
import { expectEcho, untilListening } from './traffic.ts';

/** Ways into a pid namespace with a /proc of its own, for root and for others. */
const CONTAINERS: readonly Command[] = [
  ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child', '--'],
  ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child', '--'],
];

const container = await firstThatWorks();

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  habit(
    `Docker official image: process 1, ended by ${signal}`,
    async ({ scope, host, peer }) => {
      if (container === undefined) throw new Error('this habit has an obstacle');
      const target = await Target.start(scope, echo);
      const source = await newAddress('ipv4', scope.directory);
      // exec spiped -k /spiped/key -F "$@"
      const entrypoint = `exec spiped -k ${host.key} -F "$@"`;
      const args = ['-d', '-s', source.text, '-t', target.address.text];
      const [unshare, ...options] = container;
      const started = host.start([unshare, ...options, 'sh', '-c', entrypoint, 'sh', ...args]);
      await untilListening(started, source);
      const pid = await onlyChildOf(started.pid);
      // Its id here, and then the one that it has in there.
      expect(await readFile(`/proc/${pid}/status`, 'utf8')).toMatch(/^NSpid:\t\d+\t1$/m);

      const client = await startSpiped(scope, peer, {
        role: '-e',
        source: 'ipv4',
        target: source,
        key: host.key,
      });
      await expectEcho(scope, client.source);
      const open = PlainEnd.ofSocket(scope, 'the open connection', client.source);
      open.send(Buffer.from('before'));
      await open.received.reached('before'.length);
      process.kill(pid, signal);
      if (signal === 'SIGTERM') {
        // What is open is served to its end; with SIGINT nothing is.
        open.end(Buffer.from('after'));
        expect(await open.over()).toBe('in order');
        expect(open.received.sum).toBe(sumOf(Buffer.from('beforeafter')));
      }
      expect(await started.ended()).toEqual({ code: 0, signal: null });
    },
    container === undefined ? 'this machine allows no pid namespaces (unshare)' : undefined,
  );
}

async function firstThatWorks(): Promise<Command | undefined> {
  for (const command of CONTAINERS) {
    const [file, ...args] = command;
    if ((await execa(file, [...args, 'true'], { reject: false })).exitCode === 0) return command;
  }
  return undefined;
}

async function onlyChildOf(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  expect(children.trim()).toMatch(/^\d+$/);
  return Number(children);
}
