/**
 * A daemon whose target is its own source: each connection would begin the next, without end, and
 * take every descriptor there is. C starts, and loops.
 */

import { realpathSync } from 'node:fs';
import { SocketAddress } from 'node:net';
import { networkInterfaces } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { SpipedConfig } from '../config/config.ts';
import type { Endpoint } from '../io/resolve.ts';
import type { ResolvedNames } from './names.ts';

/**
 * Throws when what connects to the target comes out at the source. Only the first address of the
 * target is looked at, the one that is always tried: what comes after it may never be.
 */
//= CL-54
//# A daemon whose target is its own source SHOULD refuse to start.
export function refuseLoop(
  { source: { text: source }, target: { text: target } }: Pick<SpipedConfig, 'source' | 'target'>,
  names: Pick<ResolvedNames, 'source' | 'target'>,
): void {
  const [first] = names.target;
  if (first === undefined || !leadsTo(first, names.source)) return;
  throw new Error(
    `the target ${target} (-t) is the source ${source} (-s): every connection would come back to this program, without end`,
  );
}

/** Whether a connection to `target` arrives at a socket that listens on `source`. */
function leadsTo(target: Endpoint, source: Endpoint): boolean {
  if ('path' in target || 'path' in source) {
    return 'path' in target && 'path' in source && placeOf(target.path) === placeOf(source.path);
  }
  if (target.port !== source.port || target.port === 0) return false;
  const at = canonical(source.host);
  const to = reached(canonical(target.host));
  if (at === to) return true;
  // Elsewhere than on Linux, another program may listen on one address beside a listener on all.
  if (process.platform !== 'linux') return false;
  // The socket on all addresses of IPv6 takes those of IPv4, too.
  return (at === '::' || (at === ANY_IPV4 && isIPv4(to))) && isOwn(to);
}

const ANY_IPV4 = '::ffff:0.0.0.0';

/** One spelling an address; an IPv4 address as the IPv6 address that stands for it. */
function canonical(host: string): string {
  const [address = '', zone] = host.split('%');
  const mapped = address.includes(':') ? address : `::ffff:${address}`;
  const spelled = new SocketAddress({ address: mapped, family: 'ipv6' }).address;
  return zone === undefined ? spelled : `${spelled}%${zone}`;
}

function isIPv4(address: string): boolean {
  return address.startsWith('::ffff:');
}

/** Who connects to all addresses is connected to the loopback address. */
function reached(address: string): string {
  if (address === '::') return '::1';
  return address === ANY_IPV4 ? '::ffff:127.0.0.1' : address;
}

function isOwn(address: string): boolean {
  if (address === '::1' || address.startsWith('::ffff:127.')) return true;
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.some((one) => canonical(one.address) === address.replace(/%.*/, ''));
}

/** The path without links, of a socket that may not be there yet. */
function placeOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {}
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}
