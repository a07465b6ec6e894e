/**
 * This room against `vectors/handshake-and-packets.json`, whose values other programs confirmed.
 *
 * Shows KF-1, HS-5, HS-7, HS-8, HS-16, HS-17 and PK-1 … PK-9 byte for byte. How the values are
 * put together is the core's: here each is computed from the ones that the file says it is of.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  fromHex,
  readHandshakeAndPackets,
  type SealedPlaintextVector,
  toHex,
} from '../../vectors/format.ts';
import { computeSharedSecret, createSuite, generateKeyPair, readSharedSecret } from './index.ts';

const { connections, singlePackets } = readHandshakeAndPackets();
const suite = createSuite();

describe.each(connections)('$name', (vector) => {
  const { K, nonceC, nonceS, client, server, ySC, packetKeys } = vector;

  test('the key file gives K (KF-1)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spiped-vector-'));
    try {
      const path = join(folder, 'key');
      writeFileSync(path, fromHex(vector.keyFile));
      expect(toHex(await readSharedSecret(path))).toBe(K);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('K, the nonces and ySC give dk1 and dk2 (HS-5, HS-17)', () => {
    const derive = (salt: string, length: number) =>
      toHex(suite.pbkdf2(fromHex(K), fromHex(salt), length));
    expect(derive(nonceC + nonceS, 64)).toBe(vector.dk1);
    expect(derive(nonceC + nonceS + ySC, 128)).toBe(vector.dk2);
  });

  test.each([
    { end: 'client', own: client, dhmac: vector.dhmacC, peer: server },
    { end: 'server', own: server, dhmac: vector.dhmacS, peer: client },
  ])('the $end arrives at y, h and ySC (HS-7, HS-8, HS-16)', ({ own, dhmac, peer }) => {
    expect(toHex(suite.hmac(fromHex(dhmac), fromHex(own.y)))).toBe(own.h);
    if (own.x === null) return;
    expect(toHex(generateKeyPair(fromHex(own.x)).y)).toBe(own.y);
    expect(toHex(computeSharedSecret(fromHex(own.x), fromHex(peer.y)))).toBe(ySC);
  });

  test.each([
    { end: 'client', e: packetKeys.eC, h: packetKeys.hC, sealed: vector.clientPackets },
    { end: 'server', e: packetKeys.eS, h: packetKeys.hS, sealed: vector.serverPackets },
  ])('the $end seals its plaintexts to these packets, and they open (PK-1 … PK-9)', (vectors) => {
    const keys = { e: fromHex(vectors.e), h: fromHex(vectors.h) };
    for (const { firstPacketNumber, plaintext, packets } of vectors.sealed) {
      const first = BigInt(firstPacketNumber);
      expect(toHex(suite.sealPackets(keys, first, fromHex(plaintext)))).toBe(onWire(packets));
      expect(suite.openPackets(keys, first, fromHex(onWire(packets)))).toEqual({
        plaintext: fromHex(plaintext),
        opened: packets.length,
      });
    }
  });
});

test.each(singlePackets)(
  'packet number $packetNumber is sealed and opened (PK-3, PK-4)',
  (vector) => {
    const keys = { e: fromHex(vector.e), h: fromHex(vector.h) };
    const number = BigInt(vector.packetNumber);
    expect(toHex(suite.sealPackets(keys, number, fromHex(vector.message)))).toBe(onWire([vector]));
    expect(suite.openPackets(keys, number, fromHex(onWire([vector])))).toEqual({
      plaintext: fromHex(vector.message),
      opened: 1,
    });
  },
);

function onWire(packets: SealedPlaintextVector['packets']): string {
  return packets.map(({ ciphertext, mac }) => ciphertext + mac).join('');
}
