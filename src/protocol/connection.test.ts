/**
 * Goal of these tests: a connection dials, shakes hands, moves data, ends and fails as CN-1 to
 * CN-16 and TM-1 to TM-5 say, in both roles. The bench holds every step inside the table.
 */

import { describe, expect, test } from 'vitest';
import { ConnectionBench } from '../../fuzz/bench/connection-bench.ts';
import { HandshakeBench, handshake } from '../../fuzz/bench/handshake-bench.ts';
import { contextOf, NONCE_C, NONCE_S, suite } from '../../fuzz/bench/material.ts';
import { sessionOf } from './connection.ts';
import { HIGH_WATER_BYTES, LOW_WATER_BYTES } from './flow.ts';
import type { SessionKeys } from './handshake-state.ts';
import { InvariantViolation } from './invariant.ts';
import { PACKET_BYTES, type Role, type Side } from './parameters.ts';
import { secretsOf } from './secrets.ts';
import type { ConnectionEvent } from './vocabulary.ts';

const ROLES: readonly Role[] = ['client', 'server'];

/** What each end sends in the handshake, and the keys, from two ends run against each other. */
const reference = (() => {
  const client = new HandshakeBench(contextOf('client'));
  const server = new HandshakeBench(contextOf('server'));
  handshake(client, server);
  if (client.state.phase !== 'established') throw new Error('the reference handshake failed');
  return { client: client.sent, server: server.sent, keys: client.state.keys };
})();

/** The handshake bytes that the peer of `role` sends. */
const peerOf = (role: Role): Buffer => (role === 'client' ? reference.server : reference.client);

/** Packets as the peer of `role` seals them, from number 0. */
function packets(role: Role, plaintext: string | Uint8Array): Uint8Array {
  const keys: SessionKeys = reference.keys;
  const bytes = typeof plaintext === 'string' ? Buffer.from(plaintext) : plaintext;
  return suite.sealPackets(role === 'client' ? keys.server : keys.client, 0n, bytes);
}

/** A connection whose pipe stands, with everything sent so far written. */
function standing(role: Role): ConnectionBench {
  const bench = new ConnectionBench(role).accept().connected();
  bench.receive('cipher', peerOf(role).subarray(0, 32)).answer();
  bench.receive('cipher', peerOf(role).subarray(32)).answer();
  expect(bench.phase).toBe('piping');
  while (bench.sides.cipher.unwritten.length > 0) bench.completeWrite('cipher');
  return bench;
}

describe('beginning', () => {
  for (const role of ROLES) {
    //= CN-2
    //# The target MUST be dialled as soon as the source is accepted, in both roles, also before the
    //# peer has proved the key.
    //= TM-1
    //# Each connection MUST have two timers, both with the value of `-o` (default 5 s), each from
    //# its own start: one for connecting to the target, one for the handshake.
    test(`CN-2, TM-1: a ${role} dials when it accepts, under the connect timer`, () => {
      const bench = new ConnectionBench(role).accept();
      expect(bench.dialling).toBe(true);
      expect(bench.timers.has('connect')).toBe(true);
      expect(bench.effects[0]).toEqual({
        type: 'startTimer',
        timer: 'connect',
        milliseconds: 5000,
      });
    });

    //= CN-6
    //# An end MUST NOT read from the plain side before the pipe stands: before the handshake is
    //# complete and the target connected.
    test(`CN-6: a ${role} does not read the plain side before the pipe stands`, () => {
      const bench = new ConnectionBench(role).accept().connected();
      bench.receive('cipher', peerOf(role).subarray(0, 319)).answer();
      expect(bench.sides.plain.reading).toBe(false);
      bench.receive('cipher', peerOf(role).subarray(319)).answer();
      expect(bench.sides.plain.reading).toBe(true);
      expect(bench.sides.cipher.reading).toBe(true);
    });

    //= TM-6
    //# A timer MUST NOT be restarted by anything that arrives: a peer that sends a byte now and
    //# then has no more time than one that sends none.
    test(`TM-6: a ${role} starts its handshake timer once, whatever trickles in`, () => {
      const bench = new ConnectionBench(role).accept().connected();
      for (const byte of peerOf(role)) bench.receive('cipher', Uint8Array.of(byte)).answer();
      expect(bench.phase).toBe('piping');
      const started = bench.effects.filter(
        (effect) => effect.type === 'startTimer' && effect.timer === 'handshake',
      );
      expect(started).toHaveLength(1);
    });

    //= TM-4
    //# A connection MUST NOT be ended by any other timer of its own than those of TM-2, TM-3 and
    //# TM-7: one that stands may be idle for ever.
    test(`TM-3: a ${role} ends the handshake timer when the keys stand`, () => {
      expect(standing(role).timers.size).toBe(0);
    });
  }

  //= CN-3
  //# A server MUST begin the handshake when it accepts, without waiting for the target; a client
  //# when its target is connected.
  test('CN-3: a server begins the handshake at once, a client when its target is there', () => {
    const server = new ConnectionBench('server').accept();
    expect(server.sides.cipher.sent).toEqual(Buffer.from(NONCE_S));
    expect(server.sides.cipher.reading).toBe(true);
    expect([...server.timers]).toEqual(['connect', 'handshake']);
    const client = new ConnectionBench('client').accept();
    expect(client.sides.cipher.sent.length).toBe(0);
    client.connected();
    expect(client.sides.cipher.sent).toEqual(Buffer.from(NONCE_C));
    expect([...client.timers]).toEqual(['handshake']);
  });

  //= CN-20
  //# A server MAY offer an option, off by default, to dial only when the handshake is complete.
  test('CN-2: a server may dial only when the peer has proved the key', () => {
    const bench = new ConnectionBench('server', undefined, 'after-handshake').accept();
    expect(bench.dialling).toBe(false);
    expect([...bench.timers]).toEqual(['handshake']);
    bench.receive('cipher', reference.client.subarray(0, 319));
    expect(bench.dialling).toBe(false);
    bench.receive('cipher', reference.client.subarray(319)).answer();
    expect(bench.dialling).toBe(true);
    expect([...bench.timers]).toEqual(['connect']);
    expect(bench.connected().phase).toBe('piping');
  });

  //= CN-7
  //# A server whose handshake completes before its target is connected MUST keep the bytes that
  //# followed the handshake.
  //= HS-19
  //# Bytes received after the peer's 320th MUST be kept until the keys are known, and opened then
  //# as packets.
  //= HS-25
  //# A peer MAY send packets as soon as it knows the keys, in the same segment as its y ‖ h.
  test('CN-7: a server keeps what its peer sends before the target is there', () => {
    const bench = new ConnectionBench('server').accept();
    bench.receive('cipher', Buffer.concat([reference.client, packets('server', 'early')]));
    bench.answer();
    expect(bench.phase).toBe('dialingEstablished');
    expect(bench.sides.cipher.reading).toBe(false);
    const more = suite.sealPackets(reference.keys.client, 1n, Buffer.from(' bird'));
    bench.receive('cipher', more.subarray(0, 100)).receive('cipher', more.subarray(100));
    bench.end('cipher').connected();
    expect(bench.sides.plain.sent.toString()).toBe('early bird');
    expect(bench.sides.plain.ending).toBe('asked');
  });

  test('CN-7: a bad packet that came early closes when the target is there', () => {
    const bench = new ConnectionBench('server').accept();
    bench.receive('cipher', Buffer.concat([reference.client, Buffer.alloc(PACKET_BYTES)]));
    bench.answer().end('cipher').connected();
    expect(bench.outcome).toEqual({ code: 'packet-mac-mismatch' });
  });

  test('HS-19: the cipher side is left unread while the arithmetic runs', () => {
    const bench = new ConnectionBench('server').accept().connected();
    bench.receive('cipher', reference.client);
    expect(bench.sides.cipher.reading).toBe(false);
    bench.end('cipher').answer();
    expect(bench.sides.plain.ending).toBe('asked');
  });
});

describe('data', () => {
  for (const role of ROLES) {
    //= HS-18
    //# The client MUST seal with E_C, H_C and open with E_S, H_S; the server the reverse.
    //= PK-17
    //# An end MUST NOT wait for a packet of the peer before it sends its own.
    test(`CN-8: a ${role} seals the plain side and opens the cipher side`, () => {
      const bench = standing(role)
        .receive('plain', Buffer.from('out'))
        .receive('cipher', packets(role, 'in'));
      expect(bench.sides.plain.sent.toString()).toBe('in');
      const own = role === 'client' ? reference.keys.client : reference.keys.server;
      const sealed = bench.sides.cipher.sent.subarray(320);
      expect(Buffer.from(suite.openPackets(own, 0n, sealed).plaintext).toString()).toBe('out');
    });

    test(`CN-9: a ${role} leaves a side unread while the other is full, and reads on later`, () => {
      const bench = standing(role);
      const chunk = Buffer.alloc(64 * 1024);
      let chunks = 0;
      while (bench.sides.plain.reading) {
        bench.receive('plain', chunk);
        chunks++;
      }
      expect(chunks * chunk.length).toBeLessThanOrEqual(HIGH_WATER_BYTES);
      expect(bench.sides.cipher.reading).toBe(true);
      let left = bench.sides.cipher.unwritten.reduce((sum, length) => sum + length, 0);
      while (!bench.sides.plain.reading) {
        expect(left).toBeGreaterThan(LOW_WATER_BYTES);
        left -= bench.sides.cipher.unwritten[0] ?? 0;
        bench.completeWrite('cipher');
      }
      expect(left).toBeLessThanOrEqual(LOW_WATER_BYTES);
    });
  }
});

describe('ends', () => {
  for (const role of ROLES) {
    for (const [first, second] of [
      ['plain', 'cipher'],
      ['cipher', 'plain'],
    ] as const) {
      //= CN-10
      //# When the stream of one side ends, the end MUST deliver everything it read from it, then
      //# half-close the other side (FIN, `shutdown(SHUT_WR)`); the opposite direction MUST go on.
      //= CN-12
      //# When both directions have ended, and everything was delivered, both sockets MUST be
      //# closed; this is the normal end.
      test(`CN-10, CN-12: a ${role} passes on the end of ${first} while ${second} goes on`, () => {
        const bench = standing(role);
        const more = { plain: Buffer.from('more'), cipher: packets(role, 'more') };
        bench.end(first);
        expect(bench.sides[second].ending).toBe('asked');
        expect(bench.sides[first].ending).toBe('no');
        bench.completeEnd(second);
        expect(bench.phase).toBe('piping');
        bench.receive(second, more[second]);
        expect(bench.sides[first].sent.length).toBeGreaterThan(0);
        bench.end(second);
        expect(bench.outcome).toBeUndefined();
        bench.completeWrite(first).completeEnd(first);
        expect(bench.outcome).toEqual({ code: 'closed' });
      });
    }

    //= CN-13
    //# If the peer's stream ends inside a packet, the 1 to 1059 bytes of that packet MUST NOT be
    //# delivered.
    //= CN-22
    //# An end SHOULD report a stream that ends inside a packet.
    test(`CN-13: a ${role} passes on a truncated end, and reports it`, () => {
      const bench = standing(role).receive('cipher', packets(role, 'half').subarray(0, 500));
      bench.end('cipher').completeEnd('plain').end('plain').completeEnd('cipher');
      expect(bench.sides.plain.sent.length).toBe(0);
      expect(bench.outcome).toEqual({ code: 'packet-truncated' });
    });
  }

  test('CN-9: a side that has ended is not read again when the other drains', () => {
    const bench = standing('client')
      .receive('plain', Buffer.alloc(300 * 1024))
      .end('plain');
    const before = bench.effects.length;
    bench.completeWrite('cipher');
    expect(bench.effects.length).toBe(before);
  });

  test('an end, or its completion, cannot come twice', () => {
    const bench = standing('client').end('plain');
    expect(() => bench.end('plain')).toThrow(InvariantViolation);
    bench.completeEnd('cipher');
    expect(() => bench.feed({ type: 'endCompleted', side: 'cipher' })).toThrow(InvariantViolation);
  });
});

describe('faults', () => {
  const stages: readonly [string, Role, () => ConnectionBench][] = [
    ['dialing', 'client', () => new ConnectionBench('client').accept()],
    ['dialingAndHandshaking', 'server', () => new ConnectionBench('server').accept()],
    [
      'handshakingUndialed',
      'server',
      () => new ConnectionBench('server', undefined, 'after-handshake').accept(),
    ],
    ['handshaking', 'client', () => new ConnectionBench('client').accept().connected()],
    ['handshaking', 'server', () => new ConnectionBench('server').accept().connected()],
    [
      'dialingEstablished',
      'server',
      () => new ConnectionBench('server').accept().receive('cipher', reference.client).answer(),
    ],
    ['piping', 'client', () => standing('client')],
    ['piping', 'server', () => standing('server')],
  ];

  for (const [phase, role, make] of stages) {
    //= CN-11
    //# A failed read or write on either socket MUST close both.
    test(`CN-11: a ${role} in ${phase} closes when a socket fails`, () => {
      for (const side of ['plain', 'cipher'] as const) {
        const bench = make().feed({ type: 'socketFailed', side, error: 'ECONNRESET' });
        const handshaking = side === 'cipher' && /handshaking/i.test(phase);
        expect(bench.outcome).toEqual({
          code: handshaking ? 'handshake-not-begun' : `${side}-socket-failed`,
          detail: 'ECONNRESET',
        });
      }
    });

    test(`a ${role} in ${phase} can be given up`, () => {
      expect(make().feed({ type: 'cancelRequested' }).outcome).toEqual({ code: 'cancelled' });
    });

    //= CN-15
    //# A failure of one connection, or of a system call made for it, MUST NOT end or delay another
    //# connection or the process.
    test(`CN-15, HS-23: a defect ends a ${role} in ${phase}, and what it holds in secret is erased`, () => {
      const bench = make();
      const secrets = secretsOf(bench.state);
      const before = bench.effects.length;
      bench.feed({ type: 'defectFound', detail: 'our words' });
      const outcome = { code: 'internal-error', detail: 'our words' };
      expect(bench.effects.slice(before)).toEqual([
        ...(secrets.length === 0 ? [] : [{ type: 'eraseSecrets', secrets }]),
        { type: 'closeConnection', outcome },
      ]);
      expect(bench.state).toMatchObject({ phase: 'closed', outcome });
    });

    //= TM-2
    //# The connect timer MUST run from the start of the dial until a connection stands, over all
    //# addresses together; its expiry is fatal.
    //= TM-3
    //# The handshake timer MUST run from the start of the handshake (CN-3) until dk2 is known; its
    //# expiry is fatal.
    //= TM-5
    //# A timer MUST NOT expire before its time, and MUST NOT act once what it bounds is done.
    test(`TM-2, TM-3, TM-5: in ${phase} a ${role}'s timers act only on what they bound`, () => {
      for (const timer of ['connect', 'handshake'] as const) {
        const bench = make();
        const running = bench.timers.has(timer);
        const started = bench.effects.some((e) => e.type === 'startTimer' && e.timer === timer);
        if (!started) continue;
        bench.feed({ type: 'timerExpired', timer });
        const code =
          timer === 'connect' ? 'target-connect-timed-out' : 'handshake-timed-out-in-silence';
        expect(bench.outcome).toEqual(running ? { code } : undefined);
      }
    });

    //= CN-4
    //# If no address of the target can be connected the connection MUST be closed.
    test(`CN-4: in ${phase} a ${role}'s dial fails, or cannot`, () => {
      const bench = make();
      const event: ConnectionEvent = { type: 'targetConnectFailed', error: 'ECONNREFUSED' };
      if (!bench.dialling) {
        expect(() => bench.feed(event)).toThrow(InvariantViolation);
        return;
      }
      expect(bench.feed(event).outcome).toEqual({
        code: 'target-connect-failed',
        detail: 'ECONNREFUSED',
      });
    });

    test(`HS-23: what still comes in secret to a closed ${role}, once in ${phase}, is erased`, () => {
      const bench = make().feed({ type: 'cancelRequested' });
      const { x, y } = { x: new Uint8Array(32).fill(1), y: new Uint8Array(256) };
      bench.feed({ type: 'keyPairGenerated', x, y });
      expect(bench.effects.at(-1)).toEqual({ type: 'eraseSecrets', secrets: [x] });
      bench.feed({ type: 'sharedSecretComputed', ySC: y });
      expect(bench.effects.at(-1)).toEqual({ type: 'eraseSecrets', secrets: [y] });
    });

    test(`a closed ${role}, once in ${phase}, takes every late event without effect`, () => {
      const bench = make().feed({ type: 'cancelRequested' });
      const effects = bench.effects.length;
      bench.feed({ type: 'writeCompleted', side: 'cipher', length: 32 });
      bench.feed({ type: 'socketFailed', side: 'plain', error: 'EPIPE' });
      expect(bench.effects.length).toBe(effects);
    });
  }

  test('HS-4: a reset after our y ‖ h says what a refusal looks like', () => {
    const bench = new ConnectionBench('client').accept().connected();
    bench.receive('cipher', NONCE_S).answer();
    bench.feed({ type: 'socketFailed', side: 'cipher', error: 'ECONNRESET' });
    expect(bench.outcome?.code).toBe('handshake-ended-in-public-value');
  });

  test('HS-10: a failed handshake closes', () => {
    const bench = new ConnectionBench('server').accept().receive('cipher', Buffer.alloc(320));
    expect(bench.outcome).toEqual({ code: 'handshake-mac-mismatch' });
  });

  for (const role of ROLES) {
    //= PK-11
    //# The plaintext of packets before a bad one MUST be delivered, in order, as far as CN-26 goes.
    test(`PK-11: a ${role} delivers the packets before a bad one, then closes`, () => {
      const stream = Buffer.concat([packets(role, 'good'), Buffer.alloc(PACKET_BYTES)]);
      const bench = standing(role).receive('cipher', stream);
      expect(bench.sides.plain.sent.toString()).toBe('good');
      expect(bench.outcome).toBeUndefined();
      bench.completeWrite('plain');
      expect(bench.outcome).toEqual({ code: 'packet-mac-mismatch' });
    });

    test(`HS-23: a ${role} asks to erase the packet keys when it closes`, () => {
      const bench = standing(role).feed({ type: 'cancelRequested' });
      const last = bench.effects.at(-2);
      expect(last?.type === 'eraseSecrets' && last.secrets).toHaveLength(4);
    });
  }

  test('PK-10: the end of the packet numbers closes', () => {
    const bench = standing('client');
    if (bench.state.phase !== 'piping') throw new Error('not piping');
    const { pipe } = bench.state;
    if (pipe.sealing.phase !== 'sealing') throw new Error('not sealing');
    const sealing = { ...pipe.sealing, packetNumber: 1n << 64n };
    bench.state = { ...bench.state, pipe: { ...pipe, sealing } };
    expect(bench.receive('plain', Buffer.from('x')).outcome).toEqual({
      code: 'packet-numbers-exhausted',
    });
  });

  test('PK-10, CN-26: what has a number is delivered to the peer', () => {
    const bench = standing('client');
    if (bench.state.phase !== 'piping') throw new Error('not piping');
    const { pipe } = bench.state;
    if (pipe.sealing.phase !== 'sealing') throw new Error('not sealing');
    const sealing = { ...pipe.sealing, packetNumber: (1n << 64n) - 1n };
    bench.state = { ...bench.state, pipe: { ...pipe, sealing } };
    bench.receive('plain', Buffer.alloc(1025));
    expect(bench.sides.plain.closed).toBe(true);
    bench.completeWrite('cipher');
    expect(bench.outcome).toEqual({ code: 'packet-numbers-exhausted' });
    expect(sessionOf(bench.state)?.packetsSealed).toBe(1n << 64n);
  });
});

describe('after a fatal event', () => {
  /** A pipe with `good` on its way to a slow plain side, and `sealed` to the peer; then the event. */
  function broken(role: Role, how: 'bad packet' | 'reset' | 'plain side'): ConnectionBench {
    const bench = standing(role).receive('plain', Buffer.from('sealed'));
    bench.receive('cipher', packets(role, 'good'));
    if (how === 'bad packet') return bench.receive('cipher', Buffer.alloc(PACKET_BYTES));
    const side = how === 'reset' ? 'cipher' : 'plain';
    return bench.feed({ type: 'socketFailed', side, error: 'ECONNRESET' });
  }

  const outcomes = {
    'bad packet': { code: 'packet-mac-mismatch' },
    reset: { code: 'cipher-socket-failed', detail: 'ECONNRESET' },
    'plain side': { code: 'plain-socket-failed', detail: 'ECONNRESET' },
  } as const;

  for (const role of ROLES) {
    for (const how of ['bad packet', 'reset', 'plain side'] as const) {
      const [failed, to] =
        how === 'plain side' ? (['plain', 'cipher'] as const) : (['cipher', 'plain'] as const);

      //= CN-23
      //# A fatal event MUST close the socket of its side at once, without a byte to the peer that
      //# tells why, and nothing more MUST be read from either side.
      test(`CN-23: a ${role}'s ${failed} side is closed at once (${how})`, () => {
        const bench = broken(role, how);
        expect(bench.sides[failed].closed).toBe(true);
        expect(bench.sides[to]).toMatchObject({ closed: false, reading: false });
        const before = bench.effects.length;
        bench.receive(to, Buffer.from('more')).end(to);
        const length = bench.sides[to].unwritten[0] ?? 0;
        bench.feed({ type: 'writeCompleted', side: failed, length });
        bench.feed({ type: 'socketFailed', side: failed, error: 'EPIPE' });
        bench.receive(failed, Buffer.alloc(PACKET_BYTES));
        expect(bench.effects.length).toBe(before);
        expect(bench.phase).toBe('delivering');
      });

      //= CN-26
      //# What was accepted from the side that failed MUST be delivered to the other side before that
      //# is closed, too: the plaintext of good packets, or packets that are sealed already.
      test(`CN-26: a ${role} delivers what is on its way to the ${to} side (${how})`, () => {
        const bench = broken(role, how);
        expect(bench.outcome).toBeUndefined();
        // The packet keys are not waited for.
        const erased = bench.effects.findLast((effect) => effect.type === 'eraseSecrets');
        expect(erased?.secrets).toHaveLength(4);
        bench.completeWrite(to);
        expect(bench.outcome).toEqual(outcomes[how]);
        expect(bench.sides[to].unwritten).toEqual([]);
      });

      test(`CN-26: of several writes of a ${role}, all are delivered (${how})`, () => {
        const bench = standing(role)
          .receive('plain', Buffer.alloc(10))
          .receive('plain', Buffer.alloc(10));
        const stream = packets(role, Buffer.alloc(2048));
        bench.receive('cipher', stream.subarray(0, PACKET_BYTES));
        bench.receive('cipher', stream.subarray(PACKET_BYTES));
        if (how === 'bad packet') bench.receive('cipher', Buffer.alloc(PACKET_BYTES));
        else bench.feed({ type: 'socketFailed', side: failed, error: 'ECONNRESET' });
        bench.completeWrite(to);
        expect(bench.phase).toBe('delivering');
        bench.completeWrite(to);
        expect(bench.outcome).toEqual(outcomes[how]);
      });

      //= TM-7
      //# The delivery of CN-26 MUST be bounded by a timer with the value of `-o`, from the fatal event
      //# on; its expiry closes what is open.
      test(`TM-7: a ${role} delivers for no longer than -o, and says what happened first (${how})`, () => {
        const bench = broken(role, how);
        const last = bench.effects.at(-1);
        expect(last).toEqual({ type: 'startTimer', timer: 'delivery', milliseconds: 5000 });
        bench.feed({ type: 'timerExpired', timer: 'handshake' });
        expect(bench.outcome).toBeUndefined();
        bench.feed({ type: 'timerExpired', timer: 'delivery' });
        expect(bench.outcome).toEqual(outcomes[how]);
      });

      test(`a ${role} gives up delivering when that side fails or the owner wishes (${how})`, () => {
        const events: readonly ConnectionEvent[] = [
          { type: 'socketFailed', side: to, error: 'EPIPE' },
          { type: 'cancelRequested' },
        ];
        for (const event of events) {
          expect(broken(role, how).feed(event).outcome).toEqual(outcomes[how]);
        }
        const again: ConnectionEvent = { type: 'targetConnected' };
        expect(() => broken(role, how).feed(again)).toThrow(InvariantViolation);
      });
    }

    //= CN-27
    //# After a fatal event the plain side SHOULD see a reset where bytes that were read from it are
    //# thrown away, unless that could cost it bytes of CN-26: where it was given any before.
    test(`CN-27: a ${role} resets a plain side whose bytes it drops and that was given none`, () => {
      const reset = (bench: ConnectionBench, side: Side): unknown => {
        bench.feed({ type: 'socketFailed', side, error: 'ECONNRESET' });
        const last = bench.effects.at(-1);
        return last?.type === 'closeConnection' && last.reset;
      };
      const dropping = (): ConnectionBench =>
        standing(role).receive('plain', Buffer.from('dropped'));
      expect(reset(dropping(), 'cipher')).toBe('plain');
      expect(reset(standing(role), 'cipher')).toBeUndefined();
      const given = dropping().receive('cipher', packets(role, 'given')).completeWrite('plain');
      expect(reset(given, 'cipher')).toBeUndefined();
      const plainFailed = standing(role).receive('cipher', packets(role, 'x'));
      plainFailed.completeWrite('plain');
      expect(reset(plainFailed, 'plain')).toBeUndefined();
    });

    test(`CN-15: a defect of a ${role} that delivers is told, whatever had failed before`, () => {
      const bench = broken(role, 'reset').feed({ type: 'defectFound', detail: 'our words' });
      expect(bench.outcome).toEqual({ code: 'internal-error', detail: 'our words' });
    });

    test(`CN-26: what a ${role} had written before its pipe stood is not waited for`, () => {
      const bench = new ConnectionBench(role).accept().connected();
      bench.completeWrite('cipher').receive('cipher', peerOf(role).subarray(0, 32)).answer();
      // A client's y ‖ h is out before the server's is here, a server's when its keys are known.
      if (role === 'client') bench.completeWrite('cipher');
      bench.receive('cipher', peerOf(role).subarray(32)).answer();
      if (role === 'server') bench.completeWrite('cipher');
      expect(bench.phase).toBe('piping');
      bench.feed({ type: 'socketFailed', side: 'plain', error: 'ECONNRESET' });
      expect(bench.outcome?.code).toBe('plain-socket-failed');
    });

    test(`a ${role} does not stop reading what has ended`, () => {
      const bench = standing(role);
      const before = bench.effects.length;
      bench.end('plain').receive('cipher', packets(role, 'good'));
      bench.feed({ type: 'socketFailed', side: 'cipher', error: 'ECONNRESET' });
      expect(bench.phase).toBe('delivering');
      expect(bench.effects.slice(before).map(({ type }) => type)).not.toContain('stopReading');
    });

    test(`a ${role} that has nothing to deliver closes both sides at once`, () => {
      const bench = standing(role).receive('cipher', Buffer.alloc(PACKET_BYTES));
      expect(bench.outcome).toEqual({ code: 'packet-mac-mismatch' });
    });

    test(`CN-26: an end that a ${role} was passing on is passed on before`, () => {
      const bench = standing(role).receive('cipher', packets(role, 'good')).end('cipher');
      bench.feed({ type: 'socketFailed', side: 'cipher', error: 'ECONNRESET' });
      bench.completeEnd('plain');
      expect(bench.outcome).toBeUndefined();
      bench.completeWrite('plain');
      expect(bench.outcome?.code).toBe('cipher-socket-failed');
    });

    test(`what can be told of a ${role}'s session is known to its end`, () => {
      const stream = Buffer.concat([packets(role, Buffer.alloc(3000)), Buffer.alloc(PACKET_BYTES)]);
      const bench = standing(role).receive('cipher', stream);
      const session = { forwardSecrecy: true, packetsSealed: 0n, packetsOpened: 3n };
      expect(sessionOf(bench.state)).toEqual(session);
      bench.completeWrite('plain');
      expect(bench.phase).toBe('closed');
      expect(sessionOf(bench.state)).toEqual(session);
    });
  }

  test('a server that waits for its target knows its session, one that shakes hands has none', () => {
    const bench = new ConnectionBench('server').accept();
    expect(sessionOf(bench.state)).toBeUndefined();
    bench.receive('cipher', reference.client).answer();
    expect(sessionOf(bench.state)).toEqual({
      forwardSecrecy: true,
      packetsSealed: 0n,
      packetsOpened: 0n,
    });
  });
});

describe('events that cannot happen', () => {
  const cases: readonly [string, () => ConnectionBench, ConnectionEvent][] = [
    ['data in idle', () => new ConnectionBench('client'), { type: 'targetConnected' }],
    [
      'a second accept',
      () => new ConnectionBench('client').accept(),
      { type: 'connectionAccepted', nonce: NONCE_C },
    ],
    [
      'plaintext during the handshake',
      () => new ConnectionBench('server').accept(),
      { type: 'bytesReceived', side: 'plain', bytes: NONCE_C },
    ],
    [
      'plaintext before the target',
      () => new ConnectionBench('server').accept().receive('cipher', reference.client).answer(),
      { type: 'bytesReceived', side: 'plain', bytes: NONCE_C },
    ],
    [
      'the plain end before the target',
      () => new ConnectionBench('server').accept().receive('cipher', reference.client).answer(),
      { type: 'endReceived', side: 'plain' },
    ],
    ['a second target', () => standing('client'), { type: 'targetConnected' }],
    [
      'a second target during the handshake',
      () => new ConnectionBench('server').accept().connected(),
      { type: 'targetConnected' },
    ],
  ];
  for (const [name, make, event] of cases) {
    test(`${name} is a defect`, () => {
      expect(() => make().feed(event)).toThrow(InvariantViolation);
    });
  }
});
