/**
 * The evidence of spec/register.md: what C spiped does where upstream's text is silent.
 *
 * Goal: each entry that names this file is shown by running C, with a client that has the key and
 * sends what no program of its own would send. The entries' numbers stand in the titles. What ours
 * does in the same place is tested beside the code, under the requirement's number.
 *
 * Without C spiped the tests are skipped, and say so; in CI they fail.
 */

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { upstreamForTests } from '../upstream/require.ts';
import { KeyedClient, MODULUS, power } from './keyed-client.ts';
import { type TargetConnection, UpstreamServer } from './upstream-server.ts';

const upstream = await upstreamForTests("the evidence of C's behaviour (spec/register.md)");
const keyFile = randomBytes(40);
const HELLO = Buffer.from('hello');

describe.skipIf(upstream === undefined)('C spiped as -d', () => {
  let plain: UpstreamServer;
  let strict: UpstreamServer;
  let hasty: UpstreamServer;
  const clients: KeyedClient[] = [];

  beforeAll(async () => {
    const program = upstream?.spiped ?? '';
    [plain, strict, hasty] = await Promise.all([
      UpstreamServer.start(program, keyFile, '-o', '60'),
      UpstreamServer.start(program, keyFile, '-o', '60', '-g'),
      UpstreamServer.start(program, keyFile, '-o', '1'),
    ]);
  });

  afterAll(() => {
    for (const client of clients) client.close();
    for (const server of [plain, strict, hasty]) server?.close();
  });

  /** A client that is connected, and the same connection at the target. */
  async function connectTo(server: UpstreamServer): Promise<[KeyedClient, TargetConnection]> {
    const client = await KeyedClient.connect(server.port, keyFile);
    clients.push(client);
    return [client, await server.next()];
  }

  /** As {@link connectTo}, with nonces exchanged and this y sent. */
  async function offer(
    server: UpstreamServer,
    y: bigint,
  ): Promise<[KeyedClient, TargetConnection]> {
    const [client, target] = await connectTo(server);
    client.socket.write(await client.exchangeNonces(() => randomBytes(32)));
    client.socket.write(client.publicValueMessage(y));
    return [client, target];
  }

  /** A pipe that stands, without forward secrecy. */
  async function pipe(): Promise<[KeyedClient, TargetConnection]> {
    const [client, target] = await offer(plain, 1n);
    await client.receivePublicValue();
    client.agreeOn(1n);
    return [client, target];
  }

  test('R-1: takes a client whose exponent is x alone (HS-8)', async () => {
    const x = BigInt(`0x${randomBytes(32).toString('hex')}`);
    const [client, target] = await offer(plain, power(2n, x));
    client.agreeOn(power(await client.receivePublicValue(), x));
    client.socket.write(client.packet(HELLO));
    await target.reached(HELLO.length);
    expect(Buffer.from(target.received())).toEqual(HELLO);
  });

  test('R-2: takes y = 0, and arrives at ySC = 0 (HS-13)', async () => {
    const [client, target] = await offer(plain, 0n);
    await client.receivePublicValue();
    client.agreeOn(0n);
    client.socket.write(client.packet(HELLO));
    await target.reached(HELLO.length);
  });

  test.each([
    ['0', 0n],
    ['p − 1', MODULUS - 1n],
  ])('R-2: takes y = %s with -g, too (HS-12, HS-13)', async (_, y) => {
    const [client] = await offer(strict, y);
    expect(await client.receivePublicValue()).toBeGreaterThan(1n);
  });

  test('R-2: refuses y = 1 with -g, and y = p without (HS-11, HS-12)', async () => {
    for (const [server, y] of [
      [strict, 1n],
      [plain, MODULUS],
    ] as const) {
      const [client] = await offer(server, y);
      expect(await client.untilEnd()).toMatchObject({ bytes: 0 });
    }
  });

  test('R-3: does not look at the padding (PK-9)', async () => {
    const [client, target] = await pipe();
    client.socket.write(client.packet(HELLO, { padding: 0xa5 }));
    client.socket.end();
    expect(await target.end).toBe('in order');
    expect(Buffer.from(target.received())).toEqual(HELLO);
  });

  test('R-4, R-5: sends its nonce and connects its target before it has read a byte', async () => {
    const [client] = await connectTo(plain);
    expect(await client.receive(32)).toHaveLength(32);
  });

  test.each([0, 1, 531, 1059])(
    'R-6: %i bytes after the last whole packet are an end like any other (CN-13, CN-14)',
    async (length) => {
      const [client, target] = await pipe();
      client.socket.write(client.packet(HELLO));
      client.socket.end(client.packet(randomBytes(1024)).subarray(0, length));
      expect(await target.end).toBe('in order');
      expect(Buffer.from(target.received())).toEqual(HELLO);
    },
  );

  test('R-7: has another y for each connection (HS-8)', async () => {
    const [one] = await offer(plain, 4n);
    const [other] = await offer(plain, 4n);
    expect(await one.receivePublicValue()).not.toBe(await other.receivePublicValue());
  });

  test('R-9, R-10: drops good packets with a bad one, and ends the target in order', async () => {
    const [client, target] = await pipe();
    client.socket.write(client.packet(HELLO));
    await target.reached(HELLO.length);
    const good = client.packet(HELLO);
    const bad = client.packet(HELLO);
    bad[0] = (bad[0] ?? 0) ^ 1;
    client.socket.write(Buffer.concat([good, bad]));
    expect(await target.end).toBe('in order');
    expect(Buffer.from(target.received())).toEqual(HELLO);
  });

  test.each([0, 1025, 2 ** 32 - 1])(
    'R-10: an authentic length of %i is fatal (PK-8)',
    async (length) => {
      const [client, target] = await pipe();
      client.socket.write(client.packet(HELLO, { length }));
      await client.untilEnd();
      expect(await target.end).toBe('in order');
      expect(target.received()).toHaveLength(0);
    },
  );

  test('R-11: a client that ends after its handshake still gets the answer (HS-28)', async () => {
    const [client, target] = await connectTo(plain);
    client.socket.write(await client.exchangeNonces(() => randomBytes(32)));
    client.socket.end(client.publicValueMessage(1n));
    await client.receivePublicValue();
    client.agreeOn(1n);
    expect(await target.end).toBe('in order');
    target.socket.end(HELLO);
    expect(Buffer.from(await client.receiveMessage(0n))).toEqual(HELLO);
  });

  test.each([0, 31, 32, 319])(
    'R-11: an end after %i bytes of the handshake is an end in order at the target (HS-4)',
    async (length) => {
      const [client, target] = await connectTo(plain);
      const nonce = await client.exchangeNonces(() => randomBytes(32));
      client.socket.end(Buffer.concat([nonce, client.publicValueMessage(1n)]).subarray(0, length));
      expect(await target.end).toBe('in order');
      expect(await client.untilEnd()).toMatchObject({ bytes: 0 });
    },
  );

  test('R-12: answers a handshake with another key by nothing (HS-21)', async () => {
    const client = await KeyedClient.connect(plain.port, randomBytes(40));
    clients.push(client);
    const target = await plain.next();
    client.socket.write(await client.exchangeNonces(() => randomBytes(32)));
    client.socket.write(client.publicValueMessage(1n));
    expect(await client.untilEnd()).toMatchObject({ bytes: 0 });
    expect(await target.end).toBe('in order');
  });

  test('R-13: takes a nonce that is its own (HS-3)', async () => {
    const [client] = await connectTo(plain);
    client.socket.write(await client.exchangeNonces((nonceS) => nonceS));
    client.socket.write(client.publicValueMessage(1n));
    await client.receivePublicValue();
  });

  test('R-14: gives one who sends a byte now and then no more time (TM-6)', async () => {
    const [client] = await connectTo(hasty);
    await client.receive(32);
    let sent = 0;
    const drip = setInterval(() => client.socket.write(Buffer.alloc(1, ++sent)), 100);
    await client.untilEnd();
    clearInterval(drip);
    // Fewer than a handshake has: it was not a bad one that ended it.
    expect(sent).toBeLessThan(320);
  });

  test('R-16: takes packets that come in one piece with the handshake (HS-19)', async () => {
    const [client, target] = await connectTo(plain);
    const nonce = await client.exchangeNonces(() => randomBytes(32));
    client.agreeOn(1n);
    client.socket.write(
      Buffer.concat([nonce, client.publicValueMessage(1n), client.packet(HELLO)]),
    );
    await target.reached(HELLO.length);
  });

  test('R-17: counts packets and blocks most significant byte first (PK-3)', async () => {
    const [client, target] = await pipe();
    const data = randomBytes(2048);
    client.socket.write(client.packet(data.subarray(0, 1024)));
    client.socket.end(client.packet(data.subarray(1024)));
    expect(await target.end).toBe('in order');
    expect(Buffer.from(target.received())).toEqual(data);
  });
});
