/**
 * Goal of these tests: the transition tables of the handshake and the connection say neither too
 * little nor too much.
 *
 * The benches throw for a step outside its table. Here random walks of everything that an adapter
 * can report, over peers of every kind, also find each row of the tables at least once.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectionTransitions } from '../src/protocol/connection.transitions.ts';
import type { ConnectionState } from '../src/protocol/connection.ts';
import { handshakeTransitions } from '../src/protocol/handshake.transitions.ts';
import type { Role } from '../src/protocol/parameters.ts';
import { secretsOf } from '../src/protocol/secrets.ts';
import type { TransitionTable } from '../src/protocol/transitions.ts';
import type { ConnectionEvent } from '../src/protocol/vocabulary.ts';
import { chooser } from './bench/chooser.ts';
import { foldAgain } from './bench/fold-again.ts';
import { HandshakeBench } from './bench/handshake-bench.ts';
import { contextOf, PLAIN_POLICY } from './bench/material.ts';
import { POLICIES, somePeer, walk } from './bench/walk.ts';

/** Rows of a table, one for each phase it may lead to, in the words of the benches. */
function rowsOf(table: TransitionTable): string[] {
  return table.rows.flatMap((row) => row.to.map((to) => `${row.from} --${row.event}--> ${to}`));
}

test('every row of the connection’s table happens, and nothing outside it', () => {
  const taken = new Set<string>();
  for (let seed = 0; seed < 3000; seed++) {
    const choose = chooser(seed * 2654435761);
    for (const row of walk(seed % 2 === 0 ? 'client' : 'server', choose).taken) taken.add(row);
  }
  expect(rowsOf(connectionTransitions).filter((row) => !taken.has(row))).toEqual([]);
});

test('no walk leaves the connection’s table, and folded again beside another it is the same', () => {
  const role = fc.constantFrom<Role>('client', 'server');
  fc.assert(
    fc.property(fc.integer(), role, role, (seed, one, other) => {
      const choose = chooser(seed);
      foldAgain([walk(one, choose), walk(other, choose)], choose);
    }),
    { numRuns: 300 },
  );
});

//= HS-23
//# The values x, ySC, dk1 and dk2 SHOULD be overwritten when they are not needed any more.
test('HS-23: whatever was secret on a walk has been erased when it is over, however it ends', () => {
  const role = fc.constantFrom<Role>('client', 'server');
  fc.assert(
    fc.property(fc.integer(), role, fc.boolean(), (seed, one, defect) => {
      const bench = walk(one, chooser(seed));
      const end = defect ? ({ type: 'defectFound', detail: 'at last' } as const) : undefined;
      if (bench.outcome === undefined) bench.feed(end ?? { type: 'cancelRequested' });
      // What was under way comes all the same.
      bench.answer();
      const secrets = bench.history.flatMap(({ event, state }) => [
        ...secretsOf<ConnectionEvent>(event),
        ...secretsOf<ConnectionState>(state),
      ]);
      const erased = bench.effects.flatMap((effect) =>
        effect.type === 'eraseSecrets' ? effect.secrets : [],
      );
      expect(secrets.filter((secret) => secret.length > 0 && !erased.includes(secret))).toEqual([]);
      expect(secretsOf<ConnectionState>(bench.state)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('every row of the handshake’s table happens, and nothing outside it', () => {
  const taken = new Set<string>();
  for (let seed = 0; seed < 2000; seed++) {
    const choose = chooser(seed * 2654435761);
    const role = seed % 2 === 0 ? 'client' : 'server';
    const policy = POLICIES[choose(POLICIES.length)] ?? PLAIN_POLICY;
    const bench = new HandshakeBench(contextOf(role, policy), choose(2) === 0);
    let stream = somePeer(role, policy, choose);
    while (stream.length > 0) {
      const length = choose(2) === 0 ? stream.length : 1 + choose(stream.length);
      bench.receive(stream.subarray(0, length));
      stream = stream.subarray(length);
      if (choose(2) === 0) bench.answer();
    }
    bench.end().answer().answer();
    for (const row of bench.taken) taken.add(row);
  }
  expect(rowsOf(handshakeTransitions).filter((row) => !taken.has(row))).toEqual([]);
});
