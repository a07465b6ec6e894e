/**
 * This room against the vectors, whose values other programs confirmed: each step by itself, and
 * the packets with each engine.
 *
 * Shows KF-1 … KF-3, HS-5, HS-7, HS-8, HS-13, HS-16, HS-17 and PK-1 … PK-9 byte for byte. How the
 * values are put together is the core's: here each is computed from the ones that the file says
 * it is of.
 */

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { accumulatedMessage } from '../../vectors/accumulated.ts';
import { type AccumulatedVector, readFamily } from '../../vectors/family.ts';
import {
  fromHex,
  readHandshakeAndPackets,
  type SealedPlaintextVector,
  toHex,
} from '../../vectors/format.ts';
import { concat } from '../protocol/bytes.ts';
import {
  batchedEngine,
  computeSharedSecret,
  createSuite,
  generateKeyPair,
  readSharedSecret,
  referenceEngine,
} from './index.ts';

const { connections, singlePackets } = readHandshakeAndPackets();
const suite = createSuite(referenceEngine);
const suites = [
  { engine: 'reference', suite, most: 100 },
  { engine: 'batched', suite: createSuite(batchedEngine), most: 10_000 },
];

describe('key files', () => {
  test.each(readFamily('key-files').vectors)('$id: K (KF-1, KF-2, KF-3)', async (vector) => {
    const folder = mkdtempSync(join(tmpdir(), 'spiped-vector-'));
    try {
      const path = join(folder, 'key');
      writeFileSync(path, fromHex(vector.keyFile.repeat(vector.repeat)));
      expect(toHex(await readSharedSecret(path))).toBe(vector.K);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('derivation', () => {
  test.each(readFamily('mac-keys').vectors)('$id: dk1 (HS-5)', ({ K, nonceC, nonceS, dk1 }) => {
    expect(toHex(suite.pbkdf2(fromHex(K), fromHex(nonceC + nonceS), 64))).toBe(dk1);
  });

  test.each(readFamily('session-keys').vectors)('$id: dk2 (HS-17)', (vector) => {
    const salt = fromHex(vector.nonceC + vector.nonceS + vector.ySC);
    expect(toHex(suite.pbkdf2(fromHex(vector.K), salt, 128))).toBe(vector.dk2);
  });
});

// Our end always uses 2^258 + x. The vectors with the other exponent are for other implementations.
const ours = <V extends { readonly exponentForm: string }>(vectors: readonly V[]): readonly V[] =>
  vectors.filter(({ exponentForm }) => exponentForm === '2^258+x');

describe('the group', () => {
  test.each(ours(readFamily('public-values').vectors))('$id: y (HS-6, HS-8)', ({ x, y }) => {
    expect(toHex(generateKeyPair(fromHex(x)).y)).toBe(y);
  });

  test.each(ours(readFamily('shared-secrets').vectors))('$id: ySC (HS-13, HS-16)', (vector) => {
    expect(toHex(computeSharedSecret(fromHex(vector.x), fromHex(vector.y)))).toBe(vector.ySC);
  });
});

describe('y ‖ h', () => {
  const vectors = readFamily('handshake-messages').vectors;
  test.each(vectors)('$id: h is right, or it is not (HS-7, HS-10)', ({ dhmac, y, h, fault }) => {
    const right = suite.equal(suite.hmac(fromHex(dhmac), fromHex(y)), fromHex(h));
    expect(right).toBe(fault !== 'handshake-mac-mismatch');
  });
});

describe.each(suites)('the $engine engine', ({ suite, most }) => {
  const families = readFamily('packets').vectors;
  const sealable = families.filter(({ operations }) => operations.includes('seal'));

  test.each(sealable)('seals $id (PK-1 … PK-4)', ({ e, h, packetNumber, message, packet }) => {
    const keys = { e: fromHex(e), h: fromHex(h) };
    const sealed = suite.sealPackets(keys, BigInt(packetNumber), fromHex(message ?? ''));
    expect(toHex(sealed)).toBe(packet);
  });

  test.each(families)('opens or refuses $id (PK-7 … PK-9)', (vector) => {
    const keys = { e: fromHex(vector.e), h: fromHex(vector.h) };
    const opened = suite.openPackets(keys, BigInt(vector.packetNumber), fromHex(vector.packet));
    const faults = { mac: 'packet-mac-mismatch', length: 'packet-length-invalid' };
    expect(opened.failure === undefined ? null : faults[opened.failure]).toBe(vector.fault);
    expect(toHex(opened.plaintext)).toBe(vector.message ?? '');
    expect(opened.opened).toBe(vector.fault === null ? 1 : 0);
  });

  test.each(readFamily('streams').vectors)('seals and opens $id (PK-5, PK-6)', (vector) => {
    const keys = { e: fromHex(vector.e), h: fromHex(vector.h) };
    const first = BigInt(vector.firstPacketNumber);
    expect(toHex(suite.sealPackets(keys, first, fromHex(vector.plaintext)))).toBe(vector.packets);
    expect(suite.openPackets(keys, first, fromHex(vector.packets))).toEqual({
      plaintext: fromHex(vector.plaintext),
      opened: vector.packets.length / 2120,
    });
  });

  // The reference engine made these values, and is slow; the million takes long for either, and
  // `npm run vectors:verify -- --long` has it.
  const counted = readFamily('accumulated').vectors.filter(({ packets }) => packets <= most);
  test.each(counted)('seals and opens $id (PK-5)', (vector) => {
    expect(digestsBy(suite, vector)).toEqual({
      plaintext: vector.plaintextSha256,
      sealed: vector.packetsSha256,
      opened: vector.plaintextSha256,
    });
  });

  test.each(connections)('$name: seals and opens both ends’ plaintexts (PK-1 … PK-9)', (vector) => {
    const { eC, hC, eS, hS } = vector.packetKeys;
    for (const [e, h, given] of [
      [eC, hC, vector.clientPackets] as const,
      [eS, hS, vector.serverPackets] as const,
    ]) {
      const keys = { e: fromHex(e), h: fromHex(h) };
      for (const { firstPacketNumber, plaintext, packets } of given) {
        const first = BigInt(firstPacketNumber);
        expect(toHex(suite.sealPackets(keys, first, fromHex(plaintext)))).toBe(onWire(packets));
        expect(suite.openPackets(keys, first, fromHex(onWire(packets)))).toEqual({
          plaintext: fromHex(plaintext),
          opened: packets.length,
        });
      }
    }
  });

  test.each(singlePackets)('packet number $packetNumber is sealed and opened (PK-3)', (vector) => {
    const keys = { e: fromHex(vector.e), h: fromHex(vector.h) };
    const number = BigInt(vector.packetNumber);
    expect(toHex(suite.sealPackets(keys, number, fromHex(vector.message)))).toBe(onWire([vector]));
    expect(suite.openPackets(keys, number, fromHex(onWire([vector])))).toEqual({
      plaintext: fromHex(vector.message),
      opened: 1,
    });
  });
});

describe.each(connections)('$name', (vector) => {
  const { K, nonceC, nonceS, client, server, ySC } = vector;

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
});

/** How many packets are opened at a time: enough for every path of an engine that batches. */
const OPENED_AT_ONCE = 61;

/** The digests that an accumulated vector has, of what this suite seals and opens again. */
function digestsBy(by: typeof suite, vector: AccumulatedVector) {
  const keys = { e: fromHex(vector.e), h: fromHex(vector.h) };
  const first = BigInt(vector.firstPacketNumber);
  const [plaintext, sealed, opened] = [sha256(), sha256(), sha256()];
  for (let at = 0; at < vector.packets; at += OPENED_AT_ONCE) {
    const count = Math.min(OPENED_AT_ONCE, vector.packets - at);
    const messages = Array.from({ length: count }, (_, i) =>
      accumulatedMessage(vector.lengths, at + i),
    );
    for (const message of messages) plaintext.update(message);
    // Full packets can be sealed by one call; the others are packets only one by one.
    const sealings = vector.lengths === 'full' ? [concat(...messages)] : messages;
    let number = first + BigInt(at);
    const packets = sealings.map((text) => {
      const made = by.sealPackets(keys, number, text);
      number += BigInt(made.length / 1060);
      return made;
    });
    const wire = concat(...packets);
    sealed.update(wire);
    opened.update(by.openPackets(keys, first + BigInt(at), wire).plaintext);
  }
  return {
    plaintext: plaintext.digest('hex'),
    sealed: sealed.digest('hex'),
    opened: opened.digest('hex'),
  };
}

function sha256() {
  return createHash('sha256');
}

function onWire(packets: SealedPlaintextVector['packets']): string {
  return packets.map(({ ciphertext, mac }) => ciphertext + mac).join('');
}
