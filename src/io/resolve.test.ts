/**
 * From addresses to endpoints. Names are looked up in a made-up system, so that no test depends
 * on a network; one test asks the real one for `localhost`.
 */

import { describe, expect, test } from 'vitest';
import { parseAddress } from './address.ts';
import { type ResolverSystem, resolveAddress } from './resolve.ts';

const SERVICES = `# comment with http 1/tcp
tcpmux          1/tcp                           # TCP port service multiplexer
domain          53/udp
domain          53/tcp
http            80/tcp          www   web       # WorldWideWeb HTTP
syslog          514/udp
`;

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
  };
}

/** A system whose use is a failure of the test. */
const UNTOUCHED: ResolverSystem = {
  lookup: () => Promise.reject(new Error('looked up a name')),
  readServices: () => Promise.reject(new Error('read the services')),
};

describe('without asking the system', () => {
  test.each([
    ['/run/x.sock', { path: '/run/x.sock' }],
    ['[127.0.0.1]:80', { host: '127.0.0.1', port: 80, family: 4 }],
    ['[::1]:80', { host: '::1', port: 80, family: 6 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0, family: 4 }],
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

  test.each(['syslog', 'WorldWideWeb', 'comment', '80/tcp', 'HTTP', 'nonsense'])(
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
