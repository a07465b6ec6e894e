/**
 * Goal of these tests: the reducers, given a vector's nonce and exponent, send the vector's bytes
 * and nothing else, deliver the vector's plaintext, and end as the vector says. Whole connections
 * in both roles and with every pair of policies, transcripts with faults in any segmentation, and
 * connections that C spiped had.
 */

import { describe, expect, test } from 'vitest';
import { untaped } from '../../vectors/confirm/primitives.ts';
import { openAll, sessionKeys } from '../../vectors/confirm/protocol.ts';
import {
  type CaptureVector,
  type ConnectionVector,
  type PolicyOption,
  readFamily,
  type TranscriptVector,
} from '../../vectors/family.ts';
import {
  fromHex,
  readHandshakeAndPackets,
  toHex,
  type ConnectionVector as WorkedExample,
} from '../../vectors/format.ts';
import { OneEnd } from '../../vectors/one-end.ts';
import { computeSharedSecret, createSuite, generateKeyPair } from '../crypto/index.ts';
import { stepHandshake } from './handshake.ts';
import type { HandshakeState } from './handshake-state.ts';
import type { Role } from './parameters.ts';

/** With the engine that runs unless told otherwise. */
const suite = createSuite();
const ROLES = ['client', 'server'] as const;

/** What one end of a vector has, sends, and knows of its peer. */
interface End {
  readonly role: Role;
  readonly policy: PolicyOption;
  readonly K: string;
  readonly nonce: string;
  readonly x: string | null;
  readonly y: string | null;
  /** y ‖ h, or nothing where this end never sends it. */
  readonly message: string;
  readonly sealings: readonly { readonly plaintext: string; readonly packets: string }[];
  readonly ySC: string | null;
}

function startEnd(own: End): OneEnd {
  return new OneEnd({
    role: own.role,
    policy: own.policy,
    K: fromHex(own.K),
    suite,
    nonce: fromHex(own.nonce),
    keyPair: () => ({ x: fromHex(own.x ?? ''), y: fromHex(own.y ?? '') }),
    sharedSecret: () => fromHex(own.ySC ?? ''),
  });
}

/** Runs an end against what its peer sends; every byte of both is looked at. */
function play(own: End, peer: End): OneEnd {
  const core = startEnd(own);
  core.receive('cipher', fromHex(peer.nonce));
  core.receive('cipher', fromHex(peer.message));
  if (own.message !== '') expect(toHex(core.sent('cipher'))).toBe(own.nonce + own.message);
  for (const { plaintext, packets } of own.sealings) {
    const before = core.sent('cipher').length;
    core.receive('plain', fromHex(plaintext));
    expect(toHex(core.sent('cipher').subarray(before))).toBe(packets);
  }
  for (const { plaintext, packets } of peer.sealings) {
    const before = core.sent('plain').length;
    core.receive('cipher', fromHex(packets));
    expect(toHex(core.sent('plain').subarray(before))).toBe(plaintext);
  }
  return core;
}

function workedEnd(vector: WorkedExample, role: Role): End {
  const own = vector[role];
  const sealed = role === 'client' ? vector.clientPackets : vector.serverPackets;
  return {
    ...{ role, policy: own.weak ? '-f' : 'none', K: vector.K, x: own.x, y: own.y },
    ...{ nonce: role === 'client' ? vector.nonceC : vector.nonceS, message: own.y + own.h },
    sealings: sealed.map(({ plaintext, packets }) => ({
      plaintext,
      packets: packets.map(({ ciphertext, mac }) => ciphertext + mac).join(''),
    })),
    ySC: vector.ySC,
  };
}

describe.each(readHandshakeAndPackets().connections)('$name', (vector) => {
  test.each(ROLES)('HS-5 to HS-18, PK-1 to PK-8: as its %s', (role) => {
    const other = role === 'client' ? 'server' : 'client';
    play(workedEnd(vector, role), workedEnd(vector, other));
  });
});

function connectionEnd(vector: ConnectionVector, role: Role): End {
  const own = vector[role];
  const packets = own.sends.slice(2 * 320);
  return {
    ...{ role, policy: own.policy, K: vector.K, nonce: own.nonce, x: own.x, y: own.y },
    message: own.sends.slice(2 * 32, 2 * 320),
    sealings: own.messages.map((plaintext, i) => ({
      plaintext,
      packets: packets.slice(2120 * i, 2120 * (i + 1)),
    })),
    ySC: vector.ySC,
  };
}

describe.each(readFamily('connections').vectors)('$id', (vector) => {
  test.each(ROLES)('HS-5 to HS-18: as its %s', (role) => {
    const other = role === 'client' ? 'server' : 'client';
    const [own, peer] = [connectionEnd(vector, role), connectionEnd(vector, other)];
    const core = play(own, peer);
    expect(toHex(core.sent('cipher'))).toBe(vector[role].sends);
    expectHandshake(core, vector[role].handshake);
  });
});

/** HS-12: both ways in which a pair of policies fails, and that it does not otherwise. */
function expectHandshake(core: OneEnd, handshake: string): void {
  if (handshake === 'established') expect(core.phase).toBe('piping');
  else {
    // The end that refuses has; the other is told by the end of the stream.
    core.receive('cipher', null);
    expect(core.outcome).toEqual({ code: handshake });
  }
}

function captureEnd(vector: CaptureVector, role: Role): End {
  const own = vector[role];
  const K = toHex(untaped.sha256(fromHex(vector.keyFile)));
  const [nonceC, nonceS] = [fromHex(vector.client.nonce), fromHex(vector.server.nonce)];
  const keys = sessionKeys(untaped, fromHex(K), nonceC, nonceS, fromHex(vector.ySC ?? ''));
  // How C cut its plaintext into packets is its own affair; it can be read from them.
  const { messages } = openAll(untaped, keys[role], fromHex(own.packets));
  return {
    ...{ role, policy: own.policy, K, nonce: own.nonce, y: own.y, ySC: vector.ySC },
    // The exponent of C is not known; the core hands it through, and never looks at it.
    x: own.x ?? '00'.repeat(32),
    message: own.y === null || own.h === null ? '' : own.y + own.h,
    sealings: messages.map((message, i) => ({
      plaintext: toHex(message),
      packets: own.packets.slice(2120 * i, 2120 * (i + 1)),
    })),
  };
}

describe.each(readFamily('c-captures').vectors)('$id', (vector) => {
  test.each(ROLES)('HS-5 to HS-18, PK-1 to PK-8: our core in place of the %s', (role) => {
    const other = role === 'client' ? 'server' : 'client';
    const own = captureEnd(vector, role);
    const core = play(own, captureEnd(vector, other));
    expect(toHex(core.sent('plain'))).toBe(vector[other].plaintext);
    expect(own.sealings.map(({ plaintext }) => plaintext).join('')).toBe(vector[role].plaintext);
    expectHandshake(core, vector[role].handshake);
  });

  const known = ROLES.filter((role) => vector[role].exponentForm === '2^258+x');
  test.each(known)('HS-8, HS-16: our arithmetic gives the y of the %s and ySC', (role) => {
    const x = fromHex(vector[role].x ?? '');
    const peer = vector[role === 'client' ? 'server' : 'client'];
    expect(toHex(generateKeyPair(x).y)).toBe(vector[role].y);
    expect(toHex(computeSharedSecret(x, fromHex(peer.y ?? '')))).toBe(vector.ySC);
  });
});

/** Feeds a transcript; `cut` says how the bytes of an input are cut up. */
function replay(vector: TranscriptVector, cut: (bytes: Uint8Array) => readonly Uint8Array[]) {
  const x = fromHex(vector.x ?? '');
  const core = new OneEnd({
    role: vector.role,
    policy: vector.policy,
    K: untaped.sha256(fromHex(vector.keyFile)),
    suite,
    nonce: fromHex(vector.nonce),
    keyPair: () => publicValueOf(x),
    sharedSecret: secretOf,
  });
  let endsAt = -1;
  for (const [i, { side, bytes }] of vector.input.entries()) {
    const pieces = bytes === null ? [null] : cut(fromHex(bytes));
    for (const piece of pieces) core.receive(side, piece);
    if (core.outcome !== undefined && endsAt < 0) endsAt = i;
  }
  return {
    sends: toHex(core.sent('cipher')),
    releases: toHex(core.sent('plain')),
    outcome: core.outcome?.code,
    endsAt,
  };
}

describe.each(readFamily('transcripts').vectors)('$id', (vector) => {
  const { sends, releases, outcome, endsAt } = vector;

  test('HS-4, HS-9 to HS-13, PK-7 to PK-11, CN-13: it ends as it must', () => {
    expect(replay(vector, (bytes) => [bytes])).toEqual({ sends, releases, outcome, endsAt });
  });

  test('HS-20, PK-12: it does so in any segmentation', () => {
    // Plaintext is cut as it came: each read is a packet of its own, and not the same packets.
    const single = vector.input.some(({ side, bytes }) => side === 'plain' && bytes !== null);
    for (const length of [1, 7, 1059, 1061]) {
      const cut = (bytes: Uint8Array) =>
        single && bytes.length < 32 ? [bytes] : pieces(bytes, length);
      expect(replay(vector, cut)).toEqual({ sends, releases, outcome, endsAt });
    }
  });
});

function pieces(bytes: Uint8Array, length: number): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) =>
    bytes.slice(i * length, (i + 1) * length),
  );
}

const powers = new Map<string, Uint8Array>();

/** Computed once for each x and y: transcripts have the same few. */
function remembered(name: string, compute: () => Uint8Array): Uint8Array {
  const value = powers.get(name) ?? compute();
  powers.set(name, value);
  return value.slice();
}

function publicValueOf(x: Uint8Array) {
  return { x, y: remembered(toHex(x), () => generateKeyPair(x).y) };
}

function secretOf(x: Uint8Array, y: Uint8Array): Uint8Array {
  return remembered(`${toHex(x)} ${toHex(y)}`, () => computeSharedSecret(x, y));
}

describe.each(readFamily('handshake-messages').vectors)('$id', (vector) => {
  test('HS-10 to HS-13: it is accepted, or refused for this fault', () => {
    const dhmac = fromHex(vector.dhmac);
    const nothing = new Uint8Array(0);
    const before: HandshakeState = {
      phase: 'awaitingPublicValue',
      keyed: { nonceC: nothing, nonceS: nothing, dhmacC: dhmac, dhmacS: dhmac },
      x: vector.receiver === 'client' ? new Uint8Array(32) : undefined,
      received: nothing,
      ended: false,
    };
    const context = {
      role: vector.receiver,
      policy: { weak: false, requireForwardSecrecy: vector.requireForwardSecrecy },
      secret: new Uint8Array(32),
      suite,
    };
    const bytes = fromHex(vector.y + vector.h);
    const { state } = stepHandshake(context, before, { type: 'bytesReceived', bytes });
    expect(state.phase === 'failed' ? state.fault.code : null).toBe(vector.fault);
  });
});
