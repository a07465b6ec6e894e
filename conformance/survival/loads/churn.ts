/**
 * Short connections at full rate: connect, send 1 to 100 kB, half-close, read to the end, compare.
 * A process of its own, so that it gets a processor of its own where there is one.
 *
 *     node --import tsx churn.ts HOST PORT MILLISECONDS
 *
 * Prints one line of JSON when the time is over and the last connection has ended: a `Churned`.
 */

import { randomBytes, randomInt } from 'node:crypto';
import { connect } from 'node:net';

/** What came of it. */
export interface Churned {
  readonly connections: number;
  /** Sent and, when right, received again. */
  readonly bytes: number;
  /** What went wrong, and how often. */
  readonly failures: Readonly<Record<string, number>>;
}

const [host = '', port = '', milliseconds = ''] = process.argv.slice(2);

/** Connections at one time. */
const ABREAST = 8;
const LEAST_BYTES = 1_000;
const MOST_BYTES = 100_000;

/** Random bytes once; each connection sends another part of them. */
const RANDOM = randomBytes(4 * MOST_BYTES);

const failures: Record<string, number> = {};
let connections = 0;
let bytes = 0;

async function exchange(): Promise<void> {
  const length = randomInt(LEAST_BYTES, MOST_BYTES + 1);
  const from = randomInt(RANDOM.length - length);
  const question = RANDOM.subarray(from, from + length);
  const answer = Buffer.alloc(length);
  let received = 0;
  let failure: string | undefined;
  const socket = connect({ host, port: Number(port), allowHalfOpen: true, noDelay: true });
  socket.on('data', (chunk: Buffer) => {
    if (received + chunk.length <= length) chunk.copy(answer, received);
    received += chunk.length;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    failure = error.code ?? error.message;
  });
  socket.end(question);
  await new Promise((resolve) => socket.once('close', resolve));
  if (failure === undefined && received !== length) failure = 'wrong length';
  if (failure === undefined && !answer.equals(question)) failure = 'wrong bytes';
  connections += 1;
  if (failure === undefined) bytes += length;
  else failures[failure] = (failures[failure] ?? 0) + 1;
}

const end = performance.now() + Number(milliseconds);

async function lane(): Promise<void> {
  do await exchange();
  while (performance.now() < end);
}

await Promise.all(Array.from({ length: ABREAST }, lane));
const churned: Churned = { connections, bytes, failures };
process.stdout.write(`${JSON.stringify(churned)}\n`);
