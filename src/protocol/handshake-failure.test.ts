/**
 * Goal of these tests: what a failed handshake is called names no cause that its phase excludes,
 * and another protocol is named where the peer has not proved that it speaks this one.
 */

import { describe, expect, test } from 'vitest';
import { ConnectionBench } from '../../fuzz/bench/connection-bench.ts';
import { HandshakeBench, handshake } from '../../fuzz/bench/handshake-bench.ts';
import { contextOf, NONCE_C, NONCE_S, WEAK } from '../../fuzz/bench/material.ts';
import { textOf } from './faults.ts';
import { endedEarly, timedOut } from './handshake-failure.ts';
import { initialHandshakeState } from './handshake-state.ts';
import type { Role } from './parameters.ts';

const sent = (() => {
  const client = new HandshakeBench(contextOf('client'));
  const server = new HandshakeBench(contextOf('server'));
  handshake(client, server);
  return { client: client.sent, server: server.sent };
})();

/** A connection whose target is connected and whose handshake has begun. */
function handshaking(role: Role, policy = contextOf(role).policy): ConnectionBench {
  return new ConnectionBench(role, policy).accept().connected();
}

/** Where a handshake can stand, and what it is called when it ends there. */
const STANDS: readonly [string, string, () => ConnectionBench][] = [
  ['a client without a byte', 'handshake-not-begun', () => handshaking('client')],
  ['a server without a byte', 'handshake-not-begun', () => handshaking('server')],
  [
    'a client with a part of the nonce',
    'handshake-ended-in-nonce',
    () => handshaking('client').receive('cipher', NONCE_S.subarray(0, 31)),
  ],
  [
    'a server with a part of the nonce',
    'handshake-ended-in-nonce',
    () => handshaking('server').receive('cipher', NONCE_C.subarray(0, 1)),
  ],
  [
    'a client that has not sent its proof',
    'handshake-ended-before-proof',
    () => handshaking('client').receive('cipher', NONCE_S),
  ],
  [
    'a server that has the nonce',
    'handshake-ended-before-proof',
    () => handshaking('server').receive('cipher', NONCE_C),
  ],
  [
    'a server that has all but one byte',
    'handshake-ended-before-proof',
    () => handshaking('server').receive('cipher', sent.client.subarray(0, 319)),
  ],
  [
    'a client that has sent its proof',
    'handshake-ended-in-public-value',
    () => handshaking('client').receive('cipher', NONCE_S).answer(),
  ],
  [
    'a client without forward secrecy that has sent its proof',
    'handshake-ended-without-forward-secrecy',
    () => handshaking('client', WEAK).receive('cipher', NONCE_S),
  ],
  [
    'a client that has a part of the peer’s proof',
    'handshake-ended-in-proof',
    () =>
      handshaking('client').receive('cipher', NONCE_S).answer().receive('cipher', Buffer.alloc(1)),
  ],
];

/** Where the peer has shown its proof, and only the socket can fail. */
const PROVED: readonly [string, () => ConnectionBench][] = [
  [
    'a client',
    () =>
      handshaking('client')
        .receive('cipher', NONCE_S)
        .answer()
        .receive('cipher', sent.server.subarray(32)),
  ],
  [
    'a server that generates its key pair',
    () => handshaking('server').receive('cipher', sent.client),
  ],
];

describe('a stream that ends or breaks', () => {
  test.each(STANDS)('of %s is %s', (_, code, make) => {
    expect(make().end('cipher').outcome).toEqual({ code });
    const reset = make().feed({ type: 'socketFailed', side: 'cipher', error: 'ECONNRESET' });
    expect(reset.outcome).toEqual({ code, detail: 'ECONNRESET' });
  });

  test.each(PROVED)('after the peer’s proof is a lost connection: %s', (_, make) => {
    for (const answers of [0, 1]) {
      const bench = make();
      if (answers === 1 && bench.context.role === 'server') bench.answer();
      bench.feed({ type: 'socketFailed', side: 'cipher', error: 'ECONNRESET' });
      expect(bench.outcome).toEqual({ code: 'cipher-socket-failed', detail: 'ECONNRESET' });
    }
  });

  test('is the key’s fault only in the texts of those phases in which a key was judged', () => {
    for (const role of ['client', 'server'] as const) {
      for (const [, code] of STANDS) {
        const judged = /public-value|without-forward/.test(code);
        const text = textOf(code as 'handshake-not-begun', role);
        expect(/different keys/.test(text), code).toBe(judged);
        expect(/-g\b/.test(text), code).toBe(code === 'handshake-ended-without-forward-secrecy');
      }
    }
  });
});

describe('a time that is over', () => {
  test.each(STANDS)('of %s is told with or without a byte of the peer', (_, code, make) => {
    const outcome = make().feed({ type: 'timerExpired', timer: 'handshake' }).outcome;
    const silent = code === 'handshake-not-begun';
    expect(outcome).toEqual({
      code: silent ? 'handshake-timed-out-in-silence' : 'handshake-timed-out',
    });
  });

  test('before anything was sent is silence', () => {
    const context = contextOf('client');
    expect(timedOut(context, initialHandshakeState).code).toBe('handshake-timed-out-in-silence');
    expect(endedEarly(context, initialHandshakeState).code).toBe('cipher-socket-failed');
  });
});

describe('another protocol', () => {
  const REQUEST = Buffer.from('GET /index.html HTTP/1.1\r\nHost: example.org\r\n\r\n');
  const HTTP = { code: 'handshake-foreign-protocol', detail: 'HTTP' };

  for (const role of ['client', 'server'] as const) {
    test(`is named at a ${role} whether the stream ends, breaks, or says nothing more`, () => {
      for (const length of [20, 32, REQUEST.length]) {
        const bench = (): ConnectionBench =>
          handshaking(role).receive('cipher', REQUEST.subarray(0, length));
        expect(bench().end('cipher').outcome).toEqual(HTTP);
        expect(bench().feed({ type: 'timerExpired', timer: 'handshake' }).outcome).toEqual(HTTP);
        const reset = { type: 'socketFailed', side: 'cipher', error: 'ECONNRESET' } as const;
        expect(bench().feed(reset).outcome).toEqual(HTTP);
      }
    });

    test(`is named at a ${role} when what follows is no proof`, () => {
      const bench = handshaking(role).receive('cipher', REQUEST.subarray(0, 32));
      if (role === 'client') bench.answer();
      bench.receive('cipher', Buffer.alloc(288, 'x'));
      expect(bench.outcome).toEqual(HTTP);
    });
  }

  test('is nothing to one who has shown the key', () => {
    const context = contextOf('server');
    const keyed = {
      nonceC: REQUEST.subarray(0, 32),
      nonceS: NONCE_S,
      dhmacC: NONCE_C,
      dhmacS: NONCE_C,
    };
    const input = { received: Buffer.alloc(0), ended: false };
    const state = {
      phase: 'generatingKeyPair',
      keyed,
      yPeer: Buffer.alloc(256),
      ...input,
    } as const;
    expect(timedOut(context, state)).toEqual({ code: 'handshake-timed-out' });
    expect(endedEarly(context, state)).toEqual({ code: 'cipher-socket-failed' });
  });
});
