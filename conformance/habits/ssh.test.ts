/**
 * Upstream's `ProxyCommand` for ssh: a program starts spipe through a shell and talks through it.
 *
 * There is no ssh server here. A stand-in for the client shows that all bytes come through; a real
 * ssh, where there is one, that it can use the line.
 */

import { randomBytes } from 'node:crypto';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { Receiver, sumOf } from '../interop/receiver.ts';
import { type Behaviour, echo, Target } from '../interop/targets.ts';
import { startSpiped } from '../subjects/spiped.ts';
import { habit, type Seat } from './habit.ts';
import { LENGTH } from './traffic.ts';

habit('ssh ProxyCommand: a stand-in for ssh, started through a shell', async (seat) => {
  const { command } = await proxyCommand(seat, echo);
  // As ssh does it: it puts in the host as typed, and the shell does the rest.
  const proxy = seat.host.shell(`exec ${command.replaceAll('%h', 'localhost')}`, { input: true });
  const { stdin, stdout } = proxy.child;
  if (stdin === null || stdout === null) throw new Error('spipe has no streams');
  const received = new Receiver('the stand-in for ssh', stdout);
  const bytes = randomBytes(LENGTH);
  stdin.end(bytes);
  expect(await received.over()).toBe('end');
  expect(received.sum).toBe(sumOf(bytes));
  expect(await proxy.ended()).toEqual({ code: 0, signal: null });
});

habit(
  'ssh ProxyCommand: a real ssh reads and writes through it',
  async (seat) => {
    const LINE = 'no ssh server: a test';
    const { command, target } = await proxyCommand(seat, answerLine(`${LINE}\r\n`));
    const options = ['-F', 'none', '-o', 'BatchMode=yes', '-o', `ProxyCommand=${command}`];
    const ssh = seat.host.start(['ssh', '-v', ...options, 'localhost']);
    // It has read the line through the pipe, and shows it.
    await ssh.says(LINE);
    await ssh.kill('SIGTERM');
    // What it wrote through the pipe is its version.
    const { received } = await target.visit();
    await received.over();
    expect(received.bytes).toBeGreaterThan('SSH-2.0-\r\n'.length);
  },
  await whyNoSsh(),
);

/** Waits for a line, and answers with another one. */
function answerLine(line: string): Behaviour {
  return ({ socket }) => {
    socket.on('data', (bytes: Buffer) => {
      if (bytes.includes('\n')) socket.write(line);
    });
  };
}

/**
 * The line of upstream's site, in front of C's `spiped -d` and a target: only the port differs.
 * The key is where the line expects it.
 */
async function proxyCommand(
  { scope, host, peer }: Seat,
  behaviour: Behaviour,
): Promise<{ readonly command: string; readonly target: Target }> {
  const target = await Target.start(scope, behaviour);
  const server = await startSpiped(scope, peer, {
    role: '-d',
    source: 'name',
    target: target.address,
    key: host.key,
  });
  await mkdir(join(host.home, '.ssh'));
  await copyFile(host.key, join(host.home, '.ssh', 'spiped_localhost_key'));
  // ProxyCommand spipe -t %h:8022 -k ~/.ssh/spiped_%h_key
  const address = server.source.text.replace('localhost', '%h');
  return { command: `spipe -t ${address} -k ~/.ssh/spiped_%h_key`, target };
}

async function whyNoSsh(): Promise<string | undefined> {
  const found = await execa('ssh', ['-V'], { reject: false });
  return found.exitCode === 0 ? undefined : 'this machine has no ssh';
}
