/**
 * Derives every value of `handshake-and-packets.json` again, without this project's code.
 *
 * Goal: a mistake in `src/crypto` cannot make itself right by also being in the vectors. SHA-256,
 * HMAC and AES are done by the `openssl` program; PBKDF2 is two lines of RFC 8018 over that HMAC;
 * powers modulo p are BigInt arithmetic; p is computed from what RFC 3526 prints. Without an
 * `openssl` program nothing is confirmed: the tests are skipped, and say so.
 */

import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { type PacketVector, readHandshakeAndPackets, readPublishedPrimitives } from './format.ts';

const { connections, singlePackets } = readHandshakeAndPackets();
const published = readPublishedPrimitives();

const version = spawnSync('openssl', ['version']);
const absent = version.status !== 0;
if (absent) console.log('SKIPPED: vectors/confirm.test.ts needs the openssl program in the PATH');

describe.skipIf(absent)('openssl itself computes what the standards print', () => {
  test('SHA-256, HMAC, PBKDF2 as used here, AES-256-CTR', () => {
    for (const { message, digest } of published.sha256.cases) expect(sha256(message)).toBe(digest);
    for (const { key, message, mac } of published.hmacSha256.cases) {
      expect(hmac(key, message)).toBe(mac);
    }
    for (const { password, salt, derivedKey } of published.pbkdf2HmacSha256.cases) {
      expect(pbkdf2(password, salt, 64)).toBe(derivedKey);
    }
    for (const { key, counterBlock, plaintext, ciphertext } of published.aes256Ctr.cases) {
      expect(aes256Ctr(key, counterBlock, plaintext)).toBe(ciphertext);
    }
  });
});

describe.skipIf(absent).each(connections)('$name', (vector) => {
  const { K, nonceC, nonceS, dhmacC, dhmacS, client, server, ySC, packetKeys } = vector;

  test('K is the SHA-256 of the key file (KF-1)', () => {
    expect(sha256(vector.keyFile)).toBe(K);
  });

  test('dk1 = PBKDF2(K, nonceC ‖ nonceS) = dhmacC ‖ dhmacS (HS-5)', () => {
    expect(pbkdf2(K, nonceC + nonceS, 64)).toBe(vector.dk1);
    expect(dhmacC + dhmacS).toBe(vector.dk1);
  });

  test('y = 2^(2^258 + x), or 1, and h = HMAC(dhmac, y) (HS-7, HS-8, HS-14, HS-15)', () => {
    for (const [{ weak, x, y, h }, dhmac] of [
      [client, dhmacC] as const,
      [server, dhmacS] as const,
    ]) {
      expect(weak).toBe(x === null);
      expect(y).toBe(hex256(x === null ? 1n : power(2n, exponent(x))));
      expect(h).toBe(hmac(dhmac, y));
    }
  });

  test('ySC is what each end arrives at (HS-14, HS-16)', () => {
    const from = (x: string | null, y: string) =>
      hex256(x === null ? 1n : power(BigInt(`0x${y}`), exponent(x)));
    expect(from(client.x, server.y)).toBe(ySC);
    expect(from(server.x, client.y)).toBe(ySC);
  });

  test('dk2 = PBKDF2(K, nonceC ‖ nonceS ‖ ySC) = E_C ‖ H_C ‖ E_S ‖ H_S (HS-17)', () => {
    expect(pbkdf2(K, nonceC + nonceS + ySC, 128)).toBe(vector.dk2);
    expect(packetKeys.eC + packetKeys.hC + packetKeys.eS + packetKeys.hS).toBe(vector.dk2);
  });

  test('the packets carry the plaintexts, numbered from 0 in each direction (PK-1 … PK-5)', () => {
    for (const [e, h, sealed] of [
      [packetKeys.eC, packetKeys.hC, vector.clientPackets] as const,
      [packetKeys.eS, packetKeys.hS, vector.serverPackets] as const,
    ]) {
      let next = 0n;
      for (const { firstPacketNumber, plaintext, packets } of sealed) {
        expect(BigInt(firstPacketNumber)).toBe(next);
        const messages = plaintext.match(/.{1,2048}/g) ?? [];
        expect(packets).toHaveLength(messages.length);
        for (const [i, packet] of packets.entries()) {
          confirmPacket(e, h, next++, messages[i] ?? '', packet);
        }
      }
    }
  });
});

describe.skipIf(absent)('single packets', () => {
  test.each(singlePackets)('number $packetNumber (PK-2 … PK-4)', (packet) => {
    confirmPacket(packet.e, packet.h, BigInt(packet.packetNumber), packet.message, packet);
  });
});

test('the vectors reach the edges that they are for', () => {
  const lengths = connections.flatMap((c) => c.clientPackets.map((s) => s.plaintext.length / 2));
  expect(lengths).toEqual(expect.arrayContaining([1, 16, 17, 1023, 1024, 2049]));
  const numbers = singlePackets.map((packet) => BigInt(packet.packetNumber));
  const edges = [0n, 1n, 255n, 256n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 64n - 1n];
  expect(numbers).toEqual(expect.arrayContaining(edges));
  const weak = connections.map(({ client, server }) => `${client.weak} ${server.weak}`);
  expect(new Set(weak).size).toBe(4);
  const strong = connections.filter(({ client, server }) => !client.weak && !server.weak);
  expect(strong.some(({ ySC }) => ySC.startsWith('00'))).toBe(true);
  expect(strong.some(({ client }) => client.y.startsWith('00'))).toBe(true);
  expect(strong.some(({ server }) => server.y.startsWith('00'))).toBe(true);
});

function confirmPacket(
  e: string,
  h: string,
  number: bigint,
  message: string,
  packet: PacketVector,
): void {
  const be64 = number.toString(16).padStart(16, '0');
  const be32 = (message.length / 2).toString(16).padStart(8, '0');
  expect(packet.packetNumber).toBe(number.toString());
  expect(packet.firstCounterBlock).toBe(be64 + '0'.repeat(16));
  expect(packet.cleartext).toBe(message.padEnd(2048, '0') + be32);
  expect(packet.ciphertext).toBe(aes256Ctr(e, packet.firstCounterBlock, packet.cleartext));
  expect(packet.mac).toBe(hmac(h, packet.ciphertext + be64));
}

function sha256(message: string): string {
  return openssl(['dgst', '-sha256', '-binary'], message);
}

function hmac(key: string, message: string): string {
  return openssl(
    ['dgst', '-sha256', '-binary', '-mac', 'HMAC', '-macopt', `hexkey:${key}`],
    message,
  );
}

/** RFC 8018 §5.2 with one iteration: block i is HMAC(password, salt ‖ be32(i)), i from 1. */
function pbkdf2(password: string, salt: string, length: number): string {
  let derived = '';
  for (let i = 1; derived.length < 2 * length; i++) {
    derived += hmac(password, salt + i.toString(16).padStart(8, '0'));
  }
  return derived.slice(0, 2 * length);
}

function aes256Ctr(key: string, counterBlock: string, data: string): string {
  return openssl(['enc', '-aes-256-ctr', '-K', key, '-iv', counterBlock], data);
}

function openssl(args: readonly string[], input: string): string {
  const { status, stdout, stderr } = spawnSync('openssl', args, {
    input: Buffer.from(input, 'hex'),
  });
  if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
  return stdout.toString('hex');
}

/** RFC 3526 §3, the hexadecimal form that it prints. */
const p = BigInt(
  `0x${[
    'FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1 29024E08 8A67CC74',
    '020BBEA6 3B139B22 514A0879 8E3404DD EF9519B3 CD3A431B 302B0A6D F25F1437',
    '4FE1356D 6D51C245 E485B576 625E7EC6 F44C42E9 A637ED6B 0BFF5CB6 F406B7ED',
    'EE386BFB 5A899FA5 AE9F2411 7C4B1FE6 49286651 ECE45B3D C2007CB8 A163BF05',
    '98DA4836 1C55D39A 69163FA8 FD24CF5F 83655D23 DCA3AD96 1C62F356 208552BB',
    '9ED52907 7096966D 670C354E 4ABC9804 F1746C08 CA18217C 32905E46 2E36CE3B',
    'E39E772C 180E8603 9B2783A2 EC07A28F B5C55DF0 6F4C52C9 DE2BCBF6 95581718',
    '3995497C EA956AE5 15D22618 98FA0510 15728E5A 8AACAA68 FFFFFFFF FFFFFFFF',
  ]
    .join('')
    .replaceAll(' ', '')}`,
);

function exponent(x: string): bigint {
  return (1n << 258n) + BigInt(`0x${x}`);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % p;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % p;
    square = (square * square) % p;
  }
  return result;
}

function hex256(y: bigint): string {
  return y.toString(16).padStart(512, '0');
}
