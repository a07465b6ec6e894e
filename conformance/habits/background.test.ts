/**
 * Lines without `-F`: upstream's own, a unit that forks, FreeBSD's rc.d script.
 */

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { hasEnded } from '../compat/processes.ts';
import { echo, Target } from '../interop/targets.ts';
import { type Address, newAddress } from '../subjects/addresses.ts';
import { within } from '../subjects/deadline.ts';
import { isListening } from '../subjects/processes.ts';
import { startSpiped } from '../subjects/spiped.ts';
import { habit, type Seat } from './habit.ts';
import { expectEcho } from './traffic.ts';

const IN_ORDER = { code: 0, signal: null };

habit('upstream site: typed into a shell, it goes to the background', async (seat) => {
  const { scope, host } = seat;
  const target = await Target.start(scope, echo);
  const source = await newAddress('ipv4', scope.directory);
  const everywhere = source.text.replace('127.0.0.1', '0.0.0.0');
  // spiped -d -s '[0.0.0.0]:8025' -t '[127.0.0.1]:25' -k keyfile
  const line = `spiped -d -s '${everywhere}' -t '${target.address.text}' -k keyfile`;
  expect(await host.shell(line).ended()).toEqual(IN_ORDER);
  await expectAccepts(source);

  await expectPipe(seat, source);
  const pid = await pidIn(join(host.home, `${everywhere}.pid`));
  await stop(pid);
});

habit('a unit without -F: its program returns when the daemon listens', async (seat) => {
  const { scope, host } = seat;
  const target = await Target.start(scope, echo);
  const source = await newAddress('ipv4', scope.directory);
  const pidFile = join(host.home, 'spiped.pid');
  // Type=forking, PIDFile=…
  const unit = host.unit(
    `/usr/bin/spiped -d -s ${source.text} -t ${target.address.text} -k ${host.key} -p ${pidFile}`,
  );
  expect(await unit.ended()).toEqual(IN_ORDER);
  await expectAccepts(source);
  const pid = await pidIn(pidFile);
  expect(await isListening(pid, source)).toBe(true);

  await expectPipe(seat, source);
  await stop(pid);
});

habit(
  'a unit without -F: its program returns 1, and leaves nothing, when it cannot',
  async (seat) => {
    const { scope, host } = seat;
    const target = await Target.start(scope, echo);
    const taken = await Target.start(scope, echo);
    const unit = host.unit(
      `/usr/bin/spiped -d -s ${taken.address.text} -t ${target.address.text} -k ${host.key}`,
    );
    expect(await unit.ended()).toEqual({ code: 1, signal: null });
    expect(unit.account()).toMatch(/^ {2}\| spiped: .*address already in use/m);
    // The scope finds whatever is left running, and fails.
  },
);

habit(
  'FreeBSD rc.d: another user, found by pid file and by name',
  async (seat) => {
    const { scope, host } = seat;
    const target = await Target.start(scope, echo);
    const source = await newAddress('ipv4', scope.directory);
    const group = (await execa('id', ['-gn', 'nobody'])).stdout;
    const pidFile = join(host.home, 'spiped_X.pid');
    // spiped -D -d -s … -t … -k … -u spiped:spiped -p /var/run/spiped_X.pid
    const line =
      `spiped -D -d -s ${source.text} -t ${target.address.text} -k ${host.key} ` +
      `-u nobody:${group} -p ${pidFile}`;
    expect(await host.shell(line).ended()).toEqual(IN_ORDER);
    const pid = await pidIn(pidFile);
    // With -D it returns before it listens.
    await within(
      'the daemon listens',
      poll(() => isListening(pid, source)),
    );
    await expectPipe(seat, source);

    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const [uid, gid] = [await idOf('-u'), await idOf('-g')];
    expect(status).toMatch(new RegExp(`^Uid:\\t${uid}\\t${uid}\\t${uid}\\t${uid}$`, 'm'));
    expect(status).toMatch(new RegExp(`^Gid:\\t${gid}\\t${gid}\\t${gid}\\t${gid}$`, 'm'));
    expect(status).toMatch(/^Groups:\s*$/m);
    // rc.subr looks at the process of the pid file by its name, and at all of that name.
    expect((await execa('ps', ['-o', 'comm=', '-p', String(pid)])).stdout).toBe('spiped');
    expect((await execa('pgrep', ['-x', 'spiped'])).stdout.split('\n')).toContain(String(pid));
    await stop(pid);
  },
  await whyNoRcScript(),
);

async function whyNoRcScript(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'users and groups are read from /proc, which is Linux';
  if (process.geteuid?.() !== 0) return 'only root can change its user (-u)';
  for (const tool of ['pgrep', 'ps', 'id']) {
    const found = await execa('sh', ['-c', `command -v ${tool}`], { reject: false });
    if (found.exitCode !== 0) return `this machine has no ${tool}`;
  }
  return undefined;
}

async function idOf(option: '-u' | '-g'): Promise<string> {
  return (await execa('id', [option, 'nobody'])).stdout;
}

/** The first attempt to connect succeeds: nothing is waited for. */
async function expectAccepts(address: Address): Promise<void> {
  const socket = connect(address.net);
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}

/** C encrypts, the daemon at `source` decrypts: bytes come back through both. */
async function expectPipe({ scope, host, peer }: Seat, source: Address): Promise<void> {
  const client = await startSpiped(scope, peer, {
    role: '-e',
    source: 'ipv4',
    target: source,
    key: host.key,
  });
  await expectEcho(scope, client.source);
  await client.program.kill('SIGKILL');
}

/** The process id that a pid file holds: a number in decimal, and nothing else. */
async function pidIn(path: string): Promise<number> {
  const text = await readFile(path, 'utf8');
  expect(text).toMatch(/^[1-9]\d*$/);
  return Number(text);
}

/** Ends a daemon as init scripts do, and waits for its end. */
async function stop(pid: number): Promise<void> {
  process.kill(pid, 'SIGTERM');
  await within(
    `process ${pid} ends on SIGTERM`,
    poll(async () => !isThere(pid)),
  );
}

/** Is the process there, and not only waiting for somebody to ask how it ended? */
function isThere(pid: number): boolean {
  if (process.platform === 'linux') return !hasEnded(pid);
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function poll(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}
