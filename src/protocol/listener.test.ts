/**
 * Goal of these tests: the listener serves, holds, refuses and finishes as CN-18 and CN-19 say.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deepFreeze } from '../../fuzz/bench/freeze.ts';
import { InvariantViolation } from './invariant.ts';
import { listenerTransitions } from './listener.transitions.ts';
import {
  initialListenerState,
  type ListenerEffect,
  type ListenerEvent,
  type ListenerState,
  stepListener,
} from './listener.ts';
import { allows } from './transitions.ts';

const CONTEXT = { maximumOpen: 2, maximumWaiting: 2 };

class ListenerBench {
  state: ListenerState = initialListenerState;
  readonly effects: ListenerEffect[] = [];
  private readonly context: typeof CONTEXT;

  constructor(context = CONTEXT) {
    this.context = context;
  }

  /** The effects of this step alone. */
  feed(event: ListenerEvent): readonly ListenerEffect[] {
    const from = this.state.phase;
    const step = stepListener(this.context, this.state, event);
    this.state = deepFreeze(step.state);
    if (!allows(listenerTransitions, from, event.type, this.state.phase)) {
      throw new Error(`not in the table: ${from} --${event.type}--> ${this.state.phase}`);
    }
    this.effects.push(...step.effects);
    return step.effects;
  }

  arrive(...ids: readonly number[]): this {
    for (const id of ids) this.feed({ type: 'connectionArrived', id });
    return this;
  }

  ids(type: 'serve' | 'hold' | 'refuse'): number[] {
    return this.effects.flatMap((effect) => (effect.type === type ? [effect.id] : []));
  }
}

describe('the limit', () => {
  //= CN-18
  //# At the limit of simultaneous connections (`-n`) a daemon MUST NOT dial for or read from
  //# further connections; they wait and are served in turn.
  test('CN-18: at the limit connections wait, and too many are refused', () => {
    const bench = new ListenerBench().arrive(1, 2, 3, 4, 5);
    expect([bench.ids('serve'), bench.ids('hold'), bench.ids('refuse')]).toEqual([
      [1, 2],
      [3, 4],
      [5],
    ]);
  });

  test('CN-18: a free place goes to the one that has waited longest', () => {
    const bench = new ListenerBench().arrive(1, 2, 3, 4);
    expect(bench.feed({ type: 'connectionEnded', id: 1 })).toEqual([{ type: 'serve', id: 3 }]);
    expect(bench.feed({ type: 'connectionEnded', id: 3 })).toEqual([{ type: 'serve', id: 4 }]);
    expect(bench.feed({ type: 'connectionEnded', id: 2 })).toEqual([]);
    expect(bench.state).toEqual({ phase: 'listening', open: 1, waiting: [] });
  });

  //= CL-48
  //# A daemon SHOULD say that the limit of `-n` is reached.
  test('the limit is reported each time it is reached, not while it lasts', () => {
    const bench = new ListenerBench().arrive(1, 2, 3);
    const reports = (): number =>
      bench.effects.filter((effect) => effect.type === 'reportLimit').length;
    expect(reports()).toBe(1);
    bench.feed({ type: 'connectionEnded', id: 1 });
    bench.feed({ type: 'connectionEnded', id: 2 });
    expect(reports()).toBe(1);
    bench.arrive(4);
    expect(reports()).toBe(2);
  });

  test('without a limit every connection is served', () => {
    const bench = new ListenerBench({ maximumOpen: Number.POSITIVE_INFINITY, maximumWaiting: 0 });
    bench.arrive(...Array.from({ length: 500 }, (_, i) => i));
    expect(bench.ids('serve')).toHaveLength(500);
    expect(bench.effects).toHaveLength(500);
  });
});

describe('shutdown', () => {
  test('CN-19: with nothing open it is done at once', () => {
    const bench = new ListenerBench();
    expect(bench.feed({ type: 'shutdownRequested' })).toEqual([
      { type: 'stopListening' },
      { type: 'finish' },
    ]);
    expect(bench.state.phase).toBe('done');
    expect(bench.arrive(7).ids('refuse')).toEqual([7]);
    expect(bench.feed({ type: 'shutdownRequested' })).toEqual([]);
  });

  test('CN-19: open connections are served to their end, waiting ones refused', () => {
    const bench = new ListenerBench().arrive(1, 2, 3);
    expect(bench.feed({ type: 'shutdownRequested' })).toEqual([
      { type: 'stopListening' },
      { type: 'refuse', id: 3 },
    ]);
    expect(bench.arrive(4).ids('refuse')).toEqual([3, 4]);
    expect(bench.feed({ type: 'shutdownRequested' })).toEqual([]);
    expect(bench.feed({ type: 'connectionEnded', id: 1 })).toEqual([]);
    expect(bench.feed({ type: 'connectionEnded', id: 2 })).toEqual([{ type: 'finish' }]);
  });
});

test('the end of a connection that was never open is a defect', () => {
  const idle = new ListenerBench();
  expect(() => idle.feed({ type: 'connectionEnded', id: 1 })).toThrow(InvariantViolation);
  idle.feed({ type: 'shutdownRequested' });
  expect(() => idle.feed({ type: 'connectionEnded', id: 1 })).toThrow(InvariantViolation);
});

test('CN-18, CN-19: whatever happens, each arrival is served or refused once, and never too many', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { maxLength: 200 }), (choices) => {
      const bench = new ListenerBench();
      const open = new Set<number>();
      let arrivals = 0;
      for (const choice of choices) {
        const before = bench.effects.length;
        const [oldest] = open;
        if (choice < 5) bench.arrive(++arrivals);
        else if (choice < 9 && oldest !== undefined) {
          open.delete(oldest);
          bench.feed({ type: 'connectionEnded', id: oldest });
        } else if (choice === 9) bench.feed({ type: 'shutdownRequested' });
        for (const effect of bench.effects.slice(before)) {
          if (effect.type === 'serve') open.add(effect.id);
        }
        expect(open.size).toBeLessThanOrEqual(CONTEXT.maximumOpen);
      }
      bench.feed({ type: 'shutdownRequested' });
      for (const id of open) bench.feed({ type: 'connectionEnded', id });
      const settled = [...bench.ids('serve'), ...bench.ids('refuse')].sort((a, b) => a - b);
      expect(settled).toEqual(Array.from({ length: arrivals }, (_, i) => i + 1));
      expect(bench.effects.filter((effect) => effect.type === 'finish')).toHaveLength(1);
    }),
  );
});
