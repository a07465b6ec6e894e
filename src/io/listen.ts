/**
 * Making a server listen at an endpoint, and what a failure is called. How a UNIX socket gets its
 * path, and loses it, is `unix-socket.ts`.
 */

import { once } from 'node:events';
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
  server.listen(endpoint);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw isMisnamed(error, endpoint) ? missingDirectory(endpoint.path, error) : error;
  }
}

/** Whether this is libuv's EACCES for a UNIX socket whose directory does not exist. */
function isMisnamed(
  error: unknown,
  endpoint: Endpoint,
): endpoint is Extract<Endpoint, { readonly path: string }> {
  return codeOf(error) === 'EACCES' && 'path' in endpoint && !existsSync(dirname(endpoint.path));
}

/** What the system itself said (bind(2)): nobody looks for a missing directory behind EACCES. */
function missingDirectory(path: string, cause: unknown): Error {
  const error = new Error(`listen ENOENT: no such file or directory ${path}`, { cause });
  return Object.assign(error, {
    code: 'ENOENT',
    errno: -constants.errno.ENOENT,
    syscall: 'listen',
  });
}
