/**
 * Goal of these tests: both ends of the handshake do what HS-1 to HS-23 say, whatever the
 * segmentation, the policies, and the peer.
 */

import { createHmac, pbkdf2Sync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HandshakeBench, handshake } from '../../fuzz/bench/handshake-bench.ts';
import {
  contextOf,
  NONCE_C,
  NONCE_S,
  PAIR_C,
  PAIR_S,
  PLAIN_POLICY,
  SECRET,
  STRICT,
  sharedSecret,
  suite,
  WEAK,
} from '../../fuzz/bench/material.ts';
import type { FaultCode } from './faults.ts';
import { GROUP14_MODULUS, one } from './group14.ts';
import { wantsBytes } from './handshake.ts';
import { InvariantViolation } from './invariant.ts';
import type { Policy, Role } from './parameters.ts';
import { secretsOf } from './secrets.ts';

const POLICIES: readonly [string, Policy][] = [
  ['no policy', PLAIN_POLICY],
  ['-f', WEAK],
  ['-g', STRICT],
];

const ROLES: readonly Role[] = ['client', 'server'];

/** y ‖ h as the peer of `role` sends it: with the right MAC for any y. */
function peerMessage(role: Role, y: Uint8Array): Buffer {
  const dk1 = suite.pbkdf2(SECRET, Buffer.concat([NONCE_C, NONCE_S]), 64);
  const dhmac = role === 'client' ? dk1.subarray(32) : dk1.subarray(0, 32);
  return Buffer.concat([y, suite.hmac(dhmac, y)]);
}

/** What the end of `role` calls an end of its peer's stream after so many bytes. */
function faultOfEnd(role: Role, length: number): FaultCode {
  if (length === 0) return 'handshake-not-begun';
  if (length < 32) return 'handshake-ended-in-nonce';
  if (role === 'server') return 'handshake-ended-before-proof';
  return length === 32 ? 'handshake-ended-in-public-value' : 'handshake-ended-in-proof';
}

/** Everything the peer of `role` sends in a handshake, with this public value. */
function peerStream(role: Role, y?: Uint8Array): Buffer {
  const nonce = role === 'client' ? NONCE_S : NONCE_C;
  const own = role === 'client' ? PAIR_S.y : PAIR_C.y;
  return Buffer.concat([nonce, peerMessage(role, y ?? own)]);
}

function establishedKeys(bench: HandshakeBench) {
  if (bench.state.phase !== 'established') throw new Error(`not established: ${bench.phase}`);
  return bench.state;
}

describe('both ends against each other', () => {
  const refused = (one: Policy, other: Policy): boolean =>
    (one.requireForwardSecrecy && other.weak) || (other.requireForwardSecrecy && one.weak);

  for (const [nameC, policyC] of POLICIES) {
    for (const [nameS, policyS] of POLICIES) {
      const verdict = refused(policyC, policyS) ? 'refuse' : 'derive the same keys';
      test(`HS-12, HS-17: client with ${nameC} and server with ${nameS} ${verdict}`, () => {
        const client = new HandshakeBench(contextOf('client', policyC));
        const server = new HandshakeBench(contextOf('server', policyS));
        handshake(client, server);
        if (refused(policyC, policyS)) {
          const refuser = policyC.requireForwardSecrecy ? client : server;
          expect(refuser.fault).toBe('handshake-without-forward-secrecy');
          return;
        }
        const atClient = establishedKeys(client);
        const atServer = establishedKeys(server);
        expect(atClient.keys).toEqual(atServer.keys);
        expect(atClient.forwardSecrecy).toBe(!policyC.weak && !policyS.weak);
        expect(atServer.forwardSecrecy).toBe(atClient.forwardSecrecy);
      });
    }
  }

  test('HS-5: different secrets never establish, and the server is the one that knows', () => {
    const client = new HandshakeBench({ ...contextOf('client'), secret: new Uint8Array(32) });
    const server = new HandshakeBench(contextOf('server'));
    handshake(client, server);
    expect(server.fault).toBe('handshake-mac-mismatch');
    expect(client.phase).toBe('awaitingPublicValue');
  });

  //= HS-17
  //# Each end MUST then compute dk2 = PBKDF2(K, nonceC ‖ nonceS ‖ ySC, 128), and split it into E_C,
  //# H_C, E_S, H_S of 32 bytes each, in this order.
  test('HS-17: the keys are those of PBKDF2 over the client’s nonce, the server’s, and ySC', () => {
    const bench = new HandshakeBench(contextOf('client')).receive(peerStream('client'));
    const ySC = sharedSecret(PAIR_C.x, PAIR_S.y);
    const dk2 = suite.pbkdf2(SECRET, Buffer.concat([NONCE_C, NONCE_S, ySC]), 128);
    const { client, server } = establishedKeys(bench).keys;
    expect(Buffer.concat([client.e, client.h, server.e, server.h])).toEqual(Buffer.from(dk2));
  });

  //= HS-3
  //# Each end MUST take the first 32 bytes received as the peer's nonce, whatever their value.
  //= HS-5
  //# When both nonces are known each end MUST compute dk1 = PBKDF2(K, nonceC ‖ nonceS, 64); bytes 0
  //# – 31 are dhmacC and bytes 32 – 63 are dhmacS.
  test.each([
    ['its own', NONCE_C],
    ['of zeros', new Uint8Array(32)],
    ['of ones', new Uint8Array(32).fill(255)],
  ])('HS-3, HS-5: a client takes a nonce %s, and makes its MAC with dhmacC', (_, nonceS) => {
    const bench = new HandshakeBench(contextOf('client')).receive(nonceS);
    const dk1 = pbkdf2Sync(SECRET, Buffer.concat([NONCE_C, nonceS]), 1, 64, 'sha256');
    const h = createHmac('sha256', dk1.subarray(0, 32)).update(PAIR_C.y).digest();
    expect(bench.sent.subarray(32)).toEqual(Buffer.concat([PAIR_C.y, h]));
  });

  //= HS-3
  //# Each end MUST take the first 32 bytes received as the peer's nonce, whatever their value.
  //= HS-5
  //# When both nonces are known each end MUST compute dk1 = PBKDF2(K, nonceC ‖ nonceS, 64); bytes 0
  //# – 31 are dhmacC and bytes 32 – 63 are dhmacS.
  test.each([
    ['its own', NONCE_S],
    ['of zeros', new Uint8Array(32)],
    ['of ones', new Uint8Array(32).fill(255)],
  ])('HS-3, HS-5: a server takes a nonce %s, and makes its MAC with dhmacS', (_, nonceC) => {
    const dk1 = pbkdf2Sync(SECRET, Buffer.concat([nonceC, NONCE_S]), 1, 64, 'sha256');
    const mac = (from: number, y: Uint8Array): Buffer =>
      createHmac('sha256', dk1.subarray(from, from + 32))
        .update(y)
        .digest();
    const bench = new HandshakeBench(contextOf('server'));
    bench.receive(Buffer.concat([nonceC, PAIR_C.y, mac(0, PAIR_C.y)]));
    expect(bench.sent.subarray(32)).toEqual(Buffer.concat([PAIR_S.y, mac(32, PAIR_S.y)]));
  });

  test('HS-16: ySC keeps its leading zeros in the derivation', () => {
    const ySC = new Uint8Array(256);
    ySC.set([0, 0, 1, 2, 3], 0);
    const bench = new HandshakeBench(contextOf('client'), false).receive(NONCE_S).answer();
    bench.receive(peerMessage('client', PAIR_S.y)).feed({ type: 'sharedSecretComputed', ySC });
    const dk2 = suite.pbkdf2(SECRET, Buffer.concat([NONCE_C, NONCE_S, ySC]), 128);
    expect(Buffer.from(establishedKeys(bench).keys.client.e)).toEqual(
      Buffer.from(dk2.subarray(0, 32)),
    );
  });
});

describe('what is sent, and when', () => {
  for (const role of ROLES) {
    //= HS-2
    //# Each end MUST send its nonce as its first 32 bytes as soon as the cipher connection stands,
    //# without waiting for a byte of the peer.
    test(`HS-2: a ${role} sends its nonce before it has received anything`, () => {
      const bench = new HandshakeBench(contextOf(role));
      expect(bench.sent).toEqual(Buffer.from(role === 'client' ? NONCE_C : NONCE_S));
    });
  }

  //= HS-7
  //# The client MUST send yC ‖ hC with hC = HMAC(dhmacC, yC) as soon as it has the server's nonce;
  //# it does not wait for the server's value.
  test('HS-7: a client sends y and its MAC as soon as it has the nonce', () => {
    const bench = new HandshakeBench(contextOf('client')).receive(NONCE_S);
    const message = bench.sent.subarray(32);
    expect(message).toEqual(peerMessage('server', PAIR_C.y));
  });

  //= HS-9
  //# The server MUST NOT compute or send anything that follows its nonce before the client's yC ‖
  //# hC has arrived completely and been accepted by HS-10 to HS-12.
  test('HS-9: a server sends and computes nothing before the client’s value is complete', () => {
    const bench = new HandshakeBench(contextOf('server'));
    bench.receive(peerStream('server').subarray(0, 319));
    expect(bench.effects).toEqual(['sendBytes']);
    expect(bench.sent.length).toBe(32);
  });

  test('HS-9, HS-23: a server does no arithmetic for a value with a wrong MAC, and erases dk1', () => {
    const stream = peerStream('server');
    stream[100] = (stream[100] ?? 0) ^ 1;
    const bench = new HandshakeBench(contextOf('server')).receive(stream);
    expect(bench.fault).toBe('handshake-mac-mismatch');
    expect(bench.effects).toEqual(['sendBytes', 'eraseSecrets']);
  });

  //= HS-15
  //# The server MUST send yS ‖ hS with hS = HMAC(dhmacS, yS) as soon as HS-9 allows.
  test('HS-15: a server answers a valid value with its own', () => {
    const bench = new HandshakeBench(contextOf('server')).receive(peerStream('server'));
    expect(bench.sent.subarray(32)).toEqual(peerMessage('client', PAIR_S.y));
  });

  for (const role of ROLES) {
    //= HS-14
    //# An end without forward secrecy (`-f`) MUST send y = 1 with its h, and MUST use ySC = 1
    //# whatever valid y it receives.
    test(`HS-14: a ${role} with -f sends y = 1 and computes nothing`, () => {
      const bench = new HandshakeBench(contextOf(role, WEAK)).receive(peerStream(role));
      expect(bench.sent.subarray(32, 288)).toEqual(Buffer.from(one()));
      expect(bench.effects).not.toContain('generateKeyPair');
      expect(bench.effects).not.toContain('computeSharedSecret');
      expect(bench.phase).toBe('established');
    });
  }

  //= HS-21
  //# A failed handshake MUST NOT be answered by any byte.
  test('HS-21: a failed handshake sends nothing', () => {
    const bench = new HandshakeBench(contextOf('server')).receive(Buffer.alloc(320, 7));
    expect(bench.sent.length).toBe(32);
  });
});

describe('what is judged', () => {
  for (const role of ROLES) {
    //= HS-10
    //# A receiver of y ‖ h MUST compare h with HMAC(dhmac of the peer, y) over all 32 bytes, in
    //# time that does not depend on their content, before it looks at y.
    test(`HS-10: a ${role} notices a change of any single bit of h or y`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 288 * 8 - 1 }), (bit) => {
          const stream = peerStream(role);
          const at = 32 + (bit >> 3);
          stream[at] = (stream[at] ?? 0) ^ (1 << (bit & 7));
          const bench = new HandshakeBench(contextOf(role)).receive(stream);
          expect(bench.fault).toBe('handshake-mac-mismatch');
        }),
      );
    });

    test(`HS-10: a ${role} compares the last byte of h too`, () => {
      const stream = peerStream(role);
      stream[319] = (stream[319] ?? 0) ^ 0x80;
      expect(new HandshakeBench(contextOf(role)).receive(stream).fault).toBe(
        'handshake-mac-mismatch',
      );
    });

    for (const [name, y] of outOfRange()) {
      //= HS-11
      //# A receiver MUST treat y ≥ p, both taken as 256-byte big-endian numbers, as fatal.
      test(`HS-11: a ${role} refuses y = ${name}`, () => {
        const bench = new HandshakeBench(contextOf(role)).receive(peerStream(role, y));
        expect(bench.fault).toBe('handshake-value-out-of-range');
      });
    }

    for (const [name, y] of degenerate()) {
      //= HS-13
      //# Every other y below p MUST be accepted: 0, p − 1, and without `-g` also 1.
      test(`HS-13: a ${role} accepts y = ${name}`, () => {
        const bench = new HandshakeBench(contextOf(role)).receive(peerStream(role, y));
        expect(bench.phase).toBe('established');
      });
    }

    test(`HS-10: a ${role} judges the MAC before the range`, () => {
      const stream = peerStream(role, new Uint8Array(256).fill(0xff));
      stream[319] = (stream[319] ?? 0) ^ 1;
      expect(new HandshakeBench(contextOf(role)).receive(stream).fault).toBe(
        'handshake-mac-mismatch',
      );
    });

    //= HS-12
    //# An end that requires forward secrecy (`-g`) MUST treat y = 1 as fatal.
    test(`HS-12: a ${role} with -g refuses y = 1 and accepts 0`, () => {
      const strict = contextOf(role, STRICT);
      expect(new HandshakeBench(strict).receive(peerStream(role, one())).fault).toBe(
        'handshake-without-forward-secrecy',
      );
      const zero = new HandshakeBench(strict).receive(peerStream(role, new Uint8Array(256)));
      expect(zero.phase).toBe('established');
    });
  }
});

describe('segmentation and ends', () => {
  for (const role of ROLES) {
    //= HS-20
    //# The result of the handshake MUST NOT depend on how the stream is cut into segments.
    test(`HS-20: a ${role} gets the same result from any segmentation`, () => {
      const stream = Buffer.concat([peerStream(role), Buffer.from('first packets')]);
      const whole = new HandshakeBench(contextOf(role)).receive(stream);
      const cuts = fc.array(fc.integer({ min: 0, max: stream.length }), { maxLength: 12 });
      fc.assert(
        fc.property(cuts, fc.boolean(), (at, inline) => {
          const bench = new HandshakeBench(contextOf(role), inline);
          const bounds = [0, ...at.sort((a, b) => a - b), stream.length];
          for (const [i, end] of bounds.entries()) {
            const segment = stream.subarray(bounds[i - 1] ?? 0, end);
            if (segment.length > 0) bench.receive(segment);
          }
          bench.answer().answer();
          expect(bench.sent).toEqual(whole.sent);
          expect(establishedKeys(bench).keys).toEqual(establishedKeys(whole).keys);
          expect(Buffer.from(establishedKeys(bench).received)).toEqual(
            Buffer.from('first packets'),
          );
        }),
      );
    });

    test(`HS-20: a ${role} may be fed one byte at a time`, () => {
      const bench = new HandshakeBench(contextOf(role));
      for (const byte of peerStream(role)) bench.receive(Uint8Array.of(byte));
      expect(bench.phase).toBe('established');
    });

    //= HS-4
    //# If the peer's stream ends before its 320 handshake bytes have arrived, the end MUST treat
    //# the handshake as failed; this is fatal.
    test(`HS-4: the end of a ${role}'s peer at any byte is a fault with its own code`, () => {
      const stream = peerStream(role);
      for (let length = 0; length < stream.length; length++) {
        const bench = new HandshakeBench(contextOf(role));
        if (length > 0) bench.receive(stream.subarray(0, length));
        expect(bench.end().fault).toBe(faultOfEnd(role, length));
      }
    });

    //= HS-28
    //# An end of the peer's stream after its 320th byte MUST NOT fail the handshake.
    test(`HS-4: the end during a ${role}'s arithmetic is kept for the packets`, () => {
      const bench = new HandshakeBench(contextOf(role), false);
      bench.receive(peerStream(role).subarray(0, 32)).answer();
      bench.receive(peerStream(role).subarray(32));
      bench.receive(Buffer.from('x')).end().answer().answer();
      expect(establishedKeys(bench).ended).toBe(true);
      expect(Buffer.from(establishedKeys(bench).received).toString()).toBe('x');
    });
  }

  test('HS-4: a client whose server ends while the client computes fails at once', () => {
    const bench = new HandshakeBench(contextOf('client'), false).receive(NONCE_S);
    expect(bench.phase).toBe('generatingKeyPair');
    expect(bench.end().fault).toBe('handshake-ended-before-proof');
    expect(bench.erased).toHaveLength(2);
  });

  test('HS-28: a server’s whole message and end while the client computes are kept', () => {
    const bench = new HandshakeBench(contextOf('client'), false).receive(peerStream('client'));
    expect(bench.phase).toBe('generatingKeyPair');
    bench.end().answer().answer();
    expect(establishedKeys(bench).ended).toBe(true);
  });

  test('HS-23: an end before the peer’s message asks to erase the MAC keys and x', () => {
    const bench = new HandshakeBench(contextOf('client')).receive(NONCE_S).end();
    expect(bench.erased).toContain(PAIR_C.x);
    expect(bench.erased).toHaveLength(3);
  });

  //= HS-3
  //# Each end MUST take the first 32 bytes received as the peer's nonce, whatever their value.
  test('HS-3: an honest peer’s nonce may be text', () => {
    const nonce = Buffer.from('GET / HTTP/1.1\r\nHost: example.or');
    expect(nonce.length).toBe(32);
    const dk1 = suite.pbkdf2(SECRET, Buffer.concat([nonce, NONCE_S]), 64);
    const message = [PAIR_C.y, suite.hmac(dk1.subarray(0, 32), PAIR_C.y)];
    const bench = new HandshakeBench(contextOf('server')).receive(
      Buffer.concat([nonce, ...message]),
    );
    expect(bench.phase).toBe('established');
  });

  test('HS-19: bytes are wanted only while the handshake waits for them', () => {
    const bench = new HandshakeBench(contextOf('server'), false);
    expect(wantsBytes(bench.state)).toBe(true);
    bench.receive(peerStream('server'));
    expect(bench.phase).toBe('generatingKeyPair');
    expect(wantsBytes(bench.state)).toBe(false);
  });
});

describe('secrets', () => {
  for (const role of ROLES) {
    //= HS-23
    //# The values x, ySC, dk1 and dk2 SHOULD be overwritten when they are not needed any more.
    test(`HS-23: a ${role} asks to erase the MAC keys, x, ySC and the salt`, () => {
      const bench = new HandshakeBench(contextOf(role)).receive(peerStream(role));
      const dk1 = suite.pbkdf2(SECRET, Buffer.concat([NONCE_C, NONCE_S]), 64);
      const x = role === 'client' ? PAIR_C.x : PAIR_S.x;
      const ySC = sharedSecret(x, role === 'client' ? PAIR_S.y : PAIR_C.y);
      const salt = Buffer.concat([NONCE_C, NONCE_S, ySC]);
      const secrets = [dk1.subarray(0, 32), dk1.subarray(32), x, ySC, salt];
      expect(bench.erased.map((bytes) => Buffer.from(bytes))).toEqual(
        secrets.map((secret) => Buffer.from(secret)),
      );
    });
  }

  for (const role of ROLES) {
    test(`HS-23: a ${role} with -f asks to erase as much, with an empty array for the x it has not`, () => {
      const bench = new HandshakeBench(contextOf(role, WEAK)).receive(peerStream(role));
      expect(bench.erased.map(({ length }) => length)).toEqual([32, 32, 0, 256, 320]);
    });
  }

  test('HS-23: an unfinished handshake names what it holds', () => {
    const bench = new HandshakeBench(contextOf('client'), false);
    expect(secretsOf(bench.state)).toEqual([]);
    bench.receive(NONCE_S);
    expect(secretsOf(bench.state)).toHaveLength(2);
    bench.answer();
    expect(secretsOf(bench.state)).toContain(PAIR_C.x);
    bench.receive(peerMessage('client', PAIR_S.y)).answer();
    expect(secretsOf(bench.state)).toHaveLength(4);
    const weak = new HandshakeBench(contextOf('client', WEAK)).receive(NONCE_S);
    expect(secretsOf(weak.state)).toHaveLength(3);
  });
});

describe('events that cannot happen', () => {
  const impossible: readonly [string, () => HandshakeBench][] = [
    [
      'idle',
      () => Object.assign(new HandshakeBench(contextOf('server')), { state: { phase: 'idle' } }),
    ],
    ['awaitingNonce', () => new HandshakeBench(contextOf('server'))],
    ['generatingKeyPair', () => new HandshakeBench(contextOf('client'), false).receive(NONCE_S)],
    ['awaitingPublicValue', () => new HandshakeBench(contextOf('server')).receive(NONCE_C)],
    [
      'computingSharedSecret',
      () => new HandshakeBench(contextOf('server'), false).receive(peerStream('server')).answer(),
    ],
    ['established', () => new HandshakeBench(contextOf('server')).receive(peerStream('server'))],
    ['failed', () => new HandshakeBench(contextOf('server')).end()],
  ];
  for (const [phase, make] of impossible) {
    test(`in ${phase} an event of another phase is a defect, not a fault`, () => {
      const bench = make();
      expect(bench.phase).toBe(phase);
      const event =
        phase === 'computingSharedSecret' || phase === 'awaitingNonce'
          ? { type: 'keyPairGenerated' as const, ...PAIR_S }
          : { type: 'sharedSecretComputed' as const, ySC: one() };
      expect(() => bench.feed(event)).toThrow(InvariantViolation);
    });
  }

  //= HS-14
  //# An end without forward secrecy (`-f`) MUST send y = 1 with its h, and MUST use ySC = 1
  //# whatever valid y it receives.
  test('HS-14: what is missing for ySC is a defect: without -f it never becomes 1', () => {
    const strayed = (role: Role, policy: Policy, from: HandshakeBench): HandshakeBench =>
      Object.assign(new HandshakeBench(contextOf(role, policy)), { state: from.state });
    const withoutX = new HandshakeBench(contextOf('client', WEAK)).receive(NONCE_S);
    const withoutY = new HandshakeBench(contextOf('client'), false).receive(NONCE_S);
    for (const policy of [PLAIN_POLICY, STRICT]) {
      const client = strayed('client', policy, withoutX);
      expect(() => client.receive(peerMessage('client', PAIR_S.y))).toThrow(InvariantViolation);
    }
    for (const [, policy] of POLICIES) {
      const server = strayed('server', policy, withoutY);
      const event = { type: 'keyPairGenerated' as const, ...PAIR_S };
      expect(() => server.feed(event)).toThrow(InvariantViolation);
    }
    // With -f nothing is missing.
    const weak = strayed('client', WEAK, withoutX).receive(peerMessage('client', PAIR_S.y));
    expect(weak.phase).toBe('established');
  });
});

function outOfRange(): readonly [string, Uint8Array][] {
  const above = GROUP14_MODULUS.slice();
  above[0] = 0xff;
  above[8] = (above[8] ?? 0) + 1;
  return [
    ['p', GROUP14_MODULUS.slice()],
    ['a little more than p', above],
    ['2^2048 − 1', new Uint8Array(256).fill(0xff)],
  ];
}

function degenerate(): readonly [string, Uint8Array][] {
  const belowP = GROUP14_MODULUS.slice();
  belowP[255] = (belowP[255] ?? 0) - 1;
  return [
    ['0', new Uint8Array(256)],
    ['1', one()],
    ['p − 1', belowP],
  ];
}
