/** The first bytes that other programs send, as they come over the wire. */

import { randomBytes } from 'node:crypto';

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

/** A TLS record of a type: 22 is a handshake, 21 an alert (RFC 8446). */
function tlsRecord(type: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([bytes(type, 3, 1, content.length >> 8, content.length & 0xff), content]);
}

/** A ClientHello: legacy version, random, and so on; what follows its random is cut short. */
const clientHello = Buffer.concat([bytes(1, 0, 0, 196, 3, 3), randomBytes(194)]);

/** What a client says at once. */
export const CLIENT_OPENINGS = {
  HTTP: 'GET /index.html HTTP/1.1\r\nHost: localhost:8025\r\n\r\n',
  Redis: '*1\r\n$4\r\nPING\r\n',
  TLS: tlsRecord(22, clientHello),
  SSH: 'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n',
  // SSLRequest: a length, and the code 80877103.
  PostgreSQL: bytes(0, 0, 0, 8, 4, 210, 22, 47),
  text: 'hello, is there anybody out there? I am a program that sends lines\n',
} as const;

/** What a server says, at once or to what it does not understand. */
export const SERVER_OPENINGS = {
  HTTP: 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n',
  Redis: "-ERR unknown command 'x', with args beginning with: \r\n",
  TLS: tlsRecord(21, bytes(2, 50)),
  SSH: 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n',
  SMTP: '220 mail.example.com ESMTP Postfix (Debian/GNU)\r\n',
} as const;
