/**
 * Turns cases into tests: one for each pairing, named `pairing > id: goal`.
 */

import { describe, test } from 'vitest';
import { Scope } from '../subjects/scope.ts';
import type { InteropCase } from './case.ts';
import { type Pairing, pairings } from './pairing.ts';

/** Longer than any wait inside a case, so that a wait's own message is what is seen. */
const TEST_TIMEOUT = 120_000;

/** Declares the tests of these cases for every pairing. Awaited at the top of a test file. */
export async function declareMatrix(topic: string, cases: readonly InteropCase[]): Promise<void> {
  const { versions, runnable, skipped } = await pairings();
  const obstacles = await obstaclesOf(cases);
  describe(`${topic} (${versions})`, () => {
    for (const pairing of runnable) {
      describe(pairing.name, () => {
        for (const each of cases) declareCell(pairing, each, obstacles.get(each));
      });
    }
    // Why, was printed when C spiped was looked for.
    for (const name of skipped) test.skip(name, () => {});
  });
}

async function obstaclesOf(
  cases: readonly InteropCase[],
): Promise<ReadonlyMap<InteropCase, string>> {
  const obstacles = new Map<InteropCase, string>();
  for (const each of cases) {
    const obstacle = await each.cannotRun?.();
    if (obstacle === undefined) continue;
    obstacles.set(each, obstacle);
    process.stderr.write(`*** SKIPPED: ${each.id}: ${obstacle} ***\n`);
  }
  return obstacles;
}

function declareCell(pairing: Pairing, each: InteropCase, obstacle: string | undefined): void {
  if (each.entries !== undefined && !each.entries.includes(pairing.entry)) return;
  const title = `${each.id}: ${each.goal}`;
  if (obstacle !== undefined) {
    test.skip(title, () => {});
    return;
  }
  test(title, { timeout: TEST_TIMEOUT }, async ({ onTestFinished }) => {
    const scope = await Scope.open();
    // Also after a timeout, when the case itself still hangs.
    onTestFinished(() => scope.close());
    try {
      await each.run({ pairing, scope });
    } catch (error) {
      const account = scope.account();
      throw new Error(`${error instanceof Error ? error.message : error}\n${account}`, {
        cause: error,
      });
    }
  });
}
