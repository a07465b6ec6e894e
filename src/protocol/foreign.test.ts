/**
 * Goal of these tests: the openings of well-known protocols are told from a nonce, whole or cut
 * off, and 32 random bytes are taken for one with a probability below 1e-12.
 */

import { expect, test } from 'vitest';
import { FOREIGN_RULES, recogniseForeign } from './foreign.ts';
import { NONCE_BYTES } from './parameters.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

const HELLO = hex('16 0301 0200 01 0001fc 0303 4f6a2b1c9d8e7f605142332415060708090a0b0c0d0e0f1011');

const OPENINGS: readonly [string, Uint8Array | string][] = [
  ['HTTP', 'GET / HTTP/1.1\r\nHost: example.org:8080\r\n'],
  ['HTTP', 'GET / HTTP/1.0\r\n\r\n'],
  ['HTTP', 'POST /a HTTP/1.1\r\nHost: example.org\r\n'],
  ['HTTP', 'HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n'],
  [
    'HTTP',
    Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), hex('000012040000000000')]),
  ],
  ['TLS', HELLO],
  ['TLS', hex('16 0303 007a 02 000076 0303')],
  ['TLS', hex('15 0303 0002 02 28')],
  ['TLS', hex('15 0301 0002 02 46')],
  ['SSH', 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n'],
  [
    'SSH',
    Buffer.concat([Buffer.from('SSH-2.0-Go\r\n'), hex('000004bc08141e6c3f9a5d720b8e91c4d7f0')]),
  ],
  ['Redis', '*1\r\n$4\r\nPING\r\n'],
  ['Redis', '*2\r\n$7\r\nCOMMAND\r\n$4\r\nDOCS\r\n'],
  ['Redis', '*3\r\n$10\r\nabcdefghij\r\n$3\r\nkey\r\n'],
  ['Redis', 'PING\r\n'],
  ['Redis', '+PONG\r\n'],
  ['Redis', Buffer.concat([Buffer.from("-ERR unknown command '"), hex('81f2e3d4c5b6a7988796')])],
  ['Redis', '-NOAUTH Authentication required.\r\n'],
  ['SMTP or FTP', '220 mail.example.org ESMTP Postfix (Debian)\r\n'],
  ['SMTP or FTP', '220-FTP server\r\n'],
  ['POP3', '+OK Dovecot ready.\r\n'],
  ['IMAP', '* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS]'],
  ['PostgreSQL', hex('00000008 04d2162f')],
  ['PostgreSQL', hex('00000008 04d21630')],
  ['PostgreSQL', hex('00000010 04d2162e 00001234 5678abcd')],
  [
    'PostgreSQL',
    Buffer.concat([hex('00000054 00030000'), Buffer.from('user\0postgres\0database\0')]),
  ],
  [
    'PostgreSQL',
    Buffer.concat([hex('45 00000075'), Buffer.from('SFATAL\0VFATAL\0C0A000\0Munsupported')]),
  ],
  [
    'MySQL',
    Buffer.concat([hex('4a000000 0a'), Buffer.from('8.0.36\0'), hex('0b000000112233445566778800')]),
  ],
  ['MySQL', Buffer.concat([hex('5b000000 0a'), Buffer.from('10.11.6-MariaDB-0+deb12u1\0')])],
  [
    'MySQL',
    Buffer.concat([hex('45000000 ff 6a04'), Buffer.from("Host '10.0.0.1' is not allowed")]),
  ],
  ['the PROXY protocol', 'PROXY TCP4 192.0.2.1 192.0.2.2 4711 8025\r\n'],
  ['the PROXY protocol', hex('0d0a0d0a000d0a515549540a 2111000c c0000201c0000202126700191111')],
  ['plain text', 'hello, is there anybody out there? I am lost'],
  ['plain text', 'hello\n'],
];

test.each(OPENINGS)('%s is recognised: case %#', (protocol, opening) => {
  const bytes = Buffer.from(opening as string).subarray(0, NONCE_BYTES);
  expect(recogniseForeign(bytes)).toBe(protocol);
});

test('of a stream that was cut off, five bytes are enough, and fewer tell nothing', () => {
  for (const [protocol, opening] of OPENINGS) {
    const bytes = Buffer.from(opening as string);
    for (let length = 0; length < 5; length++) {
      expect(recogniseForeign(bytes.subarray(0, length))).toBeUndefined();
    }
    for (let length = 9; length < Math.min(bytes.length, NONCE_BYTES); length++) {
      expect(recogniseForeign(bytes.subarray(0, length))).toBe(protocol);
    }
  }
  expect(recogniseForeign(HELLO.subarray(0, 5))).toBe('TLS');
});

test('bytes that are no text, and begin no protocol, are not named', () => {
  const nonces = ['81', '00', 'ff', '16', '8e'].map((byte) => hex(byte.repeat(NONCE_BYTES)));
  for (const nonce of nonces) expect(recogniseForeign(nonce)).toBeUndefined();
  const text = Buffer.from('x'.repeat(NONCE_BYTES));
  text[NONCE_BYTES - 1] = 0x80;
  expect(recogniseForeign(text)).toBeUndefined();
});

test('random bytes meet any rule with a probability below 1e-12', () => {
  let any = 0;
  for (const { bytes } of FOREIGN_RULES) {
    expect(bytes.length).toBeLessThanOrEqual(NONCE_BYTES);
    const chance = bytes.reduce((product, allowed) => {
      expect(new Set(allowed).size).toBe(allowed.length);
      return (product * allowed.length) / 256;
    }, 1);
    any += chance;
  }
  expect(any).toBeLessThan(1e-12);
  expect(any).toBeGreaterThan(0);
});
