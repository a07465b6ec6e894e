/**
 * Goal: whatever happens to a connection, its full log replays to the same, also where the core
 * refuses an event; and redacted, it is the wire log of the same connection.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogContent } from '../src/eventlog/format.ts';
import { openEventLog, readEventLog, redact, replay } from '../src/eventlog/index.ts';
import { MemoryStorage } from '../src/eventlog/testing/memory-storage.ts';
import { pieces } from '../src/eventlog/testing/reseal.ts';
import {
  type ConnectionContext,
  initialConnectionState,
  stepConnection,
} from '../src/protocol/connection.ts';
import { InvariantViolation } from '../src/protocol/invariant.ts';
import type { Role } from '../src/protocol/parameters.ts';
import { randomEvents } from '../src/protocol/testing/random-terms.ts';
import type { ConnectionEvent } from '../src/protocol/vocabulary.ts';
import { chooser } from './bench/chooser.ts';
import { suite } from './bench/material.ts';
import { walk } from './bench/walk.ts';

/** These events as an interpreter records them; the first one that is refused is the last but one. */
async function record(
  context: ConnectionContext,
  events: readonly ConnectionEvent[],
  content: LogContent,
): Promise<string> {
  const storage = new MemoryStorage();
  const software = { name: 'spiped', version: '1.2.3' };
  const log = openEventLog({
    ...{ directory: '.', content, storage, software },
    now: () => 0,
    wallClock: () => new Date(0),
  });
  const { role, policy, timeoutMilliseconds, dial } = context;
  const recorder = log.begin({
    ...{ connection: 'walked', role, policy, timeoutMilliseconds, dial, suite },
  });
  let state = initialConnectionState;
  const take = (event: ConnectionEvent): void => {
    const step = stepConnection({ ...context, suite: recorder.suite }, state, event);
    recorder.record(event, step);
    state = step.state;
  };
  for (const event of events) {
    try {
      take(event);
    } catch (error) {
      expect(error).toBeInstanceOf(InvariantViolation);
      recorder.record(event, { state, effects: [] });
      take({ type: 'defectFound', detail: 'refused' });
      break;
    }
  }
  await log.close();
  return storage.onlyText;
}

test('CN-15: every walk replays to the same, with any event at its end, and is redacted to its wire log', async () => {
  const role = fc.constantFrom<Role>('client', 'server');
  const last = fc.oneof(...Object.values<fc.Arbitrary<ConnectionEvent>>(randomEvents));
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer(), role, fc.nat(60), last, async (seed, of, steps, event) => {
      const { context, history } = walk(of, chooser(seed));
      const events = [...history.slice(0, steps).map(({ copy }) => copy), event];
      const full = await record(context, events, 'full');
      if (full.includes('"defectFound"')) refused += 1;
      expect(await replay(readEventLog(pieces(full)), { suite })).toMatchObject({ kind: 'same' });
      let redacted = '';
      for await (const line of redact(readEventLog(pieces(full)))) redacted += line;
      expect(redacted).toBe(await record(context, events, 'wire'));
    }),
    { numRuns: 150 },
  );
  expect(refused).toBeGreaterThan(10);
});
