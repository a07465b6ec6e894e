/** How often one kind of thing is said. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type HeldBack,
  LINES_IN_WINDOW,
  MAXIMUM_PEERS,
  RepeatLimit,
  type RepeatTime,
  WINDOW_MILLISECONDS,
} from './log-repeats.ts';

/** A clock that moves when told, and calls what is due. */
class Clock implements RepeatTime {
  now = 0;
  readonly timers = new Set<{ due: number; callback: () => void }>();

  monotonic(): number {
    return this.now;
  }

  after(milliseconds: number, callback: () => void): void {
    this.timers.add({ due: this.now + milliseconds, callback });
  }

  pass(milliseconds: number): void {
    this.now += milliseconds;
    for (const timer of this.timers) {
      if (timer.due > this.now) continue;
      this.timers.delete(timer);
      timer.callback();
    }
  }
}

function limit() {
  const clock = new Clock();
  const told: HeldBack[] = [];
  const repeats = new RepeatLimit(clock, (heldBack) => told.push(heldBack));
  const admit = (kind: string, times = 1): number => {
    let said = 0;
    for (let i = 0; i < times; i++) if (repeats.admit(kind, 'warn')) said += 1;
    return said;
  };
  return { clock, told, repeats, admit };
}

test('five lines of a kind are said in ten seconds, and the others told as one count', () => {
  const { clock, told, admit } = limit();
  expect(LINES_IN_WINDOW).toBe(5);
  expect(WINDOW_MILLISECONDS).toBe(10_000);
  expect(admit('mac', 316)).toBe(5);
  clock.pass(9_999);
  expect(told).toEqual([]);
  clock.pass(1);
  expect(told).toEqual([{ kind: 'mac', level: 'warn', count: 311, seconds: 10, peers: 0 }]);
});

test('a kind that is said rarely is never counted, and leaves nothing behind', () => {
  const { clock, told, admit } = limit();
  for (let i = 0; i < 20; i++) {
    expect(admit('mac', 5)).toBe(5);
    clock.pass(WINDOW_MILLISECONDS);
  }
  expect(told).toEqual([]);
  expect(clock.timers.size).toBe(0);
});

test('after a window, a kind is said again', () => {
  const { clock, told, admit } = limit();
  expect(admit('mac', 7)).toBe(5);
  clock.pass(WINDOW_MILLISECONDS);
  expect(admit('mac', 6)).toBe(5);
  clock.pass(WINDOW_MILLISECONDS);
  expect(told.map(({ count }) => count)).toEqual([2, 1]);
});

test('one kind does not silence another', () => {
  const { admit } = limit();
  expect(admit('mac', 100)).toBe(5);
  expect(admit('timeout', 100)).toBe(5);
});

test('a kind can have fewer lines', () => {
  const { clock, told, admit } = limit();
  expect(admit('limit-reached', 3)).toBe(1);
  clock.pass(WINDOW_MILLISECONDS);
  expect(told).toMatchObject([{ kind: 'limit-reached', count: 2 }]);
});

test('flushed early, the count says how long it took, and is not told again', () => {
  const { clock, told, repeats, admit } = limit();
  admit('mac', 8);
  clock.pass(3_200);
  repeats.flush();
  expect(told).toMatchObject([{ count: 3, seconds: 4 }]);
  repeats.flush();
  clock.pass(WINDOW_MILLISECONDS);
  expect(told).toHaveLength(1);
  expect(clock.timers.size).toBe(0);
});

test('the peers of what was held back are counted, and only as many as memory is meant for', () => {
  const { clock, told, repeats } = limit();
  const admit = (peer: string): boolean => repeats.admit('mac', 'warn', peer);
  for (let i = 0; i < 5; i++) expect(admit('said')).toBe(true);
  for (const peer of ['a', 'b', 'a', 'c', 'b']) expect(admit(peer)).toBe(false);
  clock.pass(WINDOW_MILLISECONDS);
  expect(told).toMatchObject([{ count: 5, peers: 3 }]);
  for (let i = 0; i < 5 + 2 * MAXIMUM_PEERS; i++) admit(`peer ${i}`);
  clock.pass(WINDOW_MILLISECONDS);
  expect(told[1]).toMatchObject({ count: 2 * MAXIMUM_PEERS, peers: MAXIMUM_PEERS });
  // A new window begins with nobody.
  for (let i = 0; i < 6; i++) admit('a');
  clock.pass(WINDOW_MILLISECONDS);
  expect(told[2]).toMatchObject({ count: 1, peers: 1 });
});

test('a late timer does not lengthen the window in words', () => {
  const { clock, told, admit } = limit();
  admit('mac', 6);
  clock.pass(25_000);
  expect(told).toMatchObject([{ seconds: 10 }]);
});

test('whatever happens, said and told together are all there were', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constantFrom('a', 'b', 'c'), times: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ pass: fc.integer({ min: 1, max: 15_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const { clock, told, repeats, admit } = limit();
      let all = 0;
      let said = 0;
      for (const one of steps) {
        if ('pass' in one) clock.pass(one.pass);
        else {
          all += one.times;
          said += admit(one.kind, one.times);
        }
      }
      repeats.flush();
      expect(said + told.reduce((sum, { count }) => sum + count, 0)).toBe(all);
    }),
  );
});
