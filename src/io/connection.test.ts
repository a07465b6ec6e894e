/**
 * Goal of these tests: the interpreter performs effects in order, contains every failure in its
 * connection, and is silent after the end. What the effects are is the core's business.
 */

import { describe, expect, test } from 'vitest';
import { contextOf, NONCE_C, NONCE_S, PAIR_C, PAIR_S, suite } from '../../fuzz/bench/material.ts';
import {
  type ConnectionRecorder,
  openEventLog,
  pairId,
  readEventLog,
  replay,
} from '../eventlog/index.ts';
import { MemoryStorage } from '../eventlog/testing/memory-storage.ts';
import type { ConnectionContext, ConnectionState } from '../protocol/connection.ts';
import type { CryptoSuite } from '../protocol/suite.ts';
import type { ConnectionEvent } from '../protocol/vocabulary.ts';
import { type Connection, type ConnectionOptions, runConnection } from './connection.ts';
import { EventLoopExponentiator, type Exponentiator } from './exponentiation.ts';
import type { DialListener } from './socket.ts';
import type { ConnectionSummary } from './summary.ts';
import { FakeChannel } from './testing/fake-channel.ts';

interface Running {
  readonly connection: Connection;
  readonly source: FakeChannel;
  readonly dialled: DialListener[];
  /** Lengths of what was read. */
  readonly received: readonly number[];
  readonly cancelledDials: () => number;
  readonly ended: Promise<ConnectionSummary>;
}

function run(
  role: 'client' | 'server',
  changes: Partial<ConnectionContext> = {},
  recorder?: ConnectionRecorder,
  exponentiator: Exponentiator = new EventLoopExponentiator(),
): Running {
  const source = new FakeChannel();
  const dialled: DialListener[] = [];
  const received: number[] = [];
  let cancelled = 0;
  let connection: Connection | undefined;
  const ended = new Promise<ConnectionSummary>((resolve) => {
    const options: ConnectionOptions = {
      context: {
        ...contextOf(role),
        timeoutMilliseconds: 60_000,
        dial: 'on-accept',
        ...changes,
      },
      id: 'test-1',
      source,
      dial: (listener) => {
        dialled.push(listener);
        return () => cancelled++;
      },
      exponentiator,
      recorder,
      received: (length) => received.push(length),
      target: 'the target',
      ended: resolve,
    };
    connection = runConnection(options);
  });
  if (connection === undefined) throw new Error('unreachable: promises run their executor');
  return { connection, source, dialled, received, cancelledDials: () => cancelled, ended };
}

/** A recorder that tells of each step in a few words. */
function recorderOf(suite: CryptoSuite, steps: string[]): ConnectionRecorder {
  return {
    suite,
    record: ({ type }, { state, effects }) =>
      steps.push(`${type} → ${state.phase}, ${effects.length} effects`),
    congested: false,
    onceDrained: () => {},
    end: () => steps.push('the end'),
  };
}

//= HS-1
//# Each end MUST choose, for each connection, a fresh nonce of 32 bytes from a cryptographic random
//# source.
test('HS-2: a server’s nonce is sent when it accepts, and differs each time', () => {
  const [one, other] = [run('server').source, run('server').source];
  expect(one.sent[0]).toHaveLength(32);
  expect(one.sent[0]).not.toEqual(other.sent[0]);
});

/** Two interpreters whose pipe stands. `move` takes to one channel what another has sent. */
async function joined(changes: Partial<ConnectionContext> = {}) {
  const client = run('client', changes);
  const server = run('server');
  const clientCipher = new FakeChannel();
  const serverPlain = new FakeChannel();
  client.dialled[0]?.connected(clientCipher);
  server.dialled[0]?.connected(serverPlain);
  const moved = new Map<FakeChannel, number>();
  const move = (from: FakeChannel, to: FakeChannel): void => {
    for (const bytes of from.sent.slice(moved.get(from) ?? 0)) {
      from.says.writeCompleted(bytes.length);
      to.says.bytesReceived(bytes);
    }
    moved.set(from, from.sent.length);
  };
  while (!(client.source.reading && serverPlain.reading)) {
    move(clientCipher, server.source);
    move(server.source, clientCipher);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { client, server, clientCipher, serverPlain, move };
}

//= CN-1
//# For each connection accepted at the source the end MUST make one connection to the target; the
//# two live and die together.
test('two interpreters with joined channels hand over data and end in order', async () => {
  const { client, server, clientCipher, serverPlain, move } = await joined();
  client.source.says.bytesReceived(Buffer.from('through'));
  client.source.says.endReceived();
  move(clientCipher, server.source);
  expect(clientCipher.ending).toBe(true);
  server.source.says.endReceived();
  expect(Buffer.concat(serverPlain.sent).toString()).toBe('through');
  serverPlain.says.writeCompleted(7);
  expect(serverPlain.ending).toBe(true);
  clientCipher.says.endCompleted();
  serverPlain.says.endCompleted();
  serverPlain.says.endReceived();
  clientCipher.says.endReceived();
  server.source.says.endCompleted();
  client.source.says.endCompleted();
  const ends = [await client.ended, await server.ended];
  expect(ends[0]).toMatchObject({
    id: 'test-1',
    peer: 'fake',
    dialled: { to: 'fake' },
    target: 'the target',
    outcome: { code: 'closed' },
    plainBytes: { received: 7, sent: 0, undelivered: 0 },
    packets: { sealed: 1, opened: 0 },
    forwardSecrecy: true,
  });
  // The same at both ends, and made of the nonces alone.
  const [nonceC = new Uint8Array()] = clientCipher.sent;
  const [nonceS = new Uint8Array()] = server.source.sent;
  expect(ends.map((end) => end.pair)).toEqual(Array(2).fill(pairId(nonceC, nonceS)));
  expect(ends[1]).toMatchObject({
    plainBytes: { received: 0, sent: 7, undelivered: 0 },
    packets: { sealed: 0, opened: 1 },
  });
  for (const channel of [client.source, server.source, clientCipher, serverPlain]) {
    expect(channel.destroyed).toBe(true);
  }
});

//= CN-23
//# A fatal event MUST close the socket of its side at once, without a byte to the peer that tells
//# why, and nothing more MUST be read from either side.
test('CN-4: a dial that fails ends the connection with its reason', async () => {
  const { dialled, ended, source } = run('client');
  dialled[0]?.failed('ECONNREFUSED');
  expect((await ended).outcome).toEqual({ code: 'target-connect-failed', detail: 'ECONNREFUSED' });
  expect(source.destroyed).toBe(true);
});

test('a connection that is given up cancels its dial and clears its timers', async () => {
  const timers = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const { connection, cancelledDials, ended } = run('client');
  expect(timers()).toBe(before + 1);
  connection.cancel();
  expect(timers()).toBe(before);
  expect((await ended).outcome).toEqual({ code: 'cancelled' });
  expect(cancelledDials()).toBe(1);
});

test('what is done is cancelled no more: a dial that has connected, and its timer', async () => {
  const timers = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const { connection, dialled, cancelledDials, ended } = run('client');
  dialled[0]?.connected(new FakeChannel());
  // That of the handshake, in place of that of the dial.
  expect(timers()).toBe(before + 1);
  connection.cancel();
  await ended;
  expect(cancelledDials()).toBe(0);
});

test('the end is told once, later, and how much was read at once', async () => {
  const { connection, source, received, ended } = run('server');
  source.says.bytesReceived(new Uint8Array(10));
  expect(received).toEqual([10]);
  let told = false;
  void ended.then(() => {
    told = true;
  });
  connection.cancel();
  // Beyond every microtask of this turn.
  await new Promise<void>((resolve) => process.nextTick(() => queueMicrotask(resolve)));
  expect(told).toBe(false);
  await ended;
});

test('CN-15, HS-23: a connection whose defect cannot even be recorded ends, and its keys', async () => {
  let broken = false;
  const derived: Uint8Array[] = [];
  const noting: CryptoSuite = {
    ...suite,
    pbkdf2: (...given) => {
      const output = suite.pbkdf2(...given);
      derived.push(output);
      return output;
    },
  };
  const recorder: ConnectionRecorder = {
    ...recorderOf(noting, []),
    record: () => {
      if (broken) throw new RangeError('a defect of the recorder');
    },
  };
  const { source, ended } = run('server', {}, recorder);
  source.says.bytesReceived(new Uint8Array(NONCE_C));
  expect(derived.map(({ length }) => length)).toEqual([64]);
  broken = true;
  source.says.bytesReceived(new Uint8Array(1));
  expect((await ended).outcome).toEqual({ code: 'internal-error', detail: 'RangeError' });
  expect(source.destroyed).toBe(true);
  expect(derived).toEqual([new Uint8Array(64)]);
});

describe('CN-15: the end comes, whatever throws on its way', () => {
  const defect = (): never => {
    throw new TypeError('a defect');
  };
  const internal = { code: 'internal-error', detail: 'TypeError' };

  test('a channel that cannot be destroyed, and the other one is', async () => {
    const { server, serverPlain } = await joined();
    server.source.destroy = defect;
    server.connection.cancel();
    expect(serverPlain.destroyed).toBe(true);
    expect((await server.ended).outcome).toEqual(internal);
  });

  test('a channel that cannot be reset is destroyed', async () => {
    const { server, serverPlain } = await joined();
    serverPlain.reset = defect;
    serverPlain.says.bytesReceived(Buffer.from('dropped'));
    server.source.says.failed('ECONNRESET');
    expect([serverPlain.destroyed, server.source.destroyed]).toEqual([true, true]);
    expect((await server.ended).outcome).toEqual(internal);
  });

  test('an exponentiation that cannot be cancelled, and the record has both ends', async () => {
    const steps: string[] = [];
    let cancelled = 0;
    const exponentiator: Exponentiator = {
      generateKeyPair: () => () => {
        cancelled++;
        defect();
      },
      computeSharedSecret: () => expect.unreachable('no key pair was made'),
    };
    const running = run('client', {}, recorderOf(suite, steps), exponentiator);
    const cipher = new FakeChannel();
    running.dialled[0]?.connected(cipher);
    cipher.says.bytesReceived(new Uint8Array(NONCE_S));
    running.connection.cancel();
    expect([running.source.destroyed, cipher.destroyed, cancelled]).toEqual([true, true, 1]);
    expect((await running.ended).outcome).toEqual(internal);
    expect(steps.slice(-3)).toEqual([
      'cancelRequested → closed, 2 effects',
      'defectFound → closed, 1 effects',
      'the end',
    ]);
  });

  test('a recorder that can do nothing at all, and later events are heard again', async () => {
    let broken = false;
    let asked = 0;
    const recorder: ConnectionRecorder = {
      ...recorderOf(suite, []),
      record: () => {
        asked++;
        if (broken) defect();
      },
      end: defect,
    };
    const { connection, source, ended } = run('server', {}, recorder);
    broken = true;
    expect(() => source.says.bytesReceived(new Uint8Array(1))).toThrow(TypeError);
    expect((await ended).outcome).toEqual(internal);
    const before = asked;
    connection.cancel();
    expect(asked).toBeGreaterThan(before);
  });
});

test('CN-26: after a bad packet one side is closed at once, the other when it has taken all', async () => {
  const { client, server, clientCipher, serverPlain, move } = await joined();
  client.source.says.bytesReceived(Buffer.from('through'));
  move(clientCipher, server.source);
  server.source.says.bytesReceived(new Uint8Array(1060));
  expect(server.source.destroyed).toBe(true);
  expect(serverPlain).toMatchObject({ destroyed: false, reading: false });
  expect(Buffer.concat(serverPlain.sent).toString()).toBe('through');
  serverPlain.says.writeCompleted(7);
  expect(serverPlain.destroyed).toBe(true);
  expect(await server.ended).toMatchObject({
    outcome: { code: 'packet-mac-mismatch' },
    plainBytes: { sent: 7, undelivered: 0 },
    packets: { opened: 1 },
  });
});

test('CN-27: the side that is to see a reset is reset', async () => {
  const { server, serverPlain } = await joined();
  serverPlain.says.bytesReceived(Buffer.from('dropped'));
  expect(serverPlain.wasReset).toBe(false);
  server.source.says.failed('ECONNRESET');
  expect(serverPlain).toMatchObject({ wasReset: true, destroyed: false });
  expect((await server.ended).outcome.code).toBe('cipher-socket-failed');
});

test('CN-26: what a failed side has not taken is counted', async () => {
  const { client, server, clientCipher, serverPlain, move } = await joined();
  client.source.says.bytesReceived(Buffer.from('through'));
  move(clientCipher, server.source);
  server.source.says.failed('ECONNRESET');
  serverPlain.says.failed('EPIPE');
  expect(await server.ended).toMatchObject({
    outcome: { code: 'cipher-socket-failed', detail: 'ECONNRESET' },
    plainBytes: { sent: 0, undelivered: 7 },
  });
});

test('TM-2: the connect timer ends the connection', async () => {
  const { ended } = run('client', { timeoutMilliseconds: 1 });
  expect((await ended).outcome).toEqual({ code: 'target-connect-timed-out' });
});

//= CN-15
//# A failure of one connection, or of a system call made for it, MUST NOT end or delay another
//# connection or the process.
test('CN-15: an exception in the core ends the connection alone, and tells nothing of the data', async () => {
  const broken: CryptoSuite = {
    ...suite,
    pbkdf2: () => {
      throw new TypeError('secret bytes: 6b6579');
    },
  };
  const { source, ended } = run('server', { suite: broken });
  source.says.bytesReceived(new Uint8Array(32));
  expect((await ended).outcome).toEqual({ code: 'internal-error', detail: 'TypeError' });
  expect(source.destroyed).toBe(true);
});

test('CN-15: an event that cannot happen is a defect that names itself', async () => {
  const { source, ended } = run('server');
  source.says.endCompleted();
  expect((await ended).outcome).toEqual({
    code: 'internal-error',
    detail: 'connection: event endCompleted cannot happen in dialingAndHandshaking',
  });
});

test('the event that shows a defect stands in the record, without a step, and then the end', async () => {
  const steps: string[] = [];
  const { source, ended } = run('server', {}, recorderOf(suite, steps));
  source.says.endCompleted();
  await ended;
  expect(steps).toEqual([
    'connectionAccepted → dialingAndHandshaking, 5 effects',
    'endCompleted → dialingAndHandshaking, 0 effects',
    'defectFound → closed, 1 effects',
    'the end',
  ]);
});

test('CN-15: the log of a connection with a defect has its end, and replays to it', async () => {
  const storage = new MemoryStorage();
  const software = { name: 'spiped', version: '0.0.0' };
  const log = openEventLog({ directory: '.', content: 'full', software, storage });
  const context = {
    ...contextOf('server'),
    timeoutMilliseconds: 60_000,
    dial: 'on-accept' as const,
  };
  const { source, ended } = run('server', {}, log.begin({ ...context, connection: 'test-1' }));
  source.says.bytesReceived(new Uint8Array(NONCE_C));
  source.says.endCompleted();
  const { outcome } = await ended;
  await log.close();
  const records = readEventLog([Buffer.from(storage.onlyText)]);
  expect(await replay(records, { suite })).toMatchObject({ kind: 'same', end: { outcome } });
  expect(outcome.code).toBe('internal-error');
});

describe('HS-23: what an end in disorder leaves of secrets', () => {
  /** A suite that remembers what it derives, and breaks where it is told to. */
  function noting() {
    const derived: Uint8Array[] = [];
    const broken: Partial<CryptoSuite> = {};
    const noted: CryptoSuite = {
      ...suite,
      pbkdf2: (...given) => {
        const output = (broken.pbkdf2 ?? suite.pbkdf2)(...given);
        derived.push(output);
        return output;
      },
      sealPackets: (...given) => (broken.sealPackets ?? suite.sealPackets)(...given),
    };
    return { derived, broken, suite: noted };
  }

  /** Answers with fresh secrets, at once, and remembers them. */
  function ready() {
    const secrets: Uint8Array[] = [];
    const before: { answer?: () => void } = {};
    const exponentiator: Exponentiator = {
      generateKeyPair(answer) {
        const x = new Uint8Array(32).fill(1);
        secrets.push(x);
        before.answer?.();
        answer({ x, y: PAIR_C.y });
        return () => {};
      },
      computeSharedSecret(_x, _y, answer) {
        const ySC = new Uint8Array(256).fill(2);
        secrets.push(ySC);
        answer(ySC);
        return () => {};
      },
    };
    return { secrets, before, exponentiator };
  }

  const defect = (): never => {
    throw new TypeError('a defect');
  };
  const internal = { code: 'internal-error', detail: 'TypeError' };

  test('the packet keys are erased after a defect in the core', async () => {
    const { derived, broken, suite } = noting();
    const { client } = await joined({ suite });
    expect(derived.map(({ length }) => length)).toEqual([64, 128]);
    broken.sealPackets = defect;
    client.source.says.bytesReceived(Buffer.from('x'));
    expect((await client.ended).outcome).toEqual(internal);
    expect(derived[1]).toEqual(new Uint8Array(128));
  });

  test('what the state held and what the event brought is erased when the core refuses it', async () => {
    const { derived, broken, suite } = noting();
    const { secrets, exponentiator } = ready();
    const { dialled, ended } = run('client', { suite }, undefined, exponentiator);
    const cipher = new FakeChannel();
    dialled[0]?.connected(cipher);
    cipher.says.bytesReceived(new Uint8Array(NONCE_S));
    expect(secrets).toEqual([new Uint8Array(32).fill(1)]);
    broken.pbkdf2 = defect;
    const [dk1 = new Uint8Array()] = derived;
    const h = suite.hmac(dk1.subarray(32), PAIR_S.y);
    cipher.says.bytesReceived(Buffer.concat([PAIR_S.y, h]));
    expect((await ended).outcome).toEqual(internal);
    expect([...derived, ...secrets]).toEqual([64, 32, 256].map((length) => new Uint8Array(length)));
  });

  test('an effect that cannot be performed is a defect, and what was to be erased after it is erased', async () => {
    const { derived, suite } = noting();
    const { secrets, exponentiator } = ready();
    const steps: string[] = [];
    const recorder = recorderOf(suite, steps);
    const policy = { weak: true, requireForwardSecrecy: false };
    const { source, ended } = run('server', { suite, policy }, recorder, exponentiator);
    source.says.bytesReceived(new Uint8Array(NONCE_C));
    const [dk1 = new Uint8Array()] = derived;
    const h = suite.hmac(dk1.subarray(0, 32), PAIR_C.y);
    // The answer of a server with `-f` and the erasure of what its keys were made of are one step.
    source.send = defect;
    source.says.bytesReceived(Buffer.concat([PAIR_C.y, h]));
    expect((await ended).outcome).toEqual(internal);
    expect(derived).toEqual([64, 128].map((length) => new Uint8Array(length)));
    expect(secrets).toEqual([]);
    expect(steps.slice(-3)).toEqual([
      'bytesReceived → dialingEstablished, 4 effects',
      'defectFound → closed, 2 effects',
      'the end',
    ]);
  });

  test('the packet keys are erased even where the core cannot take the defect', async () => {
    const { derived, suite } = noting();
    const { client } = await joined({ suite });
    // A state that the core refuses, whatever the event.
    let refusals = 2;
    const interpreter = client.connection as unknown as { state: ConnectionState };
    const state = { ...interpreter.state };
    const { phase } = state;
    const get = () => (refusals-- > 0 ? defect() : phase);
    interpreter.state = Object.defineProperty(state, 'phase', { enumerable: false, get });
    client.connection.cancel();
    expect((await client.ended).outcome).toEqual(internal);
    expect(client.source.destroyed).toBe(true);
    expect(derived).toEqual([64, 128].map((length) => new Uint8Array(length)));
  });

  test('a key pair that comes when the connection has just ended is erased', async () => {
    const { secrets, before, exponentiator } = ready();
    const { dialled, ended } = run('client', {}, undefined, exponentiator);
    const cipher = new FakeChannel();
    dialled[0]?.connected(cipher);
    before.answer = () => cipher.says.endReceived();
    cipher.says.bytesReceived(new Uint8Array(NONCE_S));
    expect((await ended).outcome).toEqual({ code: 'handshake-ended-before-proof' });
    expect(secrets).toEqual([new Uint8Array(32)]);
  });
});

test('after the end, late reports are without effect', async () => {
  const { connection, source, ended } = run('server');
  connection.cancel();
  source.says.bytesReceived(new Uint8Array(32));
  source.says.failed('ECONNRESET');
  connection.cancel();
  expect((await ended).outcome).toEqual({ code: 'cancelled' });
  expect(source.sent).toHaveLength(1);
});

test('a recorder that has drained after the end starts no reading', async () => {
  let drained: (() => void) | undefined;
  const recorder = recorderOf(suite, []);
  const { source, connection, ended } = run(
    'server',
    {},
    {
      ...recorder,
      congested: true,
      onceDrained: (callback) => {
        drained = callback;
      },
    },
  );
  expect(source.reading).toBe(false);
  connection.cancel();
  await ended;
  drained?.();
  expect(source.reading).toBe(false);
});

test('a congested recorder stops the reading of both sides, and starts it again', async () => {
  let congested = false;
  let drained: (() => void) | undefined;
  const recorded: ConnectionEvent['type'][] = [];
  const { source, connection, ended } = run(
    'server',
    {},
    {
      suite,
      record: (event) => recorded.push(event.type),
      get congested() {
        return congested;
      },
      onceDrained: (callback) => {
        drained = callback;
      },
      end: () => recorded.push('cancelRequested'),
    },
  );
  expect(source.reading).toBe(true);
  congested = true;
  source.says.bytesReceived(new Uint8Array(10));
  expect(source.reading).toBe(false);
  // The core knows nothing of it: what it wants read is read when the record has caught up.
  congested = false;
  drained?.();
  expect(source.reading).toBe(true);
  connection.cancel();
  await ended;
  expect(recorded).toEqual([
    'connectionAccepted',
    'bytesReceived',
    'cancelRequested',
    'cancelRequested',
  ]);
});
