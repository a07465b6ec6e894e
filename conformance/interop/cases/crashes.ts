/**
 * Crash cases: one end is killed in mid-transfer; the other one says so and goes on.
 */

import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { InteropCase } from '../case.ts';
import { Pipe } from '../pipe.ts';
import { type Receiver, sumOf, sumOfForever } from '../receiver.ts';
import { expectSpipeFails } from '../refusal.ts';
import { type Behaviour, echo, stream, Target } from '../targets.ts';

/** Bytes that have come out at each end when the kill happens; both sides go on sending. */
const MID_TRANSFER = 1_048_576;

/**
 * The first connection streams in both directions without end: so whoever survives is writing to
 * an end that is gone, and cannot take the kill for an end in order. Later connections echo.
 */
function streamThenEcho(): Behaviour {
  let first = true;
  return (visit) => {
    (first ? stream : echo)(visit);
    first = false;
  };
}

export const crashes: readonly InteropCase[] = [
  {
    id: 'kill-server',
    goal: 'kill -9 of -d in mid-transfer: what came is right, the client sees a close, spipe exits 1, -e serves the next (CN-8, CN-11, CN-15)',
    async run({ pairing, scope }) {
      const target = await Target.start(scope, streamThenEcho());
      const pipe = await Pipe.open(scope, pairing, target.address);
      const { end, encrypting } = pipe.connect();
      end.stream();
      const { received } = await target.visit();
      await received.reached(MID_TRANSFER);
      await end.received.reached(MID_TRANSFER);

      await pipe.server.kill('SIGKILL');
      await end.received.over();
      if (pairing.entry === 'spipe') {
        await expectSpipeFails(pairing, end, encrypting);
      } else if (pairing.client.reportsFailures) {
        await encrypting.complaint();
      }
      await expectPrefixes(received, end.received);

      await pipe.restartServer();
      await expectServed(pipe);
      if (pairing.entry === 'spiped') expect(encrypting.running).toBe(true);
    },
  },
  {
    id: 'kill-client',
    goal: 'kill -9 of -e or spipe in mid-transfer: what came is right, the target sees a close, -d serves the next (CN-8, CN-11, CN-15)',
    async run({ pairing, scope }) {
      const target = await Target.start(scope, streamThenEcho());
      const pipe = await Pipe.open(scope, pairing, target.address);
      const { end, encrypting } = pipe.connect();
      end.stream();
      const { received } = await target.visit();
      await received.reached(MID_TRANSFER);
      await end.received.reached(MID_TRANSFER);

      await encrypting.kill('SIGKILL');
      await received.over();
      if (pairing.server.reportsFailures) await pipe.server.complaint();
      await expectPrefixes(received, end.received);

      await pipe.restartClient();
      await expectServed(pipe);
      expect(pipe.server.running).toBe(true);
    },
  },
];

/** However it ended: what came out before is what was sent, from its beginning on. */
async function expectPrefixes(...receivers: readonly Receiver[]): Promise<void> {
  for (const receiver of receivers) {
    await receiver.over();
    expect(receiver.sum).toBe(sumOfForever(receiver.bytes));
  }
}

async function expectServed(pipe: Pipe): Promise<void> {
  const bytes = randomBytes(5_000);
  const { end } = pipe.connect();
  end.end(bytes);
  expect(await end.over()).toBe('in order');
  expect(end.received.sum).toBe(sumOf(bytes));
}
