/**
 * Folds the steps of benches a second time, one connection's between the other's, to show that the
 * core is pure: that it remembers nothing but in states, and writes to nothing that it is given.
 */

import { isDeepStrictEqual } from 'node:util';
import {
  type ConnectionState,
  initialConnectionState,
  stepConnection,
} from '../../src/protocol/connection.ts';
import type { Choose } from './chooser.ts';
import type { ConnectionBench } from './connection-bench.ts';
import { copyOf } from './freeze.ts';

/** Throws where the second time differs, or where an event has been written to. */
export function foldAgain(benches: readonly ConnectionBench[], choose: Choose): void {
  const folds = benches.map((bench) => fold(bench));
  for (let open = folds; open.length > 0; ) {
    const next = open[choose(open.length)];
    if (next?.next().done === true) open = open.filter((other) => other !== next);
  }
}

function* fold({ context, history }: ConnectionBench): Generator<undefined> {
  let state: ConnectionState = initialConnectionState;
  for (const [i, { event, copy, ...step }] of history.entries()) {
    const again = stepConnection(context, state, copyOf(copy));
    const what = `step ${i + 1}, ${event.type} in ${state.phase}`;
    if (!isDeepStrictEqual(event, copy)) throw new Error(`${what}: the event was written to`);
    if (!isDeepStrictEqual(again, step)) throw new Error(`${what}: not what it was before`);
    state = again.state;
    yield;
  }
}
