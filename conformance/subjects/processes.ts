/**
 * What the operating system knows about processes: which carry a mark, which listen where.
 *
 * Linux is read from /proc. Elsewhere `lsof` answers who listens, and marks cannot be read.
 */

import { readdir, readFile, readlink } from 'node:fs/promises';
import { execa } from 'execa';
import type { Address } from './addresses.ts';

/** A process found by its mark. */
export interface MarkedProcess {
  readonly pid: number;
  readonly command: string;
}

const onLinux = process.platform === 'linux';

/**
 * The processes whose environment holds `mark` (`NAME=value`): those started with it and all
 * their descendants, however far they detached. Empty where the system does not tell.
 */
export async function processesMarked(mark: string): Promise<readonly MarkedProcess[]> {
  if (!onLinux) return [];
  const found: MarkedProcess[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
    if (!environment.split('\0').includes(mark)) continue;
    const commandLine = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    found.push({ pid: Number(name), command: commandLine.replaceAll('\0', ' ').trim() });
  }
  return found;
}

/**
 * Does the process, or a descendant of it, listen on `address`? Asked of the operating system: a
 * connection to find out would reach the target, since spiped dials it on accept.
 */
export async function isListening(pid: number, address: Address): Promise<boolean> {
  return onLinux ? await listensByProc(pid, address) : await listensByLsof(pid, address);
}

async function listensByProc(pid: number, address: Address): Promise<boolean> {
  const listening =
    'path' in address.net
      ? await listeningPaths(pid, address.net.path)
      : await listeningPorts(pid, address.net.port);
  if (listening.size === 0) return false;
  for (const each of await withDescendants(pid)) {
    for (const socket of await socketsOf(each)) {
      if (listening.has(socket)) return true;
    }
  }
  return false;
}

/** Inodes of the TCP sockets that listen on this port. Columns: proc(5), /proc/net/tcp. */
async function listeningPorts(pid: number, port: number): Promise<ReadonlySet<string>> {
  const inodes = new Set<string>();
  for (const table of ['tcp', 'tcp6']) {
    for (const row of await rowsOf(`/proc/${pid}/net/${table}`)) {
      const [, local, , state, , , , , , inode] = row;
      const localPort = Number.parseInt(local?.split(':')[1] ?? '', 16);
      if (state === '0A' && localPort === port && inode !== undefined) inodes.add(inode);
    }
  }
  return inodes;
}

/** Inodes of the UNIX sockets that listen on this path. Columns: proc(5), /proc/net/unix. */
async function listeningPaths(pid: number, path: string): Promise<ReadonlySet<string>> {
  const ACCEPTS_CONNECTIONS = 0x10000;
  const inodes = new Set<string>();
  for (const row of await rowsOf(`/proc/${pid}/net/unix`)) {
    const [, , , flags, , , inode, boundTo] = row;
    const accepts = (Number.parseInt(flags ?? '', 16) & ACCEPTS_CONNECTIONS) !== 0;
    if (accepts && boundTo === path && inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

async function rowsOf(table: string): Promise<readonly (readonly string[])[]> {
  // The process may be gone; then it listens nowhere.
  const text = await readFile(table, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
}

async function withDescendants(pid: number): Promise<readonly number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const pids = [pid];
  for (const child of children.split(' ').filter((each) => each !== '')) {
    pids.push(...(await withDescendants(Number(child))));
  }
  return pids;
}

async function socketsOf(pid: number): Promise<readonly string[]> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const inodes: string[] = [];
  for (const descriptor of descriptors) {
    const link = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
    if (inode !== undefined) inodes.push(inode);
  }
  return inodes;
}

/** As {@link isListening}, where there is no /proc. Sees the process itself only. */
export async function listensByLsof(pid: number, address: Address): Promise<boolean> {
  const { net } = address;
  const what = 'path' in net ? ['-U', '-Fn'] : [`-iTCP:${net.port}`, '-sTCP:LISTEN', '-Fn'];
  const result = await execa('lsof', ['-nP', '-a', '-p', String(pid), ...what], { reject: false });
  if (result.code === 'ENOENT') {
    throw new Error('to see when a daemon listens, this system needs the command lsof');
  }
  // lsof exits with 1 where nothing matches. Names of UNIX sockets may carry a suffix.
  return 'path' in net
    ? result.stdout.split('\n').some((line) => line.split(' ')[0] === `n${net.path}`)
    : result.exitCode === 0;
}
