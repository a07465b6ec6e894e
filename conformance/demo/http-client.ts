/**
 * The program in front of the pipe: plain HTTP over a socket to the `-e` end. It knows nothing
 * of spiped either.
 */

import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Receipt } from './http-target.ts';

/** The request for the page, as it is handed to the pipe. */
export const PAGE_REQUEST = 'GET / HTTP/1.1\r\nHost: behind-the-pipe\r\nConnection: close\r\n\r\n';

/**
 * Ask for the page over a connected socket; resolves with everything that came back, to the end
 * of the stream.
 */
export async function fetchPage(socket: Socket): Promise<string> {
  socket.write(PAGE_REQUEST);
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

/** What was sent, and what the receiver says arrived. */
export interface Upload {
  readonly sent: Receipt;
  readonly arrived: Receipt;
}

/** Upload `bytes` bytes that do not repeat or compress, over a connected socket. */
export async function upload(socket: Socket, bytes: number): Promise<Upload> {
  const options: RequestOptions = {
    method: 'PUT',
    path: '/upload',
    headers: { Host: 'behind-the-pipe', 'Content-Length': bytes, Connection: 'close' },
    // With no agent named, the connection is ours; `agent: false` would make one of its own.
    createConnection: () => socket,
  };
  const outgoing = request(options);
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  // When the body cannot be sent, `pipeline` tells why first.
  answered.catch(() => {});
  const hash = createHash('sha256');
  await pipeline(
    Readable.from(randomBlocks(bytes), { objectMode: false }),
    async function* (source) {
      for await (const block of source as AsyncIterable<Buffer>) {
        hash.update(block);
        yield block;
      }
    },
    outgoing,
  );
  const [response] = await answered;
  const arrived = parseReceipt(await text(response));
  return { sent: { bytes, sha256: hash.digest('hex') }, arrived };
}

/** `total` bytes of an AES key stream under a fresh key: as good as random here, and faster. */
function* randomBlocks(total: number): Generator<Buffer> {
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16));
  const zeros = Buffer.alloc(64 * 1024);
  for (let left = total; left > 0; left -= zeros.length) {
    yield cipher.update(left < zeros.length ? zeros.subarray(0, left) : zeros);
  }
}

async function text(response: IncomingMessage): Promise<string> {
  let all = '';
  response.setEncoding('utf8');
  for await (const chunk of response as AsyncIterable<string>) all += chunk;
  return all;
}

/** Parse, don't trust: what came through the pipe may be anything. */
function parseReceipt(json: string): Receipt {
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null || !('bytes' in value) || !('sha256' in value)) {
    throw new Error(`the upload was answered with ${JSON.stringify(json)}, not with a receipt`);
  }
  return { bytes: Number(value.bytes), sha256: String(value.sha256) };
}
