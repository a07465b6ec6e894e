/**
 * From an address as asked for to the endpoints that a socket can use.
 *
 * Names go through the system's resolver, as in C (`getaddrinfo`), and keep the order it gives.
 * It does not parse (`config/address.ts`) and does not connect.
 */

import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { type Address, AddressError } from '../config/address.ts';
import { systemReason } from './system-error.ts';
import { type Interfaces, readInterfaces, withNamedZone } from './zone.ts';

/** Where a socket listens or connects to. */
export type Endpoint =
  | { readonly path: string }
  | { readonly host: string; readonly port: number; readonly family: 4 | 6 };

type Found = readonly { readonly address: string; readonly family: number }[];

/** What resolution asks of the system; tests bring their own. */
export interface ResolverSystem {
  /** Every address of a name, in the order of preference. */
  lookup(host: string): Promise<Found>;
  /** The text of the services database, `/etc/services`. */
  readServices(): Promise<string>;
  /** The network interfaces, for the zone of a link-local address. */
  readInterfaces(): Interfaces;
}

//= CL-20
//# A name MUST be looked up with the system's resolver; the port may be the name of a TCP service.
const SYSTEM: ResolverSystem = {
  lookup: (host) => lookup(host, { all: true, verbatim: true }),
  readServices: () => readFile('/etc/services', 'utf8'),
  readInterfaces,
};

/** The name that the resolver of C takes for the addresses of this machine alone. */
const LOOPBACK_NAME = '*';

/**
 * The endpoints of an address, at least one, to be tried in this order. Rejects with
 * {@link AddressError} (`address-lookup-failed`, `address-service-unknown`,
 * `address-zone-unknown`).
 */
export async function resolveAddress(
  address: Address,
  system: ResolverSystem = SYSTEM,
): Promise<readonly Endpoint[]> {
  switch (address.kind) {
    case 'unix':
      return [{ path: address.path }];
    case 'ip': {
      const { port, family } = address;
      return [{ host: withNamedZone(address, system.readInterfaces), port, family }];
    }
    case 'host': {
      const { host } = address;
      const port =
        typeof address.port === 'number'
          ? address.port
          : await servicePort(host, address.port, system);
      const found = await lookUp(host, system);
      if (found.length === 0) {
        throw new AddressError('address-lookup-failed', `Error looking up ${host}: no addresses`);
      }
      return found.map((one) => ({ host: one.address, port, family: one.family === 6 ? 6 : 4 }));
    }
  }
}

async function lookUp(host: string, system: ResolverSystem): Promise<Found> {
  // Node's look-up, which is told no port, does not know this name of getaddrinfo's.
  if (host === LOOPBACK_NAME) return loopback(system.readInterfaces());
  try {
    return await system.lookup(host);
  } catch (error) {
    throw new AddressError(
      'address-lookup-failed',
      `Error looking up ${host}: ${systemReason(error)}`,
      { cause: error },
    );
  }
}

/** In the order of RFC 6724, in which IPv4 is first only where there is no IPv6. */
function loopback({ hasIpv6 }: Interfaces): Found {
  const ipv4 = { address: '127.0.0.1', family: 4 };
  const ipv6 = { address: '::1', family: 6 };
  return hasIpv6 ? [ipv6, ipv4] : [ipv4, ipv6];
}

/** The port of a TCP service in the services database (services(5)), by name or alias. */
async function servicePort(host: string, name: string, system: ResolverSystem): Promise<number> {
  // A system without the database knows no service by name.
  const services = await system.readServices().catch(() => '');
  for (const line of services.split('\n')) {
    const [official, portAndProtocol = '', ...aliases] = line
      .replace(/#.*/, '')
      .trim()
      .split(/\s+/);
    const [port, protocol] = portAndProtocol.split('/');
    if (protocol === 'tcp' && (official === name || aliases.includes(name))) return Number(port);
  }
  throw new AddressError(
    'address-service-unknown',
    `Error looking up ${host}: no TCP service is called "${name}"`,
  );
}
