/**
 * The path of a listening UNIX socket: claimed without touching what is somebody else's, and given
 * up in the same way.
 *
 * libuv unlinks, when a server closes, the path that it was bound to, whatever is there by then.
 * So the server is bound to a private name beside the path, and only when it listens its socket is
 * put in place, by a hard link: that fails when anything is there. A socket that no process
 * listens on is taken away before (CL-35); anything else stays, and is told of (CL-36).
 *
 * Of several starts over one such socket, exactly one may take it away. No system call removes a
 * path "if it is still that one", so that there is a lock: another link to the taker's own socket,
 * by a name that follows from what is to be taken. A taker holds it for a few system calls, and
 * answers there all the while; a taker that was killed does not, and is then no obstacle.
 */

import { randomBytes } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
} from 'node:fs';
import { createConnection, type Server } from 'node:net';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { UNIX_PATH_LIMIT_BYTES } from '../config/address.ts';
import { codeOf, failureCode } from '../protocol/thrown.ts';
import { describeCode } from './system-error.ts';

/** Makes the server listen at this path; rejects with the system's error. */
export type Bind = (server: Server, endpoint: { readonly path: string }) => Promise<void>;

/** How often what is at the path may change while it is looked at. */
const MAXIMUM_ATTEMPTS = 20;

/**
 * Make the server listen at `path`. Resolves to a function that takes the socket away from there,
 * if it is still the one there; that throws the system's error. Rejects with an error whose
 * message says what is there, or with the system's error, and leaves nothing.
 */
export async function placeSocket(server: Server, path: string, bind: Bind): Promise<() => void> {
  const names = openNames(path);
  try {
    for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt++) {
      const stale = await findAbandoned(path);
      const own = names.private();
      await bind(server, { path: own });
      let free = true;
      try {
        // Nothing waits from here to the end: no connection is accepted, and no lock is kept.
        const socket = statusOf(own);
        if (stale !== undefined) {
          free = whileLocked(own, names.lock(stale), () => takeAway(path, stale, names));
        }
        if (free && renameNoReplace(own, path)) return () => removeIfStill(path, socket);
      } catch (error) {
        await close(server);
        throw error;
      }
      await close(server);
      if (!free && stale !== undefined) await passLock(names.lock(stale), names);
    }
    throw inUse();
  } finally {
    names.close();
  }
}

/** The socket at this path, when no process listens on it; rejects when anything else is there. */
async function findAbandoned(path: string): Promise<BigIntStats | undefined> {
  const there = statusOf(path);
  if (there === undefined) return undefined;
  //= CL-36
  //# What is at the path of a source MUST NOT be touched, unless it is the daemon's own UNIX socket
  //# or one that no process listens on: neither at the start, which then fails, nor at the end.
  if (!there.isSocket()) throw occupied(`${kindOf(there)} is there (EADDRINUSE)`);
  const refusal = await connectTo(path);
  switch (refusal) {
    case 'ECONNREFUSED':
      return there;
    case 'ENOENT':
      return undefined;
    case undefined:
    // Somebody listens, and is behind with accepting.
    case 'EAGAIN':
      throw inUse();
    case 'EPROTOTYPE':
      throw occupied(
        'a UNIX socket of another kind is there, which takes no connections (EADDRINUSE)',
      );
    default:
      throw occupied(
        `a UNIX socket is there, and whether somebody listens on it cannot be told: ${describeCode(refusal)}`,
      );
  }
}

/** The code of the system's error, or undefined when somebody listens there. */
function connectTo(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createConnection({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(undefined);
    });
    probe.once('error', (error) => resolve(failureCode(error)));
  });
}

/** Rename `own` to `path`; false when something is there. */
function renameNoReplace(own: string, path: string): boolean {
  try {
    linkSync(own, path);
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    // Between these two calls another start may be unlucky; there is nothing better without links.
    if (!hasNoLinks(error)) throw error;
    if (statusOf(path) !== undefined) return false;
    renameSync(own, path);
    return true;
  }
  unlinkSync(own);
  return true;
}

/** Do this as the only one to hold the lock; false when another one holds it. */
function whileLocked(own: string, lock: string, act: () => void): boolean {
  let locked = true;
  try {
    linkSync(own, lock);
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    if (!hasNoLinks(error)) throw error;
    locked = false;
  }
  try {
    act();
  } finally {
    if (locked) unlinkSync(lock);
  }
  return true;
}

/** Who holds the lock is about to listen; what a killed start has left is taken away. */
async function passLock(lock: string, names: Names): Promise<void> {
  const there = statusOf(lock);
  const refusal = await connectTo(lock);
  if (refusal === 'ENOENT' || there === undefined) return;
  if (refusal !== 'ECONNREFUSED') throw inUse();
  takeAway(lock, there, names);
}

/** Remove the socket `abandoned` from the path; without effect when it is not there any more. */
//= CL-35
//# A UNIX socket at the source that no process listens on SHOULD be replaced; of several starts at
//# once, by one.
function takeAway(path: string, abandoned: BigIntStats, names: Names): void {
  const there = statusOf(path);
  // The time tells an inode that was freed and used again.
  if (!isSame(there, abandoned) || there?.ctimeNs !== abandoned.ctimeNs) return;
  const aside = names.private();
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw occupied(
      `a UNIX socket that no process listens on is there, and cannot be removed: ${describeCode(failureCode(error))}`,
    );
  }
  if (isSame(statusOf(aside), abandoned)) unlinkSync(aside);
  // Somebody who knows of no lock has put it there in this instant: it is theirs, and goes back.
  else renameNoReplace(aside, path);
}

/** At the end: nothing but our own socket is removed from the path. */
//= CL-37
//# The UNIX socket of a source SHOULD be removed when the daemon stops listening.
function removeIfStill(path: string, socket: BigIntStats | undefined): void {
  if (!isSame(statusOf(path), socket)) return;
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  }
}

function statusOf(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

function isSame(one: BigIntStats | undefined, other: BigIntStats | undefined): boolean {
  return one !== undefined && one.dev === other?.dev && one.ino === other.ino;
}

function kindOf(status: BigIntStats): string {
  if (status.isFile()) return 'a regular file';
  if (status.isDirectory()) return 'a directory';
  if (status.isSymbolicLink()) return 'a symbolic link';
  return status.isFIFO() ? 'a FIFO' : 'a device';
}

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}

/** Names of our own in the directory of a path. */
interface Names {
  /** One that nobody else uses. */
  private(): string;
  /** The one that every start uses that wants to take this socket away. */
  lock(abandoned: BigIntStats): string;
  close(): void;
}

/** The name must be short enough for a socket, as the path is. */
function openNames(path: string): Names {
  let descriptor: number | undefined;
  const beside = (suffix: string): string => {
    const directory = dirname(path);
    const name = [`${path}.${suffix}`, join(directory, `.${suffix}`)].find(
      (each) => Buffer.byteLength(each) <= UNIX_PATH_LIMIT_BYTES,
    );
    if (name !== undefined) return name;
    // The same directory by a short name, where the system has one.
    descriptor ??= openSync(directory, 'r');
    return `/proc/self/fd/${descriptor}/.${suffix}`;
  };
  return {
    private: () => beside(randomBytes(4).toString('hex')),
    lock: ({ ino }) => beside(`${ino.toString(36)}.lock`),
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
    },
  };
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(codeOf(error) ?? '');
}

/** What file systems say that have no hard links, or none for sockets. */
function hasNoLinks(error: unknown): boolean {
  return isCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK');
}

/** As the system says it of a port. */
function inUse(): Error {
  return Object.assign(new Error('listen EADDRINUSE: address already in use'), {
    code: 'EADDRINUSE',
    errno: -constants.errno.EADDRINUSE,
    syscall: 'listen',
  });
}

function occupied(what: string): Error {
  return Object.assign(new Error(what), { code: 'EADDRINUSE' });
}
