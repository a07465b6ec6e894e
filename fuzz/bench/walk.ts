/** Random walks of everything that an adapter can report, over peers of every kind. */

import fc from 'fast-check';
import { connectionTransitions } from '../../src/protocol/connection.transitions.ts';
import type { Policy, Role } from '../../src/protocol/parameters.ts';
import { randomEvents } from '../../src/protocol/testing/random-terms.ts';
import type { ConnectionEvent } from '../../src/protocol/vocabulary.ts';
import type { Choose } from './chooser.ts';
import { ConnectionBench } from './connection-bench.ts';
import { HandshakeBench, handshake } from './handshake-bench.ts';
import { contextOf, PLAIN_POLICY, STRICT, suite, WEAK } from './material.ts';

export const POLICIES: readonly Policy[] = [PLAIN_POLICY, WEAK, STRICT];

/** What a peer of `role` with these policies sends: a handshake, and then two packets. */
function peerStream(role: Role, own: Policy, peer: Policy): Buffer {
  const client = new HandshakeBench(contextOf('client', role === 'client' ? own : peer));
  const server = new HandshakeBench(contextOf('server', role === 'client' ? peer : own));
  handshake(client, server);
  const bench = role === 'client' ? server : client;
  if (bench.state.phase !== 'established') return bench.sent;
  const { keys } = bench.state;
  const packets = suite.sealPackets(
    role === 'client' ? keys.server : keys.client,
    0n,
    Buffer.alloc(1500, 'x'),
  );
  return Buffer.concat([bench.sent, packets]);
}

const streams = new Map<string, Buffer>();

/** A peer's stream, sometimes with a flipped bit, sometimes cut. */
export function somePeer(role: Role, own: Policy, choose: Choose): Buffer {
  const i = choose(POLICIES.length);
  const key = `${role} ${POLICIES.indexOf(own)} ${i}`;
  const whole = streams.get(key) ?? peerStream(role, own, POLICIES[i] ?? PLAIN_POLICY);
  streams.set(key, whole);
  const stream = Buffer.from(whole);
  if (choose(3) === 0) {
    const at = choose(stream.length);
    stream[at] = (stream[at] ?? 0) ^ 1;
  }
  // Often cut where the messages end, where the interesting ends are.
  const cuts = [stream.length, stream.length, stream.length, 32, 320, choose(stream.length)];
  return stream.subarray(0, cuts[choose(cuts.length)]);
}

/** The events that a walk makes itself, where the core has asked for them or a peer can cause them. */
const CAUSED: readonly ConnectionEvent['type'][] = [
  ...(['connectionAccepted', 'targetConnected', 'targetConnectFailed', 'timerExpired'] as const),
  ...(['bytesReceived', 'endReceived', 'writeCompleted', 'endCompleted', 'socketFailed'] as const),
  ...(['keyPairGenerated', 'sharedSecretComputed'] as const),
];

/** Some of every other event, as the vocabulary has them: they come whenever the table has them. */
const UNCAUSED: readonly ConnectionEvent[] = Object.entries(randomEvents).flatMap(
  ([type, event]) =>
    CAUSED.some((caused) => caused === type)
      ? []
      : fc.sample<ConnectionEvent>(event, { seed: 1, numRuns: 5 }),
);

function uncausedIn(phase: string): readonly ConnectionEvent[] {
  return UNCAUSED.filter(({ type }) =>
    connectionTransitions.rows.some(({ from, event }) => from === phase && event === type),
  );
}

/** Everything that can happen to a connection, in random order, until it is closed or at rest. */
export function walk(role: Role, choose: Choose): ConnectionBench {
  const policy = POLICIES[choose(POLICIES.length)] ?? PLAIN_POLICY;
  const dial = choose(4) === 0 ? 'after-handshake' : 'on-accept';
  const bench = new ConnectionBench(role, policy, dial);
  if (choose(50) === 0) {
    const atOnce = uncausedIn(bench.phase);
    const event = atOnce[choose(atOnce.length)];
    if (event !== undefined) return bench.feed(event);
  }
  bench.accept();
  const started = new Set(bench.timers);
  let cipher = somePeer(role, policy, choose);
  const ended = { cipher: false };
  const patience = choose(40);
  for (let i = 0; i < 60 && bench.outcome === undefined; i++) {
    const actions: (() => unknown)[] = [];
    for (const timer of bench.timers) started.add(timer);
    if (bench.dialling) {
      // A slow target: what else can happen first should.
      if (choose(4) === 0) actions.push(() => bench.connected());
      if (i >= patience) {
        actions.push(() => bench.feed({ type: 'targetConnectFailed', error: 'ECONNREFUSED' }));
      }
    }
    if (bench.owed.length > 0) actions.push(() => bench.answerOne());
    // What was on its way when reading stopped still arrives, so that `reading` does not matter.
    if (bench.phase !== 'dialing') actions.push(deliverCipher);
    if (bench.sides.plain.reading) {
      actions.push(() => bench.receive('plain', Buffer.from('plaintext')));
      if (i >= patience) actions.push(() => endPlain());
    }
    for (const side of ['plain', 'cipher'] as const) {
      if (bench.sides[side].unwritten.length > 0) actions.push(() => bench.completeWrite(side));
      else if (bench.sides[side].ending === 'asked') actions.push(() => bench.completeEnd(side));
    }
    if (i >= patience) {
      for (const timer of started) actions.push(() => bench.feed({ type: 'timerExpired', timer }));
      const side = bench.phase === 'dialing' || choose(2) === 0 ? 'plain' : 'cipher';
      actions.push(() => bench.feed({ type: 'socketFailed', side, error: 'ECONNRESET' }));
      const events = uncausedIn(bench.phase);
      const event = events[choose(events.length)];
      if (event !== undefined) actions.push(() => bench.feed(event));
    }
    actions[choose(actions.length)]?.();
  }
  return bench;

  function deliverCipher(): void {
    if (cipher.length > 0) {
      const length = choose(2) === 0 ? cipher.length : 1 + choose(cipher.length);
      const bytes = cipher.subarray(0, length);
      cipher = cipher.subarray(length);
      bench.receive('cipher', bytes);
    } else if (!ended.cipher) {
      ended.cipher = true;
      bench.end('cipher');
    }
  }

  function endPlain(): void {
    bench.sides.plain.reading = false;
    bench.end('plain');
  }
}
