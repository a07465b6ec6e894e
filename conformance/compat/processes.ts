/**
 * What /proc tells of a process: where it listens, its name, session, streams and ids. Linux only.
 *
 * Nothing here waits for a disk, and waits look often: so all of it is synchronous.
 */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { placeOf } from '../subjects/processes.ts';

/** A socket that listens. */
export type Listening =
  | { readonly host: string; readonly port: number }
  | { readonly path: string };

/** The facts of a process, as they are. Paths and ports are not replaced yet. */
export interface ProcessFacts {
  readonly name: string;
  /** Without the program's own path or name. */
  readonly arguments: string;
  readonly ownSession: boolean;
  readonly workingDirectory: string;
  readonly streams: readonly string[];
  readonly user: string;
  readonly group: string;
  readonly groups: string;
}

/** The facts of a process; undefined where it has ended. */
export function factsOf(pid: number): ProcessFacts | undefined {
  try {
    const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd();
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const ids = (field: string) =>
      new RegExp(`^${field}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(status)?.[1]?.replace(/\s+/g, ' ') ??
      '';
    return {
      name,
      // A title leaves the rest of the space it was written into as zeros or blanks.
      arguments: commandLine
        .replace(/[\0 ]+/g, ' ')
        .trim()
        .replace(/^\S+ ?/, ''),
      ownSession: isSessionLeader(pid),
      workingDirectory: readlinkSync(`/proc/${pid}/cwd`),
      streams: [0, 1, 2].map((n) => readlinkSync(`/proc/${pid}/fd/${n}`)),
      user: ids('Uid'),
      group: ids('Gid'),
      groups: ids('Groups'),
    };
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** The processes whose environment holds `mark` (`NAME=value`), in the order of their ids. */
export function processesWith(mark: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const environment = attempt(() => readFileSync(`/proc/${name}/environ`, 'latin1'));
      return environment?.split('\0').includes(mark) === true;
    })
    .map(Number)
    .sort((a, b) => a - b);
}

/** Has the process ended? Also where nobody has buried it yet. */
export function hasEnded(pid: number): boolean {
  try {
    readlinkSync(`/proc/${pid}/exe`);
    return false;
  } catch (error) {
    return isGone(error);
  }
}

/** Where a process listens. Nowhere where it has ended. */
export function listeningOf(pid: number): readonly Listening[] {
  const sockets = openSockets(pid);
  if (sockets.size === 0) return [];
  const found: Listening[] = [];
  for (const table of ['tcp', 'tcp6']) {
    for (const row of rowsOf(`/proc/${pid}/net/${table}`)) {
      const [, local = '', , state, , , , , , inode = ''] = row;
      if (state !== '0A' || !sockets.has(inode)) continue;
      const [address = '', port = ''] = local.split(':');
      found.push({ host: hostOf(address), port: Number.parseInt(port, 16) });
    }
  }
  const ACCEPTS_CONNECTIONS = 0x10000;
  for (const row of rowsOf(`/proc/${pid}/net/unix`)) {
    const [, , , flags = '', , , inode = '', ...path] = row;
    if ((Number.parseInt(flags, 16) & ACCEPTS_CONNECTIONS) === 0 || !sockets.has(inode)) continue;
    const place = placeOf(path.join(' '));
    if (place !== undefined) found.push({ path: place });
  }
  return found;
}

/** The leader of its session, which has no terminal. Columns: proc(5), /proc/pid/stat. */
function isSessionLeader(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name is in parentheses and may hold anything.
  const [, , , session, terminal] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return session === String(pid) && terminal === '0';
}

/** An address as /proc/net writes it: 32-bit words, each in the machine's own byte order. */
function hostOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    [...Buffer.from(word, 'hex')].reverse(),
  );
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, n) => {
    const [high = 0, low = 0] = bytes.slice(2 * n, 2 * n + 2);
    return ((high << 8) | low).toString(16);
  });
  // The URL parser writes IPv6 addresses in their shortest form: RFC 5952.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** Inodes of the sockets that a process has open. */
function openSockets(pid: number): ReadonlySet<string> {
  const inodes = new Set<string>();
  for (const descriptor of attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? []) {
    const link = attempt(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`)) ?? '';
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

function rowsOf(table: string): readonly (readonly string[])[] {
  const text = attempt(() => readFileSync(table, 'utf8')) ?? '';
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
}

/** What a look brings; undefined where the process ended in the middle of it. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ESRCH';
}
