/**
 * What the first bytes of a peer look like when they are another protocol's.
 *
 * It chooses the text of a handshake that has failed anyway, and nothing else: no byte is refused
 * for how it looks, since a nonce may have any value (HS-3). It returns one of our own words, never
 * what was sent.
 *
 * An honest peer's 32 bytes are random. A rule is a set of allowed values for each of the first
 * bytes; random bytes meet it with the product of the sets' sizes over 256, and any of the rules at
 * most with the sum of these products. For whole nonces that sum is below 1e-12 (counted by a
 * test): the largest parts are 32 bytes of text, (98/256)^32 = 4.5e-14, and a TLS alert,
 * 10/256^6 = 3.6e-14. A stream that ends or stays silent inside its nonce is no spiped's, which
 * sends all 32 at once; of that, a shorter beginning is enough.
 */

import { NONCE_BYTES } from './parameters.ts';

/** What a stream may look like: words for people. */
export type ForeignProtocol =
  | 'HTTP'
  | 'TLS'
  | 'SSH'
  | 'Redis'
  | 'SMTP or FTP'
  | 'POP3'
  | 'IMAP'
  | 'PostgreSQL'
  | 'MySQL'
  | 'the PROXY protocol'
  | 'plain text';

/** Allowed values of one byte. */
type ByteSet = readonly number[];

/** One way in which a protocol begins. */
export interface ForeignRule {
  readonly protocol: ForeignProtocol;
  /** For each of the first bytes, at most 32, the values that it may have. */
  readonly bytes: readonly ByteSet[];
}

const between = (from: number, to: number): ByteSet =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const ANY = between(0, 0xff);
const DIGIT = between(0x30, 0x39);
const UPPER = between(0x41, 0x5a);
/** Printable ASCII, tab, and the two characters of line ends. */
const TEXT: ByteSet = [0x09, 0x0a, 0x0d, ...between(0x20, 0x7e)];

const exactly = (characters: string): readonly ByteSet[] =>
  Array.from(characters, (character) => [character.charCodeAt(0)]);
/** Then text, to the end of the nonce. */
const line = (beginning: string): readonly ByteSet[] => [
  ...exactly(beginning),
  ...Array.from({ length: NONCE_BYTES - beginning.length }, () => TEXT),
];

function rules(
  protocol: ForeignProtocol,
  ...beginnings: readonly (readonly ByteSet[])[]
): readonly ForeignRule[] {
  return beginnings.map((bytes) => ({ protocol, bytes }));
}

/** The rules, the special before the general: the first that is met names the protocol. */
export const FOREIGN_RULES: readonly ForeignRule[] = [
  ...rules(
    'HTTP',
    ...['GET ', 'POST ', 'PUT ', 'HEAD ', 'DELETE ', 'OPTIONS ', 'PATCH ', 'CONNECT '].map(line),
    line('HTTP/'),
    exactly('PRI * HTTP/2'),
  ),
  ...rules(
    'TLS',
    // A handshake record (RFC 8446, 5.1) with a client's or a server's hello (4.1).
    [[22], [3], between(0, 4), ANY, ANY, [1, 2], [0], ANY, ANY, [3], between(0, 3)],
    // An alert: two bytes, a level and a description (6).
    [[21], [3], between(0, 4), [0], [2], [1, 2], ANY],
  ),
  ...rules('SSH', exactly('SSH-2.0-'), exactly('SSH-1.')),
  ...rules(
    'Redis',
    [...exactly('*'), DIGIT, ...exactly('\r\n$'), DIGIT, [0x0d, ...DIGIT]],
    [...exactly('-ERR '), TEXT, TEXT, TEXT, TEXT],
    ...['-NOAUTH ', '-DENIED ', '-LOADING ', '+PONG\r\n', 'PING\r\n'].map(exactly),
  ),
  ...rules('SMTP or FTP', line('220 '), line('220-'), line('421 '), line('554 ')),
  ...rules('POP3', line('+OK ')),
  ...rules('IMAP', line('* OK ')),
  ...rules(
    'PostgreSQL',
    // Requests for TLS, for GSSAPI and to cancel, and the start of version 3.
    [[0], [0], [0], [8], [4], [0xd2], [0x16], [0x2f, 0x30]],
    [[0], [0], [0], [16], [4], [0xd2], [0x16], [0x2e]],
    [[0], [0], between(0, 3), ANY, [0], [3], [0], between(0, 2)],
    // An ErrorResponse begins with its severity.
    [...exactly('E'), [0], [0], [0, 1], ANY, ...exactly('S'), UPPER, UPPER],
  ),
  ...rules(
    'MySQL',
    // A greeting: length, sequence number 0, protocol 10, a version; or an error in its place.
    [ANY, [0], [0], [0], [10], DIGIT, [0x2e, ...DIGIT], [0x2e, ...DIGIT]],
    [ANY, [0], [0], [0], [0xff], ANY, ANY, ...exactly('Host')],
  ),
  ...rules('the PROXY protocol', line('PROXY '), exactly('\r\n\r\n\0\r\nQUIT\n')),
  ...rules('plain text', line('')),
];

/** Fewer bytes tell nothing, also where it is certain that they are not a nonce. */
const LEAST_BYTES = 5;

/**
 * The protocol that a stream's beginning belongs to, if it is recognised. `received` is what came
 * of the peer's nonce, 0 to 32 bytes; fewer than 32 only if no more came.
 */
export function recogniseForeign(received: Uint8Array): ForeignProtocol | undefined {
  if (received.length < LEAST_BYTES) return undefined;
  return FOREIGN_RULES.find(({ bytes }) =>
    bytes.every((allowed, i) => {
      const byte = received[i];
      return byte === undefined || allowed.includes(byte);
    }),
  )?.protocol;
}
