/**
 * Binding the listening socket, also where a dead process has left its UNIX socket behind.
 *
 * A UNIX socket that nobody listens on is replaced; one that answers is in use; anything else at
 * that path is never touched. (C fails in all three cases.)
 */

import { existsSync, lstatSync, unlinkSync } from 'node:fs';
import { createConnection, type Server } from 'node:net';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import type { Endpoint } from './resolve.ts';

/** Make the server listen; rejects with the system's error, such as `EADDRINUSE`. */
export async function listen(server: Server, endpoint: Endpoint): Promise<void> {
  try {
    await bind(server, endpoint);
  } catch (error) {
    const inUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    //= CL-36
    //# A UNIX socket at the source that a process listens on, and anything there that is not a
    //# socket, MUST NOT be touched; the start fails.
    if (!inUse || !('path' in endpoint) || !(await isAbandoned(endpoint.path))) throw error;
    //= CL-35
    //# A UNIX socket at the source that no process listens on SHOULD be replaced.
    unlinkSync(endpoint.path);
    await bind(server, endpoint);
  }
}

async function bind(server: Server, endpoint: Endpoint): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error): void => {
      server.off('listening', listening);
      reject(isMisnamed(error, endpoint) ? missingDirectory(endpoint.path, error) : error);
    };
    const listening = (): void => {
      server.off('error', failed);
      resolve();
    };
    server.once('error', failed);
    server.once('listening', listening);
    server.listen({ ...endpoint, backlog: BACKLOG });
  });
}

/** Whether this is libuv's EACCES for a UNIX socket whose directory does not exist. */
function isMisnamed(
  error: Error,
  endpoint: Endpoint,
): endpoint is Extract<Endpoint, { readonly path: string }> {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' && 'path' in endpoint && !existsSync(dirname(endpoint.path));
}

/** What the system itself said (bind(2)): nobody looks for a missing directory behind EACCES. */
function missingDirectory(path: string, cause: Error): Error {
  const error = new Error(`listen ENOENT: no such file or directory ${path}`, { cause });
  return Object.assign(error, {
    code: 'ENOENT',
    errno: -constants.errno.ENOENT,
    syscall: 'listen',
  });
}

/** How many connections the kernel may queue before they are accepted; it may allow fewer. */
const BACKLOG = 511;

/** Whether this is a socket, and refuses a connection because no process listens on it. */
async function isAbandoned(path: string): Promise<boolean> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return false;
  return new Promise((resolve) => {
    const probe = createConnection({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}
