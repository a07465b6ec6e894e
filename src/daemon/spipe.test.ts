/**
 * How a spipe ends: standard input and output of every kind, and its exit status.
 *
 * Goal of these tests: an end is passed on in each direction by itself (CN-10), and what cannot be
 * delivered is said in one line with status 1.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { within } from '../../conformance/subjects/deadline.ts';
import { SCOPE_MARK, Scope } from '../../conformance/subjects/scope.ts';
import {
  isListening,
  openTarget,
  SPIPE,
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

/** A `spiped -d` in front of a target with this behaviour. */
async function behindPipe(behaviour: (socket: Socket) => void): Promise<void> {
  await openTarget(scope, 't', behaviour);
  const place = (name: string): string => join(scope.directory, name);
  startSpiped(scope, ['-F', '-d', '-s', place('d'), '-t', place('t'), '-k', key, '-o', '60']);
  await until('a spiped that listens', () => isListening(scope, place('d')));
}

/** `sh -c script` in which `"$@"` is a spipe to that spiped. Its standard input stays open. */
function shell(script: string): { child: ChildProcess; ended: Promise<string> } {
  const spipe = [...SPIPE, '-t', join(scope.directory, 'd'), '-k', key, '-o', '60'];
  const child = spawn('sh', ['-c', script, 'sh', ...spipe], {
    cwd: scope.directory,
    env: { ...process.env, [SCOPE_MARK]: scope.mark },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin?.on('error', () => {});
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const ended = within(`the end of ${script}`, once(child, 'close')).then(() => said);
  scope.onClose(() => {
    child.stdin?.end();
  });
  return { child, ended };
}

//= CL-44
//# The end of its standard input MUST be passed on by `spipe` as CN-10 says, and the end of what
//# the target sends as the end of standard output.
test('CN-10: the end of the target’s data is the end of standard output, at once', async () => {
  let received = '';
  await behindPipe((socket) => {
    socket.on('data', (bytes) => {
      received += String(bytes);
    });
    socket.end('all I have to say');
  });
  // A real pipe to a reader that ends only when its input does; it then lets our input go.
  const { child, ended } = shell('"$@" | { cat; echo " - end"; }');
  const [first] = (await once(child.stdout as NodeJS.EventEmitter, 'data')) as [string];
  let output = first;
  child.stdout?.on('data', (text: string) => {
    output += text;
  });
  await until('the end of standard output', () => output.includes(' - end'));
  expect(output).toBe('all I have to say - end\n');
  // The other direction still goes.
  child.stdin?.end('understood');
  await ended;
  // spipe has ended when all is on its way, which is before it is there.
  await until('what was said at last', () => received === 'understood');
});

//= CL-45
//# The exit status of `spipe` MUST be 0 when both directions ended in order, and 1 with a line on
//# standard error when the connection failed.
test('CN-16: an input that is empty from the start is an end like any other', async () => {
  await behindPipe((socket) => socket.end('answer'));
  expect(await shell(': | "$@" | cat; echo').ended).toBe('answer\n');
  expect(await shell(': | "$@" >/dev/null; echo "status $?"').ended).toBe('status 0\n');
});

test('CN-16: a file as input, and as output, ends in order', async () => {
  await behindPipe((socket) => socket.pipe(socket));
  const said = await shell('echo answer >in; "$@" <in >out; echo "status $?"; cat out').ended;
  expect(said).toBe('status 0\nanswer\n');
});

//= CL-45
//# The exit status of `spipe` MUST be 0 when both directions ended in order, and 1 with a line on
//# standard error when the connection failed.
test('a standard output that nobody reads is one line and status 1', async () => {
  await behindPipe((socket) => {
    socket.on('error', () => {});
    socket.write(Buffer.alloc(1_000_000, 'x'));
  });
  const said = await shell('{ "$@"; echo "status $?" >&2; } | true').ended;
  expect(said).toMatch(
    /^spipe: reading standard input or writing standard output failed: EPIPE; up to \d+ bytes for the plain side not delivered; id .*\nstatus 1\n$/,
  );
});

//= CL-43
//# SIGTERM MUST make `spipe` close its connection and end with exit status 0.
test('CL-43: SIGTERM closes the connection, and the status is 0', async () => {
  let closed = false;
  await behindPipe((socket) => {
    socket.on('error', () => {});
    socket.on('close', () => {
      closed = true;
    });
    socket.write('hello');
  });
  const { child, ended } = shell('exec "$@"');
  await once(child.stdout as NodeJS.EventEmitter, 'data');
  child.kill('SIGTERM');
  expect(await ended).toBe('hello');
  expect({ code: child.exitCode, signal: child.signalCode }).toEqual({ code: 0, signal: null });
  await until('the end of the connection at the target', () => closed);
});

test('a full disk is one line and status 1', async ({ skip }) => {
  if (process.platform !== 'linux') skip('this needs /dev/full');
  await behindPipe((socket) => socket.end('x'));
  expect(await shell('"$@" >/dev/full; echo "status $?"').ended).toMatch(
    /^spipe: reading standard input or writing standard output failed: ENOSPC; up to 1 bytes for the plain side not delivered; id .*\nstatus 1\n$/,
  );
});
