/**
 * The service behind the pipe: a small HTTP server on loopback with one page to fetch and one
 * place to upload to. It knows nothing of spiped; that is the point of spiped.
 */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A sentence that stands in the page and must stand nowhere on the wire. */
export const SECRET_SENTENCE =
  'This sentence crossed the wire, and nobody on the wire could read it.';

/**
 * How long the whole response to `GET /` is, in bytes, headers included: exactly two packets'
 * worth. When it crosses in two packets, each of them is full, and so it is known, without any
 * key, which bytes of the page each one carries (PK-1).
 */
export const PAGE_RESPONSE_BYTES = 2048;

/** What the upload's receiver says it got. */
export interface Receipt {
  readonly bytes: number;
  /** SHA-256 of the bytes as they arrived, in hexadecimal. */
  readonly sha256: string;
}

/** The running server. */
export interface HttpTarget {
  /** The port it listens on, on 127.0.0.1. */
  readonly port: number;
  /** How many bytes of the current upload have arrived. */
  received(): number;
  /** Stop listening and close what is open. */
  close(): Promise<void>;
}

/** The page, filled up so that head and page are {@link PAGE_RESPONSE_BYTES} together. */
export function pageBody(): string {
  const length = PAGE_RESPONSE_BYTES - pageHead(PAGE_RESPONSE_BYTES).length;
  let text = [
    '<!doctype html>',
    '<title>Behind the pipe</title>',
    `<p>${SECRET_SENTENCE}</p>`,
    '<p>The server that sent it speaks plain HTTP and listens on loopback only.</p>\n',
  ].join('\n');
  for (let number = 1; text.length < length; number += 1) {
    text += `<p>Line ${number}, so that the page fills two packets.</p>\n`;
  }
  return text.slice(0, length);
}

/**
 * The response's head for a page that makes head and page `total` bytes together. Written out
 * here rather than left to `node:http`, whose headers change with its versions.
 */
function pageHead(total: number): string {
  const head = (length: number) =>
    'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n' +
    `Content-Length: ${length}\r\n\r\n`;
  // The length stands in the head it is part of; both guesses have the same number of digits.
  return head(total - head(total).length);
}

/** The whole response to `GET /`, head and page, as it is handed to the pipe. */
export function pageResponse(): string {
  return pageHead(PAGE_RESPONSE_BYTES) + pageBody();
}

/** Start the server on a free port of 127.0.0.1. */
export async function startHttpTarget(): Promise<HttpTarget> {
  let received = 0;

  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const hash = createHash('sha256');
    received = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      hash.update(chunk);
      received += chunk.length;
    }
    const receipt: Receipt = { bytes: received, sha256: hash.digest('hex') };
    response.setHeader('Connection', 'close');
    response.end(JSON.stringify(receipt));
  };

  const server = createServer((request, response) => {
    if (request.method === 'PUT') {
      // A broken upload is seen, and explained, at the sending end; here it only ends.
      receive(request, response).catch(() => response.destroy());
    } else {
      request.socket.end(pageResponse());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server that listens has an AddressInfo; null and string are for other kinds.
  const { port } = server.address() as AddressInfo;

  return {
    port,
    received: () => received,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
