/**
 * Stream cases: half-closes, who speaks first, what a pipe does when it cannot be built.
 */

import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { newAddress } from '../../subjects/addresses.ts';
import type { InteropCase } from '../case.ts';
import { Pipe } from '../pipe.ts';
import { sumOf } from '../receiver.ts';
import { expectRefused, expectSpipeFails } from '../refusal.ts';
import { answerAfterEnd, echo, endFirst, speakFirst, Target } from '../targets.ts';

/** More than the buffers of every socket on the way hold, so that data really is under way. */
const MANY = 1_048_576;

export const streams: readonly InteropCase[] = [
  {
    id: 'half-close-client',
    goal: "the client's end reaches the target, and data still flows back (CN-10)",
    everyEngine: true,
    async run({ line }) {
      const question = randomBytes(2_000);
      const answer = randomBytes(MANY);
      const { end, visit } = (await line()).connect(answerAfterEnd(answer));
      end.end(question);
      const { received } = await visit();
      expect(await received.over()).toBe('end');
      expect(received.sum).toBe(sumOf(question));
      expect(await end.over()).toBe('in order');
      expect(end.received.sum).toBe(sumOf(answer));
    },
  },
  {
    id: 'half-close-target',
    goal: "the target's end reaches the client, and data still flows to the target (CN-10)",
    everyEngine: true,
    async run({ line }) {
      const greeting = randomBytes(2_000);
      const upload = randomBytes(MANY);
      const { end, visit } = (await line()).connect(endFirst(greeting));
      expect(await end.received.over()).toBe('end');
      expect(end.received.sum).toBe(sumOf(greeting));
      end.end(upload);
      const { received } = await visit();
      expect(await received.over()).toBe('end');
      expect(received.sum).toBe(sumOf(upload));
      expect(await end.over()).toBe('in order');
    },
  },
  {
    id: 'target-ends-at-once',
    goal: 'a target that ends without a byte, before the pipe stands, still gets what is sent (CN-16)',
    everyEngine: true,
    async run({ line }) {
      const upload = randomBytes(2_000);
      const { end, visit } = (await line()).connect(endFirst(new Uint8Array()));
      expect(await end.received.over()).toBe('end');
      expect(end.received.bytes).toBe(0);
      end.end(upload);
      const { received } = await visit();
      expect(await received.over()).toBe('end');
      expect(received.sum).toBe(sumOf(upload));
      expect(await end.over()).toBe('in order');
    },
  },
  {
    id: 'target-speaks-first',
    goal: 'what the target says first reaches a client that has said nothing (CN-8)',
    everyEngine: true,
    async run({ line }) {
      const banner = Buffer.from('220 a server that speaks first\r\n');
      const reply = randomBytes(700);
      const { end } = (await line()).connect(speakFirst(banner));
      await end.received.reached(banner.length);
      expect(end.received.sum).toBe(sumOf(banner));
      end.end(reply);
      expect(await end.over()).toBe('in order');
      expect(end.received.sum).toBe(sumOf(banner, reply));
    },
  },
  {
    id: 'turns',
    goal: 'question and answer by turns: no byte waits for a later one (PK-6)',
    everyEngine: true,
    async run({ line }) {
      const { end } = (await line()).connect(echo);
      const questions = [1, 1024, 7, 1025, 3, 5_000, 1].map((length) => randomBytes(length));
      let sent = 0;
      for (const question of questions) {
        end.send(question);
        sent += question.length;
        await end.received.reached(sent);
      }
      end.end();
      expect(await end.over()).toBe('in order');
      expect(end.received.sum).toBe(sumOf(...questions));
    },
  },
  {
    id: 'target-refuses',
    goal: 'a target that refuses closes the client; the next connection, to a target, works (CN-4)',
    async run({ pairing, scope }) {
      const bytes = randomBytes(2_000);
      const address = await newAddress('ipv4', scope.directory);
      const pipe = await Pipe.open(scope, pairing, address);
      const first = pipe.connect();
      first.end.send(bytes);
      await first.end.received.over();
      expect(first.end.received.bytes).toBe(0);
      if (pairing.entry === 'spipe') {
        await expectSpipeFails(pairing, first.end, first.encrypting);
      }
      if (pairing.server.reportsFailures) await pipe.server.complaint();

      await Target.start(scope, echo, address);
      const second = pipe.connect();
      second.end.end(bytes);
      expect(await second.end.over()).toBe('in order');
      expect(second.end.received.sum).toBe(sumOf(bytes));
    },
  },
  {
    id: 'wrong-key',
    goal: 'ends with different keys refuse each other: no byte at the target, the client sees a close (HS-10)',
    async run(cell) {
      await expectRefused(cell, { settings: { sameKey: false }, knowing: 'both' });
    },
  },
];
