/**
 * What the operating system knows about processes: which carry a mark, which listen where.
 *
 * Linux is read from /proc, and at once: these files never wait, and a promise for each of the
 * hundreds of them costs three times what reading it does. Elsewhere `lsof` answers who listens,
 * and marks cannot be read.
 */

import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
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
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = textOf(`/proc/${name}/environ`);
    if (!environment.split('\0').includes(mark)) continue;
    const commandLine = textOf(`/proc/${name}/cmdline`);
    found.push({ pid: Number(name), command: commandLine.replaceAll('\0', ' ').trim() });
  }
  return found;
}

/**
 * Does the process, or a descendant of it, listen on `address`? Asked of the operating system: a
 * connection to find out would reach the target, since spiped dials it on accept.
 */
export async function isListening(pid: number, address: Address): Promise<boolean> {
  return onLinux ? listensByProc(pid, address) : await listensByLsof(pid, address);
}

function listensByProc(pid: number, { net }: Address): boolean {
  const sockets = new Set(withDescendants(pid).flatMap(socketsOf));
  const unix = unixSockets(pid);
  if ('path' in net) {
    return unix.some(
      ({ inode, path }) => path !== undefined && placeOf(path) === net.path && sockets.has(inode),
    );
  }
  // A machine that has just closed thousands of connections has a table of megabytes. It is looked
  // at only when the process has a socket that may be in it.
  for (const { inode } of unix) sockets.delete(inode);
  if (sockets.size === 0) return false;
  return listeningPorts(pid, net.port).some((inode) => sockets.has(inode));
}

/** Inodes of the TCP sockets that listen on this port. Columns: proc(5), /proc/net/tcp. */
function listeningPorts(pid: number, port: number): readonly string[] {
  const inodes: string[] = [];
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  for (const [table, anyone] of [
    ['tcp', '0'.repeat(8)],
    ['tcp6', '0'.repeat(32)],
  ] as const) {
    const rows = textOf(`/proc/${pid}/net/${table}`);
    // Its port, no peer, and the state "listen".
    const needle = `:${hex} ${anyone}:0000 0A `;
    for (let at = rows.indexOf(needle); at >= 0; at = rows.indexOf(needle, at + 1)) {
      const [, , , , , , , , inode] = rows.slice(at, rows.indexOf('\n', at)).split(/\s+/);
      if (inode !== undefined) inodes.push(inode);
    }
  }
  return inodes;
}

/** The system's UNIX sockets; `path` only of those that listen. Columns: proc(5), /proc/net/unix. */
function unixSockets(pid: number): readonly { readonly inode: string; readonly path?: string }[] {
  const ACCEPTS_CONNECTIONS = 0x10000;
  return textOf(`/proc/${pid}/net/unix`)
    .split('\n')
    .slice(1)
    .map((row) => {
      // A path may have spaces in it.
      const [, flags = '', inode = '', boundTo] =
        /^\S+ +\S+ +\S+ +(\S+) +\S+ +\S+ +(\S+)(?: (.+))?$/.exec(row) ?? [];
      const accepts = (Number.parseInt(flags, 16) & ACCEPTS_CONNECTIONS) !== 0;
      const path = boundTo !== undefined && Buffer.from(boundTo, 'latin1').toString();
      return { inode, ...(accepts && path !== false && { path }) };
    });
}

/**
 * Where a UNIX socket is found that was bound to this path, if it is in place: ours is bound beside
 * its place, under a name that ends in eight random digits, and loses that name when it is put
 * there (src/io/unix-socket.ts). Until then, what is in its place is another one's.
 */
export function placeOf(boundTo: string): string | undefined {
  const place = boundTo.replace(/\.[0-9a-f]{8}$/, '');
  const beside = place !== boundTo && existsSync(boundTo);
  return !beside && existsSync(place) ? place : undefined;
}

function withDescendants(pid: number): readonly number[] {
  const children = textOf(`/proc/${pid}/task/${pid}/children`).split(' ');
  return [
    pid,
    ...children.filter((each) => each !== '').flatMap((child) => withDescendants(Number(child))),
  ];
}

function socketsOf(pid: number): readonly string[] {
  const descriptors = attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
  return descriptors.flatMap((descriptor) => {
    const link = attempt(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`)) ?? '';
    return /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? [];
  });
}

function textOf(file: string): string {
  return attempt(() => readFileSync(file, 'latin1')) ?? '';
}

/** What a look brings; undefined where the process has ended or belongs to somebody else. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
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
    ? result.stdout
        .split('\n')
        .some(
          (line) => line.startsWith('n') && placeOf(line.slice(1).split(' ')[0] ?? '') === net.path,
        )
    : result.exitCode === 0;
}
