/**
 * Making a server listen at an endpoint, and what a failure is called. How a UNIX socket gets its
 * path, and loses it, is `unix-socket.ts`.
 */

import { existsSync } from 'node:fs';
import type { Server } from 'node:net';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { codeOf } from '../protocol/thrown.ts';
import type { Endpoint } from './resolve.ts';
import { placeSocket } from './unix-socket.ts';

/** Takes away what `listen` has put into the file system; throws the system's error. */
export type Removal = () => void;

const NOTHING_TO_REMOVE: Removal = () => {};

/** Make the server listen; rejects with the system's error, such as `EADDRINUSE`. */
export async function listen(server: Server, endpoint: Endpoint): Promise<Removal> {
  if ('path' in endpoint) return placeSocket(server, endpoint.path, bind);
  await bind(server, endpoint);
  return NOTHING_TO_REMOVE;
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
  return codeOf(error) === 'EACCES' && 'path' in endpoint && !existsSync(dirname(endpoint.path));
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
