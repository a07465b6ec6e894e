/**
 * Addresses in every form of the manual and of C. Verdicts of C spiped on these and more are in
 * the recorded command lines of `src/cli/testing`; here is what they are parsed to.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Address,
  AddressError,
  type AddressErrorCode,
  parseAddress,
  parseBindAddress,
  UNIX_PATH_LIMIT_BYTES,
} from './address.ts';

type Untexted = Address extends infer One
  ? One extends Address
    ? Omit<One, 'text'>
    : never
  : never;

function ip(address: string, family: 4 | 6, port: number): Untexted {
  return { kind: 'ip', address, family, port };
}

function host(name: string, port: number | string): Untexted {
  return { kind: 'host', host: name, port };
}

//= CL-17
//# An address MUST be accepted in these forms: `/path` for a UNIX socket, `[IPv4 address]:port`,
//# `[IPv6 address]:port`, and `host:port` with a name or an IPv4 address.
describe('is parsed', () => {
  test.each<[string, Untexted]>([
    ['/', { kind: 'unix', path: '/' }],
    ['/run/spiped.sock', { kind: 'unix', path: '/run/spiped.sock' }],
    ['/with:colon:80', { kind: 'unix', path: '/with:colon:80' }],
    ['/[::1]:80', { kind: 'unix', path: '/[::1]:80' }],
    ['[127.0.0.1]:80', ip('127.0.0.1', 4, 80)],
    ['[0.0.0.0]:65535', ip('0.0.0.0', 4, 65535)],
    ['[::1]:1', ip('::1', 6, 1)],
    ['[::]:80', ip('::', 6, 80)],
    ['[2001:DB8::1]:80', ip('2001:DB8::1', 6, 80)],
    ['[::ffff:127.0.0.1]:80', ip('::ffff:127.0.0.1', 6, 80)],
    ['[::1]:+80', ip('::1', 6, 80)],
    ['[::1]: 080', ip('::1', 6, 80)],
    ['127.0.0.1:80', ip('127.0.0.1', 4, 80)],
    ['127.0.0.1:0', ip('127.0.0.1', 4, 0)],
    ['0.0.0.0:7000', ip('0.0.0.0', 4, 7000)],
    ['2001:db8::1:80', ip('2001:db8::1', 6, 80)],
    ['fe80::1%eth0:80', ip('fe80::1%eth0', 6, 80)],
    ['localhost:6000', host('localhost', 6000)],
    ['mail.example:0', host('mail.example', 0)],
    ['mail.example:-0', host('mail.example', 0)],
    ['mail.example:65535', host('mail.example', 65535)],
    ['mail.example:smtp', host('mail.example', 'smtp')],
    ['127.0.0.1:http', host('127.0.0.1', 'http')],
    ['127.1:80', host('127.1', 80)],
    ['010.0.0.1:80', host('010.0.0.1', 80)],
    ['*:80', host('*', 80)],
    ['fe80::1%7:80', ip('fe80::1%7', 6, 80)],
  ])('%s', (text, expected) => {
    expect(parseAddress(text)).toStrictEqual({ ...expected, text });
  });
});

describe('is refused', () => {
  test.each<[string, AddressErrorCode]>([
    ['', 'address-empty'],
    [':', 'address-without-host'],
    [':80', 'address-without-host'],
    ['::1', 'address-without-host'],
    ['localhost', 'address-without-port'],
    ['relative/path', 'address-path-relative'],
    ['not/absolute:80', 'address-path-relative'],
    ['./socket', 'address-path-relative'],
    ['a:b:80', 'address-host-invalid'],
    ['2001:db8::1', 'address-host-invalid'],
    [' localhost:80', 'address-host-invalid'],
    ['127.0.0.1]:80', 'address-host-invalid'],
    ['redis://localhost:6379', 'address-url'],
    ['unix:/run/redis.sock', 'address-url'],
    ['[127.0.0.1]', 'address-without-port'],
    ['[::1]', 'address-without-port'],
    ['[127.0.0.1:80', 'address-brackets-open'],
    ['[:80', 'address-brackets-open'],
    ['[::1]x:80', 'address-brackets-open'],
    ['[]:80', 'address-ip-invalid'],
    ['[127.0.0]:80', 'address-ip-invalid'],
    ['[127.0.0.01]:80', 'address-ip-invalid'],
    ['[127.0.0.256]:80', 'address-ip-invalid'],
    ['[localhost]:80', 'address-ip-invalid'],
    ['[:::]:80', 'address-ip-invalid'],
    ['[1:2:3:4:5:6:7:8:9]:80', 'address-ip-invalid'],
    ['[::1%lo]:80', 'address-ip-invalid'],
    ['[[::1]]:80', 'address-ip-invalid'],
    ['[::1]:', 'address-port-invalid'],
    ['[::1]:0', 'address-port-invalid'],
    ['[::1]:-1', 'address-port-invalid'],
    ['[::1]:65536', 'address-port-invalid'],
    ['[::1]:0x50', 'address-port-invalid'],
    ['[::1]:80 ', 'address-port-invalid'],
    ['[::1]:http', 'address-port-invalid'],
    ['[::1]:99999999999999999999', 'address-port-invalid'],
    ['localhost:', 'address-port-invalid'],
    ['localhost:65536', 'address-port-invalid'],
    ['localhost:-1', 'address-port-invalid'],
    ['localhost:80 ', 'address-port-invalid'],
    ['localhost:80/', 'address-port-invalid'],
  ])('%j: %s', (text, code) => {
    expect(errorOf(text)).toMatchObject({ name: 'AddressError', code });
  });

  test('with a message of one line that quotes it', () => {
    expect(errorOf('[localhost]:80').message).toBe(
      '"localhost" is not an IPv4 address (brackets hold no names), in address "[localhost]:80": write "localhost:80"',
    );
    expect(errorOf('local\nhost').message).toContain('"local\\nhost"');
    expect(errorOf('local\nhost').message).not.toContain('\n');
  });
});

//= CL-19
//# A path that is longer than the system allows for a UNIX socket MUST be refused, never cut.
describe('the path of a UNIX socket', () => {
  test('may have as many bytes as C allows, not one more', () => {
    const longest = `/${'x'.repeat(UNIX_PATH_LIMIT_BYTES - 1)}`;
    expect(parseAddress(longest)).toMatchObject({ kind: 'unix', path: longest });
    expect(errorOf(`${longest}x`).code).toBe('address-path-too-long');
  });

  test('is measured in bytes, not in letters', () => {
    const text = `/${'é'.repeat(UNIX_PATH_LIMIT_BYTES / 2)}`;
    expect(errorOf(`${text}x`).code).toBe('address-path-too-long');
  });

  test.runIf(process.platform === 'linux')('has at most 107 bytes on Linux', () => {
    expect(UNIX_PATH_LIMIT_BYTES).toBe(107);
  });
});

describe('whatever is given', () => {
  test('parses to something with that text, or is an AddressError', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'[]:/.%0159afhx -+\n') }), (text) => {
        try {
          expect(parseAddress(text).text).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(AddressError);
          expect(String(error)).not.toContain('\n');
        }
      }),
    );
  });

  test('every IP address and port is understood in brackets', () => {
    const port = fc.integer({ min: 1, max: 65535 });
    fc.assert(
      fc.property(fc.ipV4(), port, (address, number) => {
        expect(parseAddress(`[${address}]:${number}`)).toMatchObject(ip(address, 4, number));
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), port, (address, number) => {
        expect(parseAddress(`[${address}]:${number}`)).toMatchObject(ip(address, 6, number));
      }),
    );
  });
});

describe('a bind address', () => {
  test.each<[string, Untexted]>([
    ['127.0.0.1', ip('127.0.0.1', 4, 0)],
    ['127.0.0.1:0', ip('127.0.0.1', 4, 0)],
    ['127.0.0.1:80', ip('127.0.0.1', 4, 80)],
    ['[127.0.0.1]', ip('127.0.0.1', 4, 0)],
    ['[127.0.0.1]:0', ip('127.0.0.1', 4, 0)],
    ['[127.0.0.1]:80', ip('127.0.0.1', 4, 80)],
    ['[::1]', ip('::1', 6, 0)],
    ['[::1]:00', ip('::1', 6, 0)],
    ['[::1]:65535', ip('::1', 6, 65535)],
    ['2001:db8::1:80', ip('2001:db8::1', 6, 80)],
    ['localhost', host('localhost', 0)],
    ['localhost:25', host('localhost', 25)],
    ['localhost:smtp', host('localhost', 'smtp')],
  ])('%s is parsed, its port 0 when it has none', (text, expected) => {
    expect(parseBindAddress(text)).toStrictEqual({ ...expected, text });
  });

  test.each<[string, AddressErrorCode]>([
    ['', 'address-empty'],
    [':80', 'address-without-host'],
    ['::1', 'address-without-host'],
    ['[::1', 'address-brackets-open'],
    ['[::1]x', 'address-brackets-open'],
    ['[localhost]', 'address-ip-invalid'],
    ['[]', 'address-ip-invalid'],
    ['[::1]:x', 'address-port-invalid'],
    ['[::1]:', 'address-port-invalid'],
    ['[::1]:65536', 'address-port-invalid'],
    ['localhost:', 'address-port-invalid'],
    ['/run/client.sock', 'address-bind-unix'],
  ])('%j is refused: %s', (text, code) => {
    expect(errorOf(text, parseBindAddress)).toMatchObject({ name: 'AddressError', code });
    expect(errorOf(text, parseBindAddress).message).toContain(JSON.stringify(text).slice(1, -1));
  });
});

//= CL-10
//# The reason of a refusal SHOULD be one line on standard error that names the option, the value
//# and what was expected.
describe('a refusal', () => {
  const source = parseAddress;
  const bind = parseBindAddress;
  test.each<[string, string, (text: string) => Address]>([
    ['::1:7001', '[::1]:7001', source],
    ['::1', '[::1]:port', source],
    [':::80', '[::]:80', source],
    ['2001:db8::1', '[2001:db8::1]:port', source],
    ['::1]:80', '[::1]:80', source],
    ['[::1', '[::1]:port', source],
    ['[::1]', '[::1]:port', source],
    ['[::1:80]', '[::1]:80', source],
    ['[127.0.0.1:80', '127.0.0.1:80', source],
    ['[localhost]:80', 'localhost:80', source],
    ['[fe80::1%eth0]:80', 'fe80::1%eth0:80', source],
    ['fe80::1%eth0', 'fe80::1%eth0:port', source],
    ['[::1%lo]:80', '[::1]:80', source],
    ['redis://localhost:6379', 'localhost:6379', source],
    ['http://localhost/index', 'localhost:port', source],
    ['tcp://[::1]:80', '[::1]:80', source],
    ['unix:///run/redis.sock', '/run/redis.sock', source],
    ['::1', '[::1]', bind],
    ['::1:80', '[::1]:80', bind],
    ['2001:db8::1', '[2001:db8::1]', bind],
    ['fe80::1%eth0', 'fe80::1%eth0:0', bind],
    ['tcp://localhost', 'localhost', bind],
  ])('of %j says to write %j, which is accepted', (text, advice, parse) => {
    const { message } = errorOf(text, parse);
    expect(message).toContain(JSON.stringify(text));
    expect(message.endsWith(`: write ${JSON.stringify(advice)}`), message).toBe(true);
    expect(() => parse(advice.replace('port', '1'))).not.toThrow();
  });

  test.each([':80', '7001', 'a b:80', './socket:1', '[*]:80', 'redis://'])(
    'of %j, where nothing can be guessed, says which forms there are',
    (text) => {
      expect(errorOf(text).message).toMatch(
        / address.*: expected host:port, \[IP address\]:port or \/absolute\/path$/,
      );
    },
  );

  test('does not show what may be the password in a URL', () => {
    const { message } = errorOf('redis://user:hunter2@localhost:6379/0');
    expect(message).toBe(
      'a URL instead of an address, "redis://…@localhost:6379/0": write "localhost:6379"',
    );
  });
});

function errorOf(text: string, parse: (text: string) => Address = parseAddress): AddressError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof AddressError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}
