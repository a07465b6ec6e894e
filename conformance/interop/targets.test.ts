/** That the measuring instruments measure: receivers, targets, and what waits for them. */

import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Scope } from '../subjects/scope.ts';
import { PlainEnd } from './plain-end.ts';
import { Receiver, sumOf } from './receiver.ts';
import { answerAfterEnd, endFirst, sink, Target, Turns } from './targets.ts';

let scope: Scope;

beforeEach(async () => {
  scope = await Scope.open();
});

afterEach(() => scope.close());

test('a receiver sums what arrives and tells an end from a break', async () => {
  const whole = new PassThrough();
  const received = new Receiver('test', whole);
  whole.write('ab');
  await received.reached(2);
  whole.end('c');
  expect(await received.over()).toBe('end');
  const sha256 = createHash('sha256').update('abc').digest('hex');
  expect(received.sum).toBe(`3 bytes, SHA-256 ${sha256}`);
  expect(sumOf(Buffer.from('a'), Buffer.from('bc'))).toBe(received.sum);

  const broken = new PassThrough();
  const cut = new Receiver('test', broken);
  broken.destroy(new Error('reset'));
  expect(await cut.over()).toBe('reset');
  await expect(cut.reached(1)).rejects.toThrow('test: reset after 0 of 1 bytes');
});

test('a target settles only when all its connections have come and gone', async () => {
  const target = await Target.start(scope, sink);
  for (const text of ['one', 'two', 'three']) connect({ ...target.address.net }).end(text);
  // The connections were only begun; that settle waits for them is what is tested.
  const visits = await target.settle();
  const totals = visits.map(({ received }) => received.bytes).sort();
  expect(totals).toEqual([3, 3, 5]);
});

test('plain ends and targets keep half-closed connections open, in both directions', async () => {
  const answering = await Target.start(scope, answerAfterEnd(Buffer.from('answer')));
  const asking = PlainEnd.ofSocket(scope, 'asking', answering.address);
  asking.end(Buffer.from('question'));
  expect(await asking.over()).toBe('in order');
  expect(asking.received.bytes).toBe(6);

  const ending = await Target.start(scope, endFirst(Buffer.from('bye')), 'unix');
  const late = PlainEnd.ofSocket(scope, 'late', ending.address);
  expect(await late.received.over()).toBe('end');
  late.end(Buffer.from('still here'));
  expect(await late.over()).toBe('in order');
  const { received } = await ending.visit();
  expect(await received.over()).toBe('end');
  expect(received.bytes).toBe(10);
});

test('a target does with each connection what was asked for next, and closes one nobody asked for', async () => {
  const turns = new Turns();
  const target = await Target.start(scope, turns.behaviour);
  const asking = async () => {
    const end = PlainEnd.ofSocket(scope, 'asking', target.address);
    end.end();
    await end.over();
    return end.received.bytes;
  };
  const first = turns.next(endFirst(Buffer.from('one')));
  const second = turns.next(endFirst(Buffer.from('two words')));
  expect(await asking()).toBe(3);
  expect(await asking()).toBe(9);
  expect([await first, await second]).toEqual(target.visits);
  expect([turns.missing, turns.strays]).toEqual([0, 0]);

  expect(await asking()).toBe(0);
  expect(turns.strays).toBe(1);
  void turns.next(sink);
  expect(turns.missing).toBe(1);
  turns.giveUp();
  expect(turns.missing).toBe(0);
});
