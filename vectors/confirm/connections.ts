/**
 * Confirms whole connections: the computed ones, the captured ones and the worked examples.
 *
 * Everything is derived from the key file, the nonces and the exponents; of what C keeps to itself
 * nothing is needed.
 */

import type { CaptureVector, ConnectionEnd, ConnectionVector } from '../family.ts';
import {
  fromHex,
  type SealedPlaintextVector,
  type SinglePacketVector,
  toHex,
  type ConnectionVector as WorkedExample,
} from '../format.ts';
import { bytesOf, modulus, numberOf } from '../independent/group14.ts';
import { concat } from '../independent/hmac.ts';
import type { Primitives } from './primitives.ts';
import {
  cleartextOf,
  type DirectionKeys,
  exponentOf,
  judge,
  macKeys,
  openAll,
  powerOf,
  publicValue,
  same,
  seal,
  sessionKeys,
} from './protocol.ts';
import { type Confirm, differing } from './steps.ts';

/** What a client without forward secrecy calls it when a server refuses it for that. */
const ENDED = 'handshake-ended-without-forward-secrecy';

export const connection: Confirm<ConnectionVector> = (by, vector) => {
  const { client, server } = vector;
  const K = by.sha256(fromHex(vector.keyFile));
  const [nonceC, nonceS] = [fromHex(client.nonce), fromHex(server.nonce)];
  const { dk1, dhmacC, dhmacS } = macKeys(by, K, nonceC, nonceS);
  const yC = publicValue(by, client.exponentForm, bytesOrNull(client.x));
  const hC = by.hmac(dhmacC, yC);
  const atServer = judge(by, dhmacC, yC, hC, server.policy === '-g');
  const yS = publicValue(by, server.exponentForm, bytesOrNull(server.x));
  const hS = by.hmac(dhmacS, yS);
  const atClient = atServer === null ? judge(by, dhmacS, yS, hS, client.policy === '-g') : ENDED;
  const common = {
    ...problem('K', K, vector.K),
    ...problem('dk1', dk1, vector.dk1),
    ...problem('dhmacC', dhmacC, vector.dhmacC),
    ...problem('dhmacS', dhmacS, vector.dhmacS),
    ...said('client.handshake', atClient ?? 'established', client.handshake),
    ...said('server.handshake', atServer ?? 'established', server.handshake),
    ...problem('client.y', yC, client.y),
    ...problem('client.h', hC, client.h),
    ...said('client policy', client.x === null, client.policy === '-f'),
  };
  if (atServer !== null) {
    return Object.keys({
      ...common,
      ...said('server.y', server.y, null),
      ...problem('client.sends', concat(nonceC, yC, hC), client.sends),
      ...problem('server.sends', nonceS, server.sends),
    });
  }
  const ySC = agreedSecret(by, vector.client, vector.server, yC, yS);
  const keys = sessionKeys(by, K, nonceC, nonceS, ySC);
  return Object.keys({
    ...common,
    ...problem('server.y', yS, server.y),
    ...problem('server.h', hS, server.h),
    ...problem('ySC', ySC, vector.ySC),
    ...problem('dk2', keys.dk2, vector.dk2),
    ...problem('eC', keys.client.e, vector.packetKeys?.eC ?? null),
    ...problem('hC', keys.client.h, vector.packetKeys?.hC ?? null),
    ...problem('eS', keys.server.e, vector.packetKeys?.eS ?? null),
    ...problem('hS', keys.server.h, vector.packetKeys?.hS ?? null),
    ...problem('client.sends', sendsOf(by, client, yC, hC, keys.client), client.sends),
    ...problem('server.sends', sendsOf(by, server, yS, hS, keys.server), server.sends),
  });
};

/** HS-14, HS-16: computed at each end that has an exponent; where two differ, neither is right. */
function agreedSecret(
  by: Primitives,
  client: Pick<ConnectionEnd, 'exponentForm' | 'x'>,
  server: Pick<ConnectionEnd, 'exponentForm' | 'x'>,
  yC: Uint8Array,
  yS: Uint8Array,
): Uint8Array {
  const at = ({ exponentForm, x }: typeof client, y: Uint8Array): Uint8Array =>
    exponentForm === null || x === null
      ? bytesOf(1n)
      : powerOf(by, y, exponentOf(exponentForm, fromHex(x)));
  const [ofClient, ofServer] = [at(client, yS), at(server, yC)];
  return same(ofClient, ofServer) ? ofClient : new Uint8Array(0);
}

function sendsOf(
  by: Primitives,
  end: ConnectionEnd,
  y: Uint8Array,
  h: Uint8Array,
  keys: DirectionKeys,
): Uint8Array {
  const packets = end.messages.map((message, i) => seal(by, keys, BigInt(i), fromHex(message)));
  return concat(fromHex(end.nonce), y, h, ...packets);
}

export const capture: Confirm<CaptureVector> = (by, vector) => {
  const { client, server } = vector;
  const K = by.sha256(fromHex(vector.keyFile));
  const [nonceC, nonceS] = [fromHex(client.nonce), fromHex(server.nonce)];
  const { dhmacC, dhmacS } = macKeys(by, K, nonceC, nonceS);
  const [yC, hC] = [fromHex(client.y ?? ''), fromHex(client.h ?? '')];
  const [yS, hS] = [fromHex(server.y ?? ''), fromHex(server.h ?? '')];
  const atServer = judge(by, dhmacC, yC, hC, server.policy === '-g');
  const atClient = server.y === null ? ENDED : judge(by, dhmacS, yS, hS, client.policy === '-g');
  const judged = {
    ...said('client.handshake', atClient ?? 'established', client.handshake),
    ...said('server.handshake', atServer ?? 'established', server.handshake),
  };
  if (atServer !== null || atClient !== null) {
    return Object.keys({
      ...judged,
      ...said('ySC', vector.ySC, null),
      ...said('packets', client.packets + server.packets, ''),
    });
  }
  const ySC = fromHex(vector.ySC ?? '');
  const keys = sessionKeys(by, K, nonceC, nonceS, ySC);
  const up = openAll(by, keys.client, fromHex(client.packets));
  const down = openAll(by, keys.server, fromHex(server.packets));
  return Object.keys({
    ...judged,
    ...ownValues(by, client, 'client'),
    ...ownValues(by, server, 'server'),
    ...said('ySC', secretIsRight(by, vector, yC, yS), true),
    ...said('client.packets', up.fault, null),
    ...said('server.packets', down.fault, null),
    ...problem('client.plaintext', concat(...up.messages), client.plaintext),
    ...problem('server.plaintext', concat(...down.messages), server.plaintext),
  });
};

/** The y of an end whose exponent is known, or which has none. */
function ownValues(by: Primitives, end: CaptureVector['client'], name: string): object {
  if (end.policy !== '-f' && end.x === null) return {};
  return problem(`${name}.y`, publicValue(by, end.exponentForm, bytesOrNull(end.x)), end.y);
}

/** ySC follows from our exponent; without one only from a y whose powers are known. */
function secretIsRight(
  by: Primitives,
  { ySC, client, server }: CaptureVector,
  yC: Uint8Array,
  yS: Uint8Array,
): boolean {
  const secret = numberOf(fromHex(ySC ?? ''));
  for (const [{ exponentForm, x }, y] of [
    [client, yS],
    [server, yC],
  ] as const) {
    if (exponentForm === null || x === null) continue;
    if (secret !== numberOf(powerOf(by, y, exponentOf(exponentForm, fromHex(x))))) return false;
  }
  if (client.x !== null || server.x !== null) return true;
  const values = [numberOf(yC), numberOf(yS)];
  if (values.includes(1n)) return secret === 1n;
  if (values.includes(0n)) return secret === 0n;
  if (values.includes(modulus - 1n)) return secret === 1n || secret === modulus - 1n;
  return false;
}

export const workedExample: Confirm<WorkedExample> = (by, vector) => {
  const { client, server, packetKeys } = vector;
  const K = by.sha256(fromHex(vector.keyFile));
  const [nonceC, nonceS] = [fromHex(vector.nonceC), fromHex(vector.nonceS)];
  const { dk1, dhmacC, dhmacS } = macKeys(by, K, nonceC, nonceS);
  const form = (x: string | null) => (x === null ? null : '2^258+x');
  const yC = publicValue(by, form(client.x), bytesOrNull(client.x));
  const yS = publicValue(by, form(server.x), bytesOrNull(server.x));
  const ySC = agreedSecret(
    by,
    { exponentForm: form(client.x), x: client.x },
    { exponentForm: form(server.x), x: server.x },
    yC,
    yS,
  );
  const keys = sessionKeys(by, K, nonceC, nonceS, ySC);
  return [
    ...Object.keys({
      ...problem('K', K, vector.K),
      ...problem('dk1', dk1, vector.dk1),
      ...problem('dhmacC', dhmacC, vector.dhmacC),
      ...problem('dhmacS', dhmacS, vector.dhmacS),
      ...said('client.weak', client.weak, client.x === null),
      ...said('server.weak', server.weak, server.x === null),
      ...problem('client.y', yC, client.y),
      ...problem('client.h', by.hmac(dhmacC, yC), client.h),
      ...problem('server.y', yS, server.y),
      ...problem('server.h', by.hmac(dhmacS, yS), server.h),
      ...problem('ySC', ySC, vector.ySC),
      ...problem('dk2', keys.dk2, vector.dk2),
      ...problem('eC', keys.client.e, packetKeys.eC),
      ...problem('hC', keys.client.h, packetKeys.hC),
      ...problem('eS', keys.server.e, packetKeys.eS),
      ...problem('hS', keys.server.h, packetKeys.hS),
    }),
    ...sealings(by, keys.client, vector.clientPackets).map((name) => `clientPackets${name}`),
    ...sealings(by, keys.server, vector.serverPackets).map((name) => `serverPackets${name}`),
  ];
};

function sealings(
  by: Primitives,
  keys: DirectionKeys,
  given: readonly SealedPlaintextVector[],
): string[] {
  let number = 0n;
  return given.flatMap(({ firstPacketNumber, plaintext, packets }, i) => {
    const messages = plaintext.match(/.{1,2048}/g) ?? [];
    const problems = [
      ...(firstPacketNumber === number.toString() ? [] : [`[${i}].firstPacketNumber`]),
      ...(packets.length === messages.length ? [] : [`[${i}].packets`]),
    ];
    for (const [j, packet] of packets.entries()) {
      const message = messages[j] ?? '';
      const wrong = singlePacket(by, {
        ...{ ...packet, message, e: toHex(keys.e), h: toHex(keys.h) },
      });
      problems.push(...wrong.map((name) => `[${i}].packets[${j}].${name}`));
      if (packet.packetNumber !== number.toString()) problems.push(`[${i}].packets[${j}] number`);
      number++;
    }
    return problems;
  });
}

type PlainPacket = Omit<
  SinglePacketVector,
  'id' | 'comment' | 'flags' | 'result' | 'source' | 'blackBox'
>;

export const singlePacket: Confirm<PlainPacket> = (by, vector) => {
  const keys = { e: fromHex(vector.e), h: fromHex(vector.h) };
  const message = fromHex(vector.message);
  const number = BigInt(vector.packetNumber);
  const wire = seal(by, keys, number, message);
  const block = new DataView(new ArrayBuffer(16));
  block.setBigUint64(0, number);
  return differing({
    firstCounterBlock: [vector.firstCounterBlock, new Uint8Array(block.buffer)],
    cleartext: [vector.cleartext, cleartextOf(message)],
    ciphertext: [vector.ciphertext, wire.slice(0, 1028)],
    mac: [vector.mac, wire.slice(1028)],
  });
};

function problem(name: string, computed: Uint8Array, value: string | null): object {
  return value !== null && same(computed, fromHex(value)) ? {} : { [name]: true };
}

function said(name: string, computed: unknown, value: unknown): object {
  return computed === value ? {} : { [name]: true };
}

function bytesOrNull(hex: string | null): Uint8Array | null {
  return hex === null ? null : fromHex(hex);
}
