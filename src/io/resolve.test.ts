/**
 * From addresses to endpoints. Names are looked up in a made-up system, so that no test depends
 * on a network; one test asks the real one for `localhost`.
 */

import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import { describe, expect, test, vi } from 'vitest';
import { parseAddress } from '../config/address.ts';
import { type ResolverSystem, resolveAddress } from './resolve.ts';
import { type Interfaces, readInterfaces } from './zone.ts';

const SERVICES = `# comment with http 1/tcp
tcpmux          1/tcp                           # TCP port service multiplexer
domain          53/udp
domain          53/tcp
http            80/tcp          www   web       # WorldWideWeb HTTP
syslog          514/udp
`;

const INTERFACES: Interfaces = {
  names: new Map([
    [1, 'lo'],
    [4, 'eth0'],
    [5, '1'],
  ]),
  has: (name) => ['lo', 'eth0', '1', 'down'].includes(name),
  hasIpv6: true,
};

/** A system that knows one name, and fails as Node's lookup does for every other. */
function system(known: Record<string, { address: string; family: number }[]>): ResolverSystem {
  return {
    lookup: async (host) => {
      const found = known[host];
      if (found !== undefined) return found;
      throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), {
        errno: -3008,
        code: 'ENOTFOUND',
        syscall: 'getaddrinfo',
        hostname: host,
      });
    },
    readServices: async () => SERVICES,
    readInterfaces: () => INTERFACES,
  };
}

/** A system whose use is a failure of the test. */
const UNTOUCHED: ResolverSystem = {
  lookup: () => Promise.reject(new Error('looked up a name')),
  readServices: () => Promise.reject(new Error('read the services')),
  readInterfaces: () => {
    throw new Error('looked at the interfaces');
  },
};

test('names are looked up with the system’s resolver, and keep its order', async () => {
  const found = [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ];
  const lookup = vi.spyOn(dns, 'lookup').mockImplementation((async () => found) as never);
  syncBuiltinESMExports();
  try {
    expect(await resolveAddress(parseAddress('name.example:25'))).toEqual([
      { host: '::1', port: 25, family: 6 },
      { host: '127.0.0.1', port: 25, family: 4 },
    ]);
    expect(lookup).toHaveBeenCalledExactlyOnceWith('name.example', { all: true, verbatim: true });
  } finally {
    lookup.mockRestore();
    syncBuiltinESMExports();
  }
});

describe('without asking the system', () => {
  test.each([
    ['/run/x.sock', { path: '/run/x.sock' }],
    ['[127.0.0.1]:80', { host: '127.0.0.1', port: 80, family: 4 }],
    ['[::1]:80', { host: '::1', port: 80, family: 6 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0, family: 4 }],
    ['2001:db8::1%7:80', { host: '2001:db8::1%7', port: 80, family: 6 }],
  ])('%s is an endpoint', async (text, endpoint) => {
    expect(await resolveAddress(parseAddress(text), UNTOUCHED)).toEqual([endpoint]);
  });
});

describe('a host name', () => {
  const mail = [
    { address: '2001:db8::1', family: 6 },
    { address: '192.0.2.1', family: 4 },
    { address: '2001:db8::2', family: 6 },
  ];

  test('becomes all its addresses, in the order that the system gives', async () => {
    const endpoints = await resolveAddress(
      parseAddress('mail.example:25'),
      system({ 'mail.example': mail }),
    );
    expect(endpoints).toEqual([
      { host: '2001:db8::1', port: 25, family: 6 },
      { host: '192.0.2.1', port: 25, family: 4 },
      { host: '2001:db8::2', port: 25, family: 6 },
    ]);
  });

  test('that nobody knows is an error that names it and says why', async () => {
    await expect(
      resolveAddress(parseAddress('nobody.example:25'), system({})),
    ).rejects.toMatchObject({
      name: 'AddressError',
      code: 'address-lookup-failed',
      message: 'Error looking up nobody.example: unknown node or service (ENOTFOUND)',
    });
  });

  test('that has no address is an error', async () => {
    await expect(
      resolveAddress(parseAddress('empty.example:25'), system({ 'empty.example': [] })),
    ).rejects.toMatchObject({
      code: 'address-lookup-failed',
      message: 'Error looking up empty.example: no addresses',
    });
  });

  test('whose lookup fails in another way is an error with the words of the failure', async () => {
    const broken = { ...UNTOUCHED, lookup: () => Promise.reject(new Error('the resolver is out')) };
    await expect(resolveAddress(parseAddress('a.example:1'), broken)).rejects.toMatchObject({
      code: 'address-lookup-failed',
      message: 'Error looking up a.example: the resolver is out',
    });
  });

  //= CL-20
  //# A name MUST be looked up with the system's resolver; the port may be the name of a TCP
  //# service.
  test('is looked up in the real system, too', async () => {
    const endpoints = await resolveAddress(parseAddress('localhost:80'));
    expect(endpoints.length).toBeGreaterThan(0);
    for (const endpoint of endpoints) {
      expect(endpoint).toMatchObject({ host: expect.stringMatching(/^(127\.|::1$)/), port: 80 });
    }
  });

  test('in an old spelling of IPv4 is understood by the real system', async () => {
    expect(await resolveAddress(parseAddress('127.1:80'))).toEqual([
      { host: '127.0.0.1', port: 80, family: 4 },
    ]);
  });
});

describe('a service name', () => {
  const local = system({ '127.0.0.1': [{ address: '127.0.0.1', family: 4 }] });

  test.each([
    ['http', 80],
    ['www', 80],
    ['web', 80],
    ['tcpmux', 1],
    ['domain', 53],
  ])('%s is TCP port %d', async (name, port) => {
    expect(await resolveAddress(parseAddress(`127.0.0.1:${name}`), local)).toEqual([
      { host: '127.0.0.1', port, family: 4 },
    ]);
  });

  test.each(['syslog', 'WorldWideWeb', 'comment', 'HTTP', 'nonsense'])(
    '%s is none of TCP: an error that says so',
    async (name) => {
      await expect(resolveAddress(parseAddress(`127.0.0.1:${name}`), local)).rejects.toMatchObject({
        code: 'address-service-unknown',
        message: `Error looking up 127.0.0.1: no TCP service is called "${name}"`,
      });
    },
  );

  test('is unknown where there is no database of services', async () => {
    const bare = { ...local, readServices: () => Promise.reject(new Error('ENOENT')) };
    await expect(resolveAddress(parseAddress('127.0.0.1:http'), bare)).rejects.toMatchObject({
      code: 'address-service-unknown',
    });
  });
});

//= CL-53
//# The zone of a link-local IPv6 address MUST be accepted by the name of the interface and by its
//# number, and one that no interface has MUST be refused.
describe('the zone of a link-local address', () => {
  test.each([
    ['fe80::1%eth0:80', 'fe80::1%eth0'],
    ['fe80::1%4:80', 'fe80::1%eth0'],
    ['fe80::1%04:80', 'fe80::1%eth0'],
    ['FEBF::1%4:80', 'FEBF::1%eth0'],
    ['fe80::1%down:80', 'fe80::1%down'],
    // A name that is a number goes before the number.
    ['fe80::1%1:80', 'fe80::1%1'],
  ])('of %s becomes the name that Node takes, %s', async (text, host) => {
    expect(await resolveAddress(parseAddress(text), system({}))).toEqual([
      { host, port: 80, family: 6 },
    ]);
  });

  test.each(['fe80::1%nosuch:80', 'fe80::1%99:80', 'fe80::1%0x4:80'])(
    'of %s is none: an error that says so',
    async (text) => {
      const zone = /%(\w+)/.exec(text)?.[1];
      await expect(resolveAddress(parseAddress(text), system({}))).rejects.toMatchObject({
        name: 'AddressError',
        code: 'address-zone-unknown',
        message: `no network interface is called or numbered "${zone}", in address "${text}"`,
      });
    },
  );

  test('passes where names cannot be told', async () => {
    const blind = {
      ...system({}),
      readInterfaces: () => ({ ...INTERFACES, has: () => undefined }),
    };
    for (const [zone, named] of [
      ['en0', 'en0'],
      ['4', 'eth0'],
    ]) {
      expect(await resolveAddress(parseAddress(`fe80::1%${zone}:80`), blind)).toMatchObject([
        { host: `fe80::1%${named}` },
      ]);
    }
  });

  test.runIf(process.platform === 'linux')('is looked for among the real interfaces', () => {
    const { names, has } = readInterfaces();
    expect(has('lo')).toBe(true);
    expect(has('no-such-one')).toBe(false);
    for (const name of names.values()) expect(has(name)).toBe(true);
    expect([...names.values()]).toContain('lo');
  });
});

describe('the host *', () => {
  test('is the loopback addresses, as in C', async () => {
    const both = [
      { host: '::1', port: 80, family: 6 },
      { host: '127.0.0.1', port: 80, family: 4 },
    ];
    expect(await resolveAddress(parseAddress('*:80'), system({}))).toEqual(both);
    const old = { ...system({}), readInterfaces: () => ({ ...INTERFACES, hasIpv6: false }) };
    expect(await resolveAddress(parseAddress('*:80'), old)).toEqual(both.toReversed());
  });
});
