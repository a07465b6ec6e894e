/**
 * The short form of every survival scenario: the daemon is attacked as in `npm run soak`, with smaller
 * numbers, and no limit here depends on how quick the machine is.
 */

import { describe, expect, test } from 'vitest';
import { findSubjects, runScenario } from './run.ts';
import { scenarios } from './scenarios.ts';
import { renderReport } from './table.ts';
import { vitalsObstacle } from './vitals.ts';

/** Longer than any wait inside a scenario, so that a wait's own message is what is seen. */
const TEST_TIMEOUT = 180_000;

describe('a daemon survives (short form)', async () => {
  if (vitalsObstacle !== undefined) {
    process.stderr.write(`*** SKIPPED: all survival scenarios: ${vitalsObstacle} ***\n`);
    for (const { name, goal } of scenarios) test.skip(`${name}: ${goal}`, () => {});
    return;
  }
  const subjects = await findSubjects();
  for (const scenario of scenarios) {
    const title = `${scenario.name}: ${scenario.goal}`;
    if (scenario.needsUpstream && subjects.upstream === undefined) {
      // Why, was printed when C spiped was looked for.
      test.skip(title, () => {});
      continue;
    }
    test(title, { timeout: TEST_TIMEOUT }, async () => {
      const report = await runScenario(scenario, 'short', subjects);
      if (!report.holds) expect.fail(renderReport(report));
    });
  }
});
