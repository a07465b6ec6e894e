/**
 * The zone of a link-local address, `fe80::1%eth0`: from what was given to what Node takes.
 *
 * C takes the interface's name and its number. Node takes the name alone, and answers anything
 * else with EINVAL at the first use, which tells nobody what is wrong.
 */

import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { AddressError, type IpAddress } from '../config/address.ts';
import { isLinkLocal } from '../config/address-advice.ts';

/** What the system tells of its network interfaces. */
export interface Interfaces {
  /** By their number. Some may be missing, where only their name can be had. */
  readonly names: ReadonlyMap<number, string>;
  /** Whether there is one of this name; undefined where that cannot be told. */
  has(name: string): boolean | undefined;
  /** Whether the loopback interface has the address ::1. */
  readonly hasIpv6: boolean;
}

/**
 * The address of an endpoint, with the zone by name. Only a link-local address needs one: the
 * zone of another one is left as it is, and means nothing, as in C.
 *
 * Throws {@link AddressError} (`address-zone-unknown`).
 */
//= CL-53
//# The zone of a link-local IPv6 address MUST be accepted by the name of the interface and by its
//# number, and one that no interface has MUST be refused.
export function withNamedZone(
  { address, text }: Pick<IpAddress, 'address' | 'text'>,
  read: () => Interfaces,
): string {
  const [place = '', zone] = address.split('%');
  if (zone === undefined || !isLinkLocal(place)) return address;
  const interfaces = read();
  const named = interfaces.has(zone);
  // An interface may be called by a number, and then that is its name (glibc).
  if (named === true) return address;
  const name = /^\d+$/.test(zone) ? interfaces.names.get(Number(zone)) : undefined;
  if (name !== undefined) return `${place}%${name}`;
  if (named === undefined) return address;
  throw new AddressError(
    'address-zone-unknown',
    `no network interface is called or numbered ${JSON.stringify(zone)}, in address ${JSON.stringify(text)}`,
  );
}

/** The interfaces of this machine, or of the network namespace that this process is in. */
export function readInterfaces(): Interfaces {
  const names = new Map<number, string>();
  const up = networkInterfaces();
  for (const [name, addresses = []] of Object.entries(up)) {
    for (const one of addresses) {
      if (one.family === 'IPv6' && one.scopeid !== 0) names.set(one.scopeid, name);
    }
  }
  const known = readNames();
  for (const [number, name] of readNumbers(known ?? [])) names.set(number, name);
  return {
    names,
    // Elsewhere than on Linux, those that are down have no place where they are named.
    has: (name) => (known === undefined ? name in up || undefined : known.includes(name)),
    hasIpv6: Object.values(up).some((list) => list?.some(({ address }) => address === '::1')),
  };
}

/** The names of all interfaces, those that are down, too; undefined where Linux is not. */
function readNames(): readonly string[] | undefined {
  const text = readOr('/proc/net/dev', undefined);
  return text
    ?.split('\n')
    .slice(2)
    .map((line) => line.slice(0, line.lastIndexOf(':')).trim())
    .filter((name) => name !== '');
}

/**
 * Their numbers. `/sys` shows the namespace in which it was mounted, and is asked only where
 * `/proc`, which shows that of this process, lists interfaces with an IPv6 address alone.
 */
function readNumbers(known: readonly string[]): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const name of known) {
    const number = Number(readOr(`/sys/class/net/${name}/ifindex`, ''));
    if (number > 0) names.set(number, name);
  }
  for (const line of readOr('/proc/net/if_inet6', '').split('\n')) {
    const [, number, , , , name] = line.trim().split(/\s+/);
    if (number !== undefined && name !== undefined) names.set(Number.parseInt(number, 16), name);
  }
  return names;
}

function readOr<Other>(path: string, other: Other): string | Other {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return other;
  }
}
