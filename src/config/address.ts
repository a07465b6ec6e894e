/**
 * Addresses of sockets as the command line spells them, parsed without looking anything up.
 *
 * The forms are those of the manual and of C spiped (`sock_resolve` in libcperciva's sock.c):
 * `/absolute/path`, `host:port`, `[IPv4 address]:port`, `[IPv6 address]:port`. Turning a name
 * into addresses is `io/resolve.ts`.
 */

import { isIP, isIPv4, isIPv6 } from 'node:net';
import { addressMeantBy, isUrl, withoutUser } from './address-advice.ts';

/** An address as asked for. `text` is what was given, for messages. */
export type Address =
  | { readonly kind: 'unix'; readonly text: string; readonly path: string }
  | IpAddress
  /** A name, or a service name for the port, or both: `io/resolve.ts` finds what they stand for. */
  | {
      readonly kind: 'host';
      readonly text: string;
      readonly host: string;
      /** A number, 0 to 65535, or the name of a TCP service such as `http`. */
      readonly port: number | string;
    };

/**
 * An IP address: nothing to look up. `port` is 0 only where C allows it, without brackets, and
 * in a bind address.
 */
export interface IpAddress {
  readonly kind: 'ip';
  readonly text: string;
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number;
}

/** Why an address is unusable. Stable; the message may change. */
export type AddressErrorCode =
  | 'address-empty'
  | 'address-without-host'
  | 'address-without-port'
  | 'address-brackets-open'
  | 'address-ip-invalid'
  | 'address-port-invalid'
  | 'address-url'
  | 'address-host-invalid'
  | 'address-path-relative'
  | 'address-path-too-long'
  | 'address-bind-unix'
  | 'address-service-unknown'
  | 'address-zone-unknown'
  | 'address-lookup-failed';

/** An address that cannot be used. The message is one line and quotes the address. */
export class AddressError extends Error {
  override readonly name = 'AddressError';
  readonly code: AddressErrorCode;

  constructor(code: AddressErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * The longest path of a UNIX socket, in bytes: one less than the size of `sun_path`, as C
 * demands. Checked here because Node 20 cuts a longer path silently.
 */
export const UNIX_PATH_LIMIT_BYTES = process.platform === 'linux' ? 107 : 103;

/**
 * Parse an address. Throws {@link AddressError}; two of its codes, `address-empty` and
 * `address-without-host`, are what C finds before it resolves anything (`sock_addr_validate`)
 * and answers with its usage text; the others are what C finds while it resolves.
 *
 * Two things that C lets pass are refused here, because they never mean what they say: a port
 * above 65535 after a host name (C takes it modulo 65536) and an empty one (C takes 0). And what
 * can be no host is refused here, where C asks the resolver.
 */
//= CL-17
//# An address MUST be accepted in these forms: `/path` for a UNIX socket, `[IPv4 address]:port`,
//# `[IPv6 address]:port`, and `host:port` with a name or an IPv4 address.
export function parseAddress(text: string): Address {
  return parse(text, ANY_FORM);
}

/** What is expected, and whether that may be without a port. */
interface Expectation {
  readonly forms: string;
  readonly portless: boolean;
}

const ANY_FORM: Expectation = {
  forms: 'host:port, [IP address]:port or /absolute/path',
  portless: false,
};

const BIND_FORM: Expectation = { forms: 'a host or an [IP address]', portless: true };

function parse(text: string, expected: Expectation): Address {
  if (text === '') {
    throw new AddressError('address-empty', `the address is empty: expected ${expected.forms}`);
  }
  if (text.startsWith(':')) {
    throw refusal('address-without-host', 'no host in address', text, expected);
  }
  if (text.startsWith('/')) return parseUnix(text);
  if (isUrl(text)) throw refusal('address-url', 'a URL instead of an address,', text, expected);
  if (/^\[[^\]]*\]$/.test(text) && isIP(text.slice(1, -1)) !== 0) {
    throw refusal('address-without-port', 'no port in address', text, expected);
  }
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon);
  const port = text.slice(colon + 1);
  if (text.startsWith('[')) return parseBracketed(text, host, port, expected);
  if ((colon === -1 ? text : host).includes('/')) {
    const problem = 'the path of a UNIX socket begins with /, in address';
    throw refusal('address-path-relative', problem, text, expected);
  }
  if (colon === -1) throw refusal('address-without-port', 'no port in address', text, expected);
  return parseHost(text, host, port, expected);
}

/** A line that quotes the address, and says what to write instead, or what is expected. */
function refusal(
  code: AddressErrorCode,
  problem: string,
  text: string,
  { forms, portless }: Expectation,
): AddressError {
  const meant = addressMeantBy(text, { portless });
  const instead =
    meant === undefined || meant === text ? `expected ${forms}` : `write ${JSON.stringify(meant)}`;
  return new AddressError(code, `${problem} ${JSON.stringify(withoutUser(text))}: ${instead}`);
}

/**
 * Parse the local address of outgoing connections (`-b`): the forms of {@link parseAddress}, and
 * each of them without a port, which then is 0 (`sock_addr_ensure_port`). A port of 0 leaves it
 * to the system, in brackets too: C adds it there, and then refuses it.
 *
 * A path is an error, `address-bind-unix`: Node cannot bind a client's UNIX socket.
 */
export function parseBindAddress(text: string): Address {
  if (text.startsWith('/')) {
    throw new AddressError(
      'address-bind-unix',
      `a UNIX socket cannot be bound here: expected a host or an IP address, not ${JSON.stringify(text)}`,
    );
  }
  const bracketed = /^(\[.*\])(?::0+)?$/s.exec(text);
  // Any port will do to have the address checked.
  if (bracketed !== null) {
    return { ...parseBracketed(text, bracketed[1] ?? '', '1', BIND_FORM), port: 0 };
  }
  const complete = text === '' || text.includes(':') || text.includes('/');
  return { ...parse(complete ? text : `${text}:0`, BIND_FORM), text };
}

//= CL-19
//# A path that is longer than the system allows for a UNIX socket MUST be refused, never cut.
function parseUnix(text: string): Address {
  const length = Buffer.byteLength(text);
  if (length > UNIX_PATH_LIMIT_BYTES) {
    throw new AddressError(
      'address-path-too-long',
      `the socket path has ${length} bytes, at most ${UNIX_PATH_LIMIT_BYTES} are possible: ${JSON.stringify(text)}`,
    );
  }
  return { kind: 'unix', text, path: text };
}

function parseBracketed(
  text: string,
  host: string,
  port: string,
  expected: Expectation,
): IpAddress {
  if (!host.endsWith(']')) {
    throw refusal('address-brackets-open', 'no "]:" before the port in address', text, expected);
  }
  const address = host.slice(1, -1);
  const number = parsePort(port);
  //= CL-18
  //# In brackets, a name and, for a source or a target, the port 0 MUST be refused.
  if (number === undefined || number === 0) throw portError(text, port, 'a number from 1 to 65535');
  if (isIPv4(address)) return { kind: 'ip', text, address, family: 4, port: number };
  // inet_pton, which decides in C, knows no zones.
  const zoned = address.includes('%');
  if (isIPv6(address) && !zoned) return { kind: 'ip', text, address, family: 6, port: number };
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  const problem = zoned
    ? 'brackets hold no zone, in address'
    : `${JSON.stringify(address)} is not an ${family} address (brackets hold no names), in address`;
  throw refusal('address-ip-invalid', problem, text, expected);
}

function parseHost(text: string, host: string, port: string, expected: Expectation): Address {
  const number = parsePort(port);
  // C hands these to getaddrinfo as well, which takes them without a lookup.
  const family = isIPv4(host) ? 4 : isIPv6(host) ? 6 : undefined;
  if (family === undefined && /[\s:[\]]/.test(host)) {
    const problem = `${JSON.stringify(host)} is neither a name nor an IP address, in address`;
    throw refusal('address-host-invalid', problem, text, expected);
  }
  if (number !== undefined) {
    return family === undefined
      ? { kind: 'host', text, host, port: number }
      : { kind: 'ip', text, address: host, family, port: number };
  }
  if (port === '' || /^\s*[+-]?\d+$|[\s/]/.test(port)) {
    throw portError(text, port, 'a number from 0 to 65535 or the name of a service');
  }
  return { kind: 'host', text, host, port };
}

/** A decimal number from 0 to 65535 as strtol reads it: after white space and a sign. */
function parsePort(port: string): number | undefined {
  if (!/^[ \t\n\v\f\r]*[+-]?[0-9]+$/.test(port)) return undefined;
  const number = Number(port);
  // Adding 0 makes a zero of "-0".
  return number >= 0 && number <= 65535 ? number + 0 : undefined;
}

function portError(text: string, port: string, expected: string): AddressError {
  return new AddressError(
    'address-port-invalid',
    `${JSON.stringify(port)} is not a port, in address ${JSON.stringify(text)}: expected ${expected}`,
  );
}
