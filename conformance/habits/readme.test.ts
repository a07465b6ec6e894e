/**
 * The blocks of commands in README.md, pasted into a shell as they stand, one after the other, as
 * somebody does who reads it for the first time. Only the ports are the test's own, and where the
 * machine need not have a program, a small one is in its place.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hasEnded } from '../compat/processes.ts';
import { type Behaviour, Target } from '../interop/targets.ts';
import { newAddress } from '../subjects/addresses.ts';
import { WAIT_LIMIT, within } from '../subjects/deadline.ts';
import { Scope } from '../subjects/scope.ts';
import { ours } from '../subjects/subject.ts';
import { Host } from './host.ts';

/** Blocks that are not run here, by their first two words, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'npm start': 'conformance/demo has tests of its own',
  'npm ci': 'it would install for everybody on this machine',
};

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The blocks in `sh`, in order. */
const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);

const beginningOf = (block: string): string => block.split(/\s+/, 2).join(' ');

let scope: Scope;
let host: Host;
/** Free ports in place of those in the page; the same one for the same. */
let ports: Map<string, string>;

beforeEach(async () => {
  scope = await Scope.open();
  host = await Host.make(scope, await ours());
  const trace = fileURLToPath(new URL('../../dist/bin/spiped-trace.js', import.meta.url));
  await symlink(trace, join(host.bin, 'spiped-trace'));
  ports = new Map();
});
afterEach(async () => {
  for (const name of readdirSync(host.home).filter((one) => one.endsWith('.pid'))) {
    await end(pidIn(name));
  }
  await scope.close();
});

const pidIn = (name: string): number => Number(readFileSync(join(host.home, name), 'utf8'));

/** SIGTERM, and its end. */
async function end(pid: number): Promise<void> {
  if (!hasEnded(pid)) process.kill(pid, 'SIGTERM');
  await untilEnded(pid);
}

async function untilEnded(pid: number): Promise<void> {
  const deadline = Date.now() + WAIT_LIMIT;
  while (!hasEnded(pid)) {
    if (Date.now() > deadline) throw new Error(`process ${pid} does not end`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A Redis that knows one command, as its protocol spells it, and answers each line. */
const redis: Behaviour = ({ socket }) => {
  let line = '';
  socket.on('data', (bytes: Buffer) => {
    line += bytes;
    if (!line.endsWith('\n')) return;
    socket.end(line.toUpperCase().includes('PING') ? '+PONG\r\n' : '-ERR\r\n');
  });
};

/** `redis-cli -p PORT ping`, in place of the real one. */
const REDIS_CLI = `#!/usr/bin/env node
const [, , option, port, command] = process.argv;
if (option !== '-p') process.exit(2);
const socket = require('node:net').connect(Number(port), '127.0.0.1');
socket.on('error', ({ message }) => { console.error(message); process.exit(1); });
socket.setEncoding('utf8').on('data', (text) => process.stdout.write(text.replace('+', '')));
socket.write(command + '\\r\\n');
`;

/** `ssh -o ProxyCommand=… host`, as far as it is about the pipe: it talks through that command. */
const SSH = `#!/bin/sh
[ "$1" = -o ] && echo ping | sh -c "\${2#ProxyCommand=}"
`;

async function install(name: string, script: string): Promise<void> {
  await writeFile(join(host.bin, name), script, { mode: 0o755 });
}

/** The block with the ports of this test. */
async function withOwnPorts(block: string): Promise<string> {
  for (const [, port = ''] of block.matchAll(/(?:\]:|-p )(\d+)/g)) {
    if (ports.has(port)) continue;
    const { text } = await newAddress('ipv4', scope.directory);
    ports.set(port, /\d+$/.exec(text)?.[0] ?? '');
  }
  return block.replace(/(\]:|-p )(\d+)/g, (_, before, port) => `${before}${ports.get(port)}`);
}

/** Paste this block; what it printed. It must succeed, to its last line. */
async function paste(block: string): Promise<string> {
  const line = await withOwnPorts(block);
  const shell = host.shell(`set -e\n${line}`);
  let printed = '';
  shell.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  // Also, that no daemon keeps the shell's output.
  const closed = new Promise((resolve) => shell.child.stdout?.once('close', resolve));
  expect(await shell.ended(), shell.account()).toEqual({ code: 0, signal: null });
  await within(`the end of the output of: ${line}`, closed);
  return printed;
}

test('every block of commands, pasted as it stands, in order, does what the page says', async () => {
  await install('redis-cli', REDIS_CLI);
  await install('ssh', SSH);
  const service = await Target.start(scope, redis);
  const port = /\d+$/.exec(service.address.text)?.[0] ?? '';
  // Redis, and the ssh daemon.
  for (const known of ['6379', '22']) ports.set(known, port);

  const run = blocks.filter((block) => !Object.hasOwn(NOT_RUN, beginningOf(block)));
  const [key = '', pipe = '', kill = '', sshd = '', ssh = '', logs = '', ...more] = run;
  expect(more).toEqual([]);
  expect(blocks.length - run.length).toBe(Object.keys(NOT_RUN).length);

  expect(await paste(key)).toBe('');
  expect(await paste(pipe)).toBe('PONG\r\n');
  const daemons = ['spiped-d.pid', 'spiped-e.pid'].map(pidIn);
  expect(daemons.map(hasEnded)).toEqual([false, false]);
  expect(await paste(kill)).toBe('');
  for (const pid of daemons) await untilEnded(pid);

  expect(await paste(sshd)).toBe('');
  expect(await paste(ssh)).toBe('+PONG\r\n');

  expect(await paste(logs)).toBe('');
  const through = `echo ping | spipe -t '[127.0.0.1]:6382' -k keyfile`;
  expect(await paste(through)).toBe('+PONG\r\n');
  await end(pidIn('spiped-logs.pid'));
  const [file = '', ...others] = readdirSync(join(host.home, 'logs'));
  expect(others).toEqual([]);
  expect(await paste(`spiped-trace show logs/${file}`)).toContain('closed by both ends');
  expect(await paste(`spiped-trace verify logs/${file} --key keyfile`)).toContain(' 0 fail');
});
