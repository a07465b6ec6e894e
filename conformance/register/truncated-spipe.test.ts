/**
 * R-6 of spec/register.md from the other side: a server whose stream ends inside a packet, and what the
 * user of `spipe` is told.
 *
 * Goal: C's exit status is that of a transfer in order, and ours is not (CL-45, CN-22). The whole
 * packet before it reaches standard output with both.
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

beforeAll(async () => {
  writeFileSync(path.join(directory, 'key'), keyFile, { mode: 0o600 });
  server = createServer({ allowHalfOpen: true }, sendPacketAndAHalf);
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
});

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  server?.close();
  rmSync(directory, { recursive: true });
});

/** A server in order, until its second packet breaks off. */
function sendPacketAndAHalf(socket: Socket): void {
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
    const packets = suite.sealPackets(state.keys.server, 0n, Buffer.alloc(2048, 'whole '));
    socket.end(packets.subarray(0, PACKET_BYTES * 1.5));
  };
  const receive = (bytes: Buffer): void => handle({ type: 'bytesReceived', bytes });
  socket.on('data', receive);
  socket.on('error', () => {});
  handle({ type: 'handshakeStarted', nonce: randomBytes(32) });
}

/** Run a spipe against the server, with nothing to send. */
async function run(
  program: string,
  ...args: readonly string[]
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
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
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
    const { status, out, said } = await run(upstream?.spipe ?? '');
    expect({ status, said }).toEqual({ status: 0, said: '' });
    expect(out).toEqual(firstMessage);
  },
);

test('R-6: our spipe delivers what is whole, and says what is missing (CL-45, CN-13, CN-22)', async () => {
  const { status, out, said } = await run(process.execPath, '--import', 'tsx', OURS);
  expect(status).toBe(1);
  expect(said).toMatch(/ended inside a packet/);
  expect(out).toEqual(firstMessage);
});
