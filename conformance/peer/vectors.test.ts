/**
 * The peer is right before it judges anybody: it arrives at every value of `vectors/*.json`, which
 * are read here as data, and two of it speak the connections that are written down there.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { power, publicValue, sharedValues, toBytes, toNumber } from './group.ts';
import { dk1Of, dk2Of, macKeyOf, packetKeysOf, sharedSecretOf } from './key.ts';
import { faultOf } from './message.ts';
import { open, seal, textsOf } from './packets.ts';
import { GENERATOR, PACKET_LENGTH, type Role } from './parameters.ts';
import { Peer } from './peer.ts';
import { upTo } from './plan.ts';
import { Wire } from './wire.ts';

/** The fields of any vector that are read here: hex, but for `result`, numbers and names. */
type Vector = Readonly<Record<string, string>> & {
  readonly id: string;
  readonly repeat: number;
  readonly packets: number;
  readonly requireForwardSecrecy: boolean;
  readonly operations: readonly string[];
  readonly client: End;
  readonly server: End;
};

type End = Readonly<Record<string, string>> & { readonly messages: readonly string[] };

/** Every vector of a family, and a reader of hex for each. At least one, or the file is not read. */
function vectorsOf(family: string): readonly Vector[] {
  const file = new URL(`../../vectors/${family}.json`, import.meta.url);
  const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };
  expect(vectors.length).toBeGreaterThan(0);
  return vectors;
}

const bytes = (hex: string | undefined) => Buffer.from(hex ?? '', 'hex');

/** Compared as text with the vector's name, so that a difference says where. */
function expectSame(id: string, found: Buffer | string, expected: string | undefined): void {
  const text = typeof found === 'string' ? found : found.toString('hex');
  expect(`${id} ${text}`).toBe(`${id} ${expected}`);
}

test('K is the SHA-256 of every key file of the vectors (KF-1, KF-2, KF-3)', () => {
  for (const { id, keyFile, repeat, K } of vectorsOf('key-files')) {
    expectSame(id, sharedSecretOf(bytes(keyFile?.repeat(repeat))), K);
  }
});

test('dk1 of the vectors, and its halves (HS-5)', () => {
  for (const { id, K, nonceC, nonceS, ...rest } of vectorsOf('mac-keys')) {
    const dk1 = dk1Of(bytes(K), Buffer.concat([bytes(nonceC), bytes(nonceS)]));
    expectSame(id, dk1, rest.dk1);
    expectSame(id, macKeyOf(dk1, 'client'), rest.dhmacC);
    expectSame(id, macKeyOf(dk1, 'server'), rest.dhmacS);
  }
});

test('y of the vectors, with its leading zeros (HS-6, HS-8)', () => {
  for (const { id, exponent, y } of vectorsOf('public-values')) {
    const own = { exponent: toNumber(bytes(exponent)), sign: 1 } as const;
    expectSame(id, toBytes(publicValue(own)), y);
  }
});

test('ySC of the vectors, with its leading zeros (HS-13, HS-16)', () => {
  for (const { id, exponent, y, ySC } of vectorsOf('shared-secrets')) {
    const own = { exponent: toNumber(bytes(exponent)), sign: 1 } as const;
    expectSame(id, Buffer.concat(sharedValues(own, toNumber(bytes(y))).map(toBytes)), ySC);
  }
});

test('the other end arrives at one of the values that a negative y leaves open (HS-13)', () => {
  const own = { exponent: 5n, sign: -1 } as const;
  for (const theirs of [2n ** 258n + 6n, 2n ** 258n + 7n]) {
    const ySC = power(publicValue(own), theirs);
    expect(sharedValues(own, power(GENERATOR, theirs))).toContain(ySC);
  }
});

test('every y ‖ h of the vectors is judged as they say (HS-10, HS-11, HS-12, HS-13)', () => {
  for (const { id, y, h, dhmac, requireForwardSecrecy, fault } of vectorsOf('handshake-messages')) {
    const message = Buffer.concat([bytes(y), bytes(h)]);
    const found = faultOf(message, bytes(dhmac), requireForwardSecrecy);
    expectSame(id, String(found ?? null), String(fault));
  }
});

test('dk2 of the vectors, and its four keys (HS-17, HS-18)', () => {
  for (const { id, K, nonceC, nonceS, ySC, ...rest } of vectorsOf('session-keys')) {
    const nonces = Buffer.concat([bytes(nonceC), bytes(nonceS)]);
    const dk2 = dk2Of(bytes(K), nonces, bytes(ySC));
    expectSame(id, dk2, rest.dk2);
    const [client, server] = [packetKeysOf(dk2, 'client'), packetKeysOf(dk2, 'server')];
    const found = Buffer.concat([client.e, client.h, server.e, server.h]);
    expectSame(id, found, `${rest.eC}${rest.hC}${rest.eS}${rest.hS}`);
  }
});

test('packets of the vectors, sealed and opened, with numbers up to 2^64 − 1 (PK-1 to PK-9)', () => {
  for (const { id, e, h, packetNumber, message, packet, operations, fault } of vectorsOf(
    'packets',
  )) {
    const keys = { e: bytes(e), h: bytes(h) };
    const number = BigInt(packetNumber ?? '');
    if (operations.includes('seal')) {
      expectSame(id, seal(keys, number, bytes(message)), packet);
    }
    if (operations.includes('open')) {
      const opened = open(keys, number, bytes(packet));
      if (typeof opened === 'string') expectSame(id, opened, String(fault));
      else expectSame(id, opened.text, message);
    }
  }
});

test('streams of the vectors: full packets and a last one (PK-5, PK-13)', () => {
  for (const { id, e, h, firstPacketNumber, plaintext, packets } of vectorsOf('streams')) {
    const keys = { e: bytes(e), h: bytes(h) };
    const first = BigInt(firstPacketNumber ?? '');
    const sealed = textsOf(bytes(plaintext)).map((text, i) => seal(keys, first + BigInt(i), text));
    expectSame(id, Buffer.concat(sealed), String(packets));
  }
});

test('the digest of a hundred packets of the vectors (PK-5)', () => {
  const few = vectorsOf('accumulated').filter(({ packets }) => packets <= 100);
  expect(few.length).toBeGreaterThan(0);
  for (const { id, e, h, firstPacketNumber, packets, lengths, packetsSha256 } of few) {
    const digest = createHash('sha256');
    for (let i = 0; i < packets; i += 1) {
      const length = lengths === 'full' ? 1024 : 1 + ((613 * i) % 1024);
      const byte = (_: unknown, j: number) => (i + 31 * j + Math.floor(i / 256)) % 256;
      const text = Buffer.from(Array.from({ length }, byte));
      const number = BigInt(firstPacketNumber ?? '') + BigInt(i);
      digest.update(seal({ e: bytes(e), h: bytes(h) }, number, text));
    }
    expectSame(id, digest.digest(), packetsSha256);
  }
});

test('connections of C spiped, as captured, open (HS-5, HS-17, PK-7)', () => {
  let opened = 0;
  for (const { id, keyFile, ySC, client, server } of vectorsOf('c-captures')) {
    const k = sharedSecretOf(bytes(keyFile));
    const nonces = Buffer.concat([bytes(client.nonce), bytes(server.nonce)]);
    const dk1 = dk1Of(k, nonces);
    const dk2 = dk2Of(k, nonces, bytes(ySC));
    for (const [role, end] of [['client', client] as const, ['server', server] as const]) {
      const message = Buffer.concat([bytes(end.y), bytes(end.h)]);
      // A server that refuses its client has sent none.
      if (message.length > 0)
        expect(`${id} ${faultOf(message, macKeyOf(dk1, role))}`).toBe(`${id} undefined`);
      const texts: Buffer[] = [];
      for (let at = 0; at < bytes(end.packets).length; at += PACKET_LENGTH) {
        const packet = bytes(end.packets).subarray(at, at + PACKET_LENGTH);
        const result = open(packetKeysOf(dk2, role), BigInt(texts.length), packet);
        if (typeof result === 'string') throw new Error(`${id}: ${role}: ${result}`);
        texts.push(result.text);
        opened += 1;
      }
      expectSame(id, Buffer.concat(texts), end.plaintext);
    }
  }
  expect(opened).toBeGreaterThan(0);
});

test('two peers speak the connections of the vectors, byte for byte (HS-2 to HS-20, PK-5)', async () => {
  let spoken = 0;
  for (const { id, keyFile, client, server } of vectorsOf('connections')) {
    // The peer is no end with `-g`: it judges, and does not refuse.
    if (client.handshake !== 'established' || server.handshake !== 'established') continue;
    const [wireC, wireS] = await wirePair();
    const ends = [
      await speak('client', wireC, bytes(keyFile), client, server),
      await speak('server', wireS, bytes(keyFile), server, client),
    ];
    const accounts = await Promise.all(ends.map((peer) => peer.perform()));
    for (const { stopped, objections } of accounts) {
      expect(`${id} ${stopped?.message} ${objections}`).toBe(`${id} undefined `);
    }
    expectSame(id, wireS.bytes(), client.sends);
    expectSame(id, wireC.bytes(), server.sends);
    spoken += 1;
  }
  expect(spoken).toBeGreaterThan(10);
});

/** A peer with nonce, exponent and messages of a vector, at one end of a wire. */
function speak(role: Role, wire: Wire, keyFile: Buffer, own: End, other: End): Peer {
  const exponent =
    own.exponentForm === null
      ? 0n
      : toNumber(bytes(own.x)) + (own.exponentForm === 'x' ? 0n : 2n ** 258n);
  return new Peer({
    role,
    keyFile,
    wire,
    limit: 10_000,
    rest: [],
    farewell: Buffer.alloc(0),
    first: own.messages.flatMap((message) => textsOf(bytes(message))),
    greeting: Buffer.concat(other.messages.map(bytes)),
    plain: {
      bytes: () => Buffer.alloc(0),
      over: () => true,
      open: () => false,
      write: async () => {},
      end() {},
      reset() {},
    },
    bends: [
      {
        nonce: () => bytes(own.nonce),
        own: () => ({ exponent, sign: 1 }),
        plan: (plan) => upTo(plan, 'await first', 'read greeting', 'end', 'read end'),
      },
    ],
  });
}

/** Both ends of a connection over loopback. */
async function wirePair(): Promise<readonly [Wire, Wire]> {
  const server = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const { port } = server.address() as { port: number };
  const near = await Wire.connect({ host: '127.0.0.1', port }, 10_000);
  const far = new Wire(await accepted, 10_000);
  server.close();
  onTestFinished(() => {
    near.destroy();
    far.destroy();
  });
  return [near, far];
}
