/**
 * Confirms the families of single steps: keys, group, y ‖ h, packets.
 *
 * Each function takes what a vector starts from, computes what follows, and compares it with what
 * the vector says: the names of the fields that differ are returned.
 */

import { accumulatedMessage } from '../accumulated.ts';
import type {
  AccumulatedVector,
  HandshakeMessageVector,
  KeyFileVector,
  MacKeysVector,
  PacketVector,
  PublicValueVector,
  SessionKeysVector,
  SharedSecretVector,
  StreamVector,
} from '../family.ts';
import { fromHex, toHex } from '../format.ts';
import { concat } from '../independent/hmac.ts';
import { Sha256 } from '../independent/sha256.ts';
import type { Primitives } from './primitives.ts';
import {
  cleartextOf,
  exponentOf,
  judge,
  macKeys,
  open,
  packetMac,
  powerOf,
  publicValue,
  same,
  seal,
  sessionKeys,
} from './protocol.ts';

/** Confirms one vector: the fields that differ; empty when all are right. */
export type Confirm<V> = (by: Primitives, vector: V) => readonly string[];

export const keyFile: Confirm<KeyFileVector> = (by, { keyFile, repeat, K }) => {
  const content = fromHex(keyFile.repeat(repeat));
  return differing({ K: [K, by.sha256(content)] });
};

export const macKeysOf: Confirm<MacKeysVector> = (by, vector) => {
  const { dk1, dhmacC, dhmacS } = macKeys(by, ...three(vector.K, vector.nonceC, vector.nonceS));
  return differing({
    dk1: [vector.dk1, dk1],
    dhmacC: [vector.dhmacC, dhmacC],
    dhmacS: [vector.dhmacS, dhmacS],
  });
};

export const publicValueOf: Confirm<PublicValueVector> = (by, vector) => {
  const x = fromHex(vector.x);
  return differing({
    exponent: [vector.exponent, exponentOf(vector.exponentForm, x)],
    y: [vector.y, publicValue(by, vector.exponentForm, x)],
  });
};

export const handshakeMessage: Confirm<HandshakeMessageVector> = (by, vector) => {
  const [dhmac, y, h] = three(vector.dhmac, vector.y, vector.h);
  const fault = judge(by, dhmac, y, h, vector.requireForwardSecrecy);
  return [
    ...(fault === vector.fault ? [] : ['fault']),
    ...((fault === null) === (vector.result === 'valid') ? [] : ['result']),
  ];
};

export const sharedSecret: Confirm<SharedSecretVector> = (by, vector) => {
  const exponent = exponentOf(vector.exponentForm, fromHex(vector.x));
  return differing({
    exponent: [vector.exponent, exponent],
    ySC: [vector.ySC, powerOf(by, fromHex(vector.y), exponent)],
  });
};

export const sessionKeysOf: Confirm<SessionKeysVector> = (by, vector) => {
  const [K, nonceC, nonceS] = three(vector.K, vector.nonceC, vector.nonceS);
  const { dk2, client, server } = sessionKeys(by, K, nonceC, nonceS, fromHex(vector.ySC));
  return differing({
    dk2: [vector.dk2, dk2],
    eC: [vector.eC, client.e],
    hC: [vector.hC, client.h],
    eS: [vector.eS, server.e],
    hS: [vector.hS, server.h],
  });
};

export const packet: Confirm<PacketVector> = (by, vector) => {
  const keys = { e: fromHex(vector.e), h: fromHex(vector.h) };
  const number = BigInt(vector.packetNumber);
  const wire = fromHex(vector.packet);
  const block = new DataView(new ArrayBuffer(16));
  block.setBigUint64(0, number);
  const opened = open(by, keys, number, wire);
  const message = typeof opened === 'string' ? null : opened;
  const honest = vector.operations.includes('seal') && message !== null;
  return [
    ...differing({
      firstCounterBlock: [vector.firstCounterBlock, new Uint8Array(block.buffer)],
      // What was under the encryption stands in the vector for bad lengths and paddings too.
      ...(vector.fault === 'packet-mac-mismatch'
        ? {}
        : { packet: [vector.packet, sealed(by, keys, number, fromHex(vector.cleartext))] }),
      ...(honest ? { cleartext: [vector.cleartext, cleartextOf(message)] } : {}),
    }),
    ...(vector.message === (message === null ? null : toHex(message)) ? [] : ['message']),
    ...(vector.fault === (typeof opened === 'string' ? opened : null) ? [] : ['fault']),
  ];
};

/** A packet of any cleartext: what `seal` does after the padding. */
function sealed(
  by: Primitives,
  keys: { readonly e: Uint8Array; readonly h: Uint8Array },
  number: bigint,
  cleartext: Uint8Array,
): Uint8Array {
  const zeros = seal(by, keys, number, new Uint8Array(0)).slice(0, 1028);
  const ciphertext = zeros.map((byte, i) => byte ^ (cleartext[i] ?? 0));
  return concat(ciphertext, packetMac(by, keys.h, number, ciphertext));
}

export const stream: Confirm<StreamVector> = (by, vector) => {
  const keys = { e: fromHex(vector.e), h: fromHex(vector.h) };
  const plaintext = fromHex(vector.plaintext);
  const packets: Uint8Array[] = [];
  for (let at = 0; at < plaintext.length; at += 1024) {
    const number = BigInt(vector.firstPacketNumber) + BigInt(packets.length);
    packets.push(seal(by, keys, number, plaintext.slice(at, at + 1024)));
  }
  return differing({ packets: [vector.packets, concat(...packets)] });
};

export const accumulated: Confirm<AccumulatedVector> = (by, vector) => {
  const keys = { e: fromHex(vector.e), h: fromHex(vector.h) };
  const [plaintext, wire] = [new Sha256(), new Sha256()];
  for (let i = 0; i < vector.packets; i++) {
    const message = accumulatedMessage(vector.lengths, i);
    plaintext.update(message);
    wire.update(seal(by, keys, BigInt(vector.firstPacketNumber) + BigInt(i), message));
  }
  return differing({
    plaintextSha256: [vector.plaintextSha256, plaintext.digest()],
    packetsSha256: [vector.packetsSha256, wire.digest()],
  });
};

/** The names of the fields whose hex is not the computed bytes. */
export function differing(
  fields: Readonly<Record<string, readonly [said: string | null, computed: Uint8Array]>>,
): readonly string[] {
  return Object.entries(fields)
    .filter(([, [said, computed]]) => said === null || !same(fromHex(said), computed))
    .map(([name]) => name);
}

function three(a: string, b: string, c: string): [Uint8Array, Uint8Array, Uint8Array] {
  return [fromHex(a), fromHex(b), fromHex(c)];
}
