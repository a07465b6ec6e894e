/**
 * Turns cases into tests: one for each pairing, named `pairing > id`. Versions and goals are not in the
 * names, so that they stay as they are from run to run; a goal is the test's metadata.
 */

import { afterAll, describe, test } from 'vitest';
import { Scope } from '../subjects/scope.ts';
import { has } from '../subjects/subject.ts';
import type { InteropCase } from './case.ts';
import { Line } from './line.ts';
import { type Pairing, pairings } from './pairing.ts';
import { Stage } from './stage.ts';

/** Longer than any wait inside a case, so that a wait's own message is what is seen. */
const TEST_TIMEOUT = 120_000;

/** Declares the tests of these cases for every pairing. Awaited at the top of a test file. */
export async function declareMatrix(topic: string, cases: readonly InteropCase[]): Promise<void> {
  const { versions, runnable, skipped } = await pairings();
  const obstacles = await obstaclesOf(cases);
  process.stderr.write(`${topic}: ${versions}\n`);
  const stage = new Stage();
  afterAll(() => stage.clear());
  for (const pairing of runnable) {
    const own = cases.filter((each) => isFor(pairing, each));
    if (own.length === 0) continue;
    describe(pairing.name, () => {
      afterAll(() => stage.leave(pairing));
      for (const each of own) declareCell(stage, pairing, each, obstacles.get(each));
    });
  }
  // Why, was printed when the programs were looked for.
  for (const name of skipped) test.skip(name, () => {});
}

/** Has the matrix a cell for this case and this pairing? */
export function isFor(pairing: Pairing, each: InteropCase): boolean {
  const { entries, everyEngine = false, worthwhile, options } = each;
  if (!has(pairing.client, options?.client ?? 'none')) return false;
  if (!has(pairing.server, options?.server ?? 'none')) return false;
  if (entries !== undefined && !entries.includes(pairing.entry)) return false;
  if (worthwhile !== undefined && !worthwhile(pairing)) return false;
  return pairing.engines === 'no choice' || (pairing.engines === 'named') === everyEngine;
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

function declareCell(
  stage: Stage,
  pairing: Pairing,
  each: InteropCase,
  obstacle: string | undefined,
): void {
  const { id, goal } = each;
  const meta = { goal };
  if (obstacle !== undefined) {
    test.skip(id, { meta }, () => {});
    return;
  }
  test(id, { timeout: TEST_TIMEOUT, meta }, async ({ onTestFinished }) => {
    const scope = await Scope.open();
    let passed = false;
    // Also after a timeout, when the case itself still hangs.
    onTestFinished(async () => {
      await scope.close();
      // What a failed cell leaves behind, a connection or a dead daemon, is no concern of the next.
      if (!passed) await stage.clear();
    });
    const lines: Line[] = [];
    try {
      await each.run({
        pairing,
        scope,
        line: async (settings = {}) => {
          const line = await Line.open(scope, stage, pairing, settings);
          lines.push(line);
          return line;
        },
      });
      for (const line of lines) line.expectUndisturbed();
      passed = true;
    } catch (error) {
      const account = scope.account();
      const message = error instanceof Error ? error.message : error;
      throw new Error(`${goal}\n${message}\n${account}`, { cause: error });
    }
  });
}
