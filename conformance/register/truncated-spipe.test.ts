/**
 * R-6 of spec/register.md from the other side: a server whose stream ends inside a packet, and what the
 * user of `spipe` is told.
 *
 * Goal: C's exit status is that of a transfer in order, and ours is not (CL-45, CN-22). The whole
 * packet before it reaches standard output with both. And R-9: what came before a bad packet reaches a
 * standard output that nobody read until then.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSuite, referenceEngine } from '../../src/crypto/index.ts';
import {
  type HandshakeContext,
  type HandshakeEvent,
  initialHandshakeState,
  PACKET_BYTES,
  stepHandshake,
} from '../../src/protocol/index.ts';
import { upstreamForTests } from '../upstream/require.ts';

const upstream = await upstreamForTests("what C's spipe says of a truncated stream (R-6)");
const OURS = fileURLToPath(new URL('../../src/cli/spipe.ts', import.meta.url));
const keyFile = randomBytes(40);
const directory = mkdtempSync(path.join(tmpdir(), 'register-'));
let server: Server;
const children: ChildProcess[] = [];
/** What a server sends after its handshake, given packets with the numbers 0, 1, 2 … */
let answer: (seal: (plaintext: Uint8Array) => Uint8Array) => Uint8Array;
/** The server's kernel has all of it. */
let answered: () => void = () => {};

beforeAll(async () => {
  writeFileSync(path.join(directory, 'key'), keyFile, { mode: 0o600 });
  server = createServer({ allowHalfOpen: true }, serve);
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
});

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  server?.close();
  rmSync(directory, { recursive: true });
});

/** A server in order, until its answer. */
function serve(socket: Socket): void {
  const suite = createSuite(referenceEngine);
  const context: HandshakeContext = {
    role: 'server',
    policy: { weak: true, requireForwardSecrecy: false },
    secret: createHash('sha256').update(keyFile).digest(),
    suite,
  };
  let state = initialHandshakeState;
  const handle = (event: HandshakeEvent): void => {
    const step = stepHandshake(context, state, event);
    state = step.state;
    for (const effect of step.effects) if (effect.type === 'sendBytes') socket.write(effect.bytes);
    if (state.phase === 'failed') socket.destroy();
    if (state.phase !== 'established') return;
    socket.off('data', receive);
    socket.resume();
    const { server: keys } = state.keys;
    socket.end(
      answer((plaintext) => suite.sealPackets(keys, 0n, plaintext)),
      () => answered(),
    );
  };
  const receive = (bytes: Buffer): void => handle({ type: 'bytesReceived', bytes });
  socket.on('data', receive);
  socket.on('error', () => {});
  handle({ type: 'handshakeStarted', nonce: randomBytes(32) });
}

/** One packet, and half of another. */
const packetAndAHalf: typeof answer = (seal) =>
  seal(Buffer.alloc(2048, 'whole ')).subarray(0, PACKET_BYTES * 1.5);

/** Run a spipe against the server, with nothing to send; its output is read after `readAfter`. */
async function run(
  [program, ...args]: readonly [string, ...string[]],
  readAfter: Promise<void> = Promise.resolve(),
): Promise<{ readonly status: number | null; readonly out: Buffer; readonly said: string }> {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const options = ['-t', `[127.0.0.1]:${address.port}`, '-k', path.join(directory, 'key')];
  const child = spawn(program, [...args, ...options, '-o', '60'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const out: Buffer[] = [];
  let said = '';
  void readAfter.then(() => child.stdout.on('data', (bytes: Buffer) => out.push(bytes)));
  child.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { status, out: Buffer.concat(out), said };
}

const firstMessage = Buffer.alloc(1024, 'whole ');

test.skipIf(upstream === undefined)(
  'R-6: C spipe calls a stream that ends inside a packet a success, and is silent (CN-22)',
  async () => {
    answer = packetAndAHalf;
    const { status, out, said } = await run([upstream?.spipe ?? '']);
    expect({ status, said }).toEqual({ status: 0, said: '' });
    expect(out).toEqual(firstMessage);
  },
);

test('R-6: our spipe delivers what is whole, and says what is missing (CL-45, CN-13, CN-22)', async () => {
  answer = packetAndAHalf;
  const { status, out, said } = await run([process.execPath, '--import', 'tsx', OURS]);
  expect(status).toBe(1);
  expect(said).toMatch(/ended inside a packet/);
  expect(out).toEqual(firstMessage);
});

test('R-9: our spipe delivers what came before a bad packet, however late it is read (CN-26)', async () => {
  // More than the pipes and sockets on its way hold: a part waits in spipe.
  const plaintext = randomBytes(600 * 1024);
  answer = (seal) => Buffer.concat([seal(plaintext), Buffer.alloc(PACKET_BYTES)]);
  const sent = new Promise<void>((resolve) => {
    answered = resolve;
  });
  const { status, out, said } = await run([process.execPath, '--import', 'tsx', OURS], sent);
  expect(status).toBe(1);
  expect(said).toMatch(/a packet failed authentication/);
  expect(said).not.toMatch(/not delivered/);
  expect(out.equals(plaintext)).toBe(true);
});
