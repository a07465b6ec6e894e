/** That the operating system is asked rightly who listens where. */

import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Address, addressOf, canListen, newAddress, unixAddress } from './addresses.ts';
import { isListening, listensByLsof } from './processes.ts';
import { Program } from './program.ts';
import { Scope } from './scope.ts';

let scope: Scope;

beforeEach(async () => {
  scope = await Scope.open();
});

afterEach(() => scope.close());

async function listen(address: Address): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.net, resolve);
  });
  scope.onClose(() => new Promise((resolve) => server.close(resolve)));
}

const hasIpv6 = await canListen({ host: '::1', port: 0 });
const spellings = ['ipv4', 'unix', ...(hasIpv6 ? (['ipv6'] as const) : [])] as const;

test.each(spellings)('listening is seen, and only while it lasts (%s)', async (spelling) => {
  const address = await newAddress(spelling, scope.directory);
  expect(await isListening(process.pid, address)).toBe(false);
  await listen(address);
  expect(await isListening(process.pid, address)).toBe(true);
  const other = new Program(scope, 'other', ['sleep', '600'], []);
  expect(await isListening(other.pid, address)).toBe(false);
});

test('a path with spaces, and letters of any language, is seen as it is', async () => {
  const address = unixAddress(join(scope.directory, 'two  wörds'));
  await listen(address);
  expect(await isListening(process.pid, address)).toBe(true);
});

test('a connection of the process is not taken for listening', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.onClose(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  const accepted = new Promise<number>((resolve) => {
    server.on('connection', (socket) => {
      scope.onClose(() => socket.destroy());
      resolve(socket.remotePort ?? 0);
    });
  });
  const client = connect(port, '127.0.0.1');
  scope.onClose(() => client.destroy());
  expect(await isListening(process.pid, addressOf('ipv4', await accepted))).toBe(false);
});

test.each(spellings)('lsof sees the same, or its absence is named (%s)', async (spelling) => {
  const address = await newAddress(spelling, scope.directory);
  await listen(address);
  const elsewhere = await newAddress(spelling, scope.directory);
  const answers = Promise.all([
    listensByLsof(process.pid, address),
    listensByLsof(process.pid, elsewhere),
  ]);
  await answers.then(
    (seen) => expect(seen).toEqual([true, false]),
    (error: Error) => expect(error.message).toContain('needs the command lsof'),
  );
});
