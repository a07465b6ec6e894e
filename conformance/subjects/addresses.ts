/**
 * Addresses in the spellings that spiped takes, and where nobody listens yet.
 *
 * A daemon cannot be asked to pick its own port: C spiped does not say which it got. So a port is
 * picked here and may be gone when the daemon binds it; who starts a daemon tries again then.
 */

import { randomInt } from 'node:crypto';
import { createServer, type ListenOptions } from 'node:net';
import { join } from 'node:path';

/**
 * How an address is spelled: `[127.0.0.1]:port`, `[::1]:port`, a socket's path, `127.0.0.1:port`
 * without brackets, `localhost:port`.
 */
export type Spelling = 'ipv4' | 'ipv6' | 'unix' | 'bare' | 'name';

/** An address as a command takes it, and as Node's `net` connects to it and listens on it. */
export interface Address {
  readonly spelling: Spelling;
  readonly text: string;
  readonly net: { readonly host: string; readonly port: number } | { readonly path: string };
}

/** Hosts by spelling: what `net` uses, and what stands before `:port` on the command line. */
const HOSTS = {
  ipv4: { host: '127.0.0.1', text: '[127.0.0.1]' },
  ipv6: { host: '::1', text: '[::1]' },
  bare: { host: '127.0.0.1', text: '127.0.0.1' },
  name: { host: 'localhost', text: 'localhost' },
} as const satisfies Record<Exclude<Spelling, 'unix'>, { host: string; text: string }>;

/** The address of this port or, for `unix`, of a path in `directory`. */
export function addressOf(spelling: Exclude<Spelling, 'unix'>, port: number): Address {
  const { host, text } = HOSTS[spelling];
  return { spelling, text: `${text}:${port}`, net: { host, port } };
}

/** The address of a UNIX socket. Its path must stay under about 100 bytes. */
export function unixAddress(path: string): Address {
  return { spelling: 'unix', text: path, net: { path } };
}

let unixSockets = 0;

/** A new address where nobody listens. UNIX sockets are put in `directory`. */
export async function newAddress(spelling: Spelling, directory: string): Promise<Address> {
  if (spelling === 'unix') {
    unixSockets += 1;
    return unixAddress(join(directory, `s${unixSockets}`));
  }
  return addressOf(spelling, await freePort(HOSTS[spelling].host));
}

/**
 * Ports below those that Linux and macOS give to outgoing connections, so that no connection of
 * another test can sit on one between our look and the daemon's bind.
 */
const FIRST_PORT = 20_000;
const PORTS = 12_752;
const ATTEMPTS = 200;

/** Test files run side by side in processes; each takes the ports of its own residue class. */
const LANES = 16;
const LANE = Number(process.env.VITEST_POOL_ID ?? process.pid) % LANES;

const handedOut = new Set<number>();

/** A TCP port on which nobody listens now; the same one is never returned twice. */
async function freePort(host: string): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = FIRST_PORT + randomInt(PORTS / LANES) * LANES + LANE;
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if (await canListen({ host, port })) return port;
  }
  throw new Error(`no free port from ${FIRST_PORT} up on ${host}`);
}

/** Can a server listen there at this moment? Used for a port, and to ask whether IPv6 is there. */
export async function canListen(options: ListenOptions): Promise<boolean> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ ...options, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
