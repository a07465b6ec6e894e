/**
 * `npm run soak`: every survival scenario in its long form, and a table of what was measured.
 *
 *     npm run soak
 *     npm run soak -- --only resets         one scenario; may be repeated
 *     npm run soak -- --short               the sizes that the tests use
 *
 * Exit status 0 when everything promised held, 1 when something did not, 2 for a wrong argument.
 */

import { parseArgs } from 'node:util';
import { findSubjects, runScenario } from './run.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import { renderReport } from './table.ts';
import { vitalsObstacle } from './vitals.ts';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string', multiple: true }, short: { type: 'boolean' } },
  });
  const chosen = choose(values.only);
  if (vitalsObstacle !== undefined) throw new Error(`this needs Linux: ${vitalsObstacle}`);
  const subjects = await findSubjects();
  const { subject, upstream } = subjects;
  process.stdout.write(
    `${subject.name} ${subject.version}, C spiped ${upstream?.version ?? 'not found'}, ` +
      `Node ${process.versions.node}\n\n`,
  );
  const bad: string[] = [];
  for (const scenario of chosen) {
    if (scenario.needsUpstream && upstream === undefined) {
      process.stdout.write(`SKIPPED        ${scenario.name}: it needs C spiped\n`);
      bad.push(scenario.name);
      continue;
    }
    const report = await runScenario(scenario, values.short === true ? 'short' : 'long', subjects);
    process.stdout.write(`${renderReport(report)}\n`);
    if (!report.holds) bad.push(scenario.name);
  }
  process.stdout.write(
    bad.length === 0
      ? `all ${chosen.length} scenarios hold\n`
      : `${bad.length} of ${chosen.length} do not hold: ${bad.join(', ')}\n`,
  );
  return bad.length === 0 ? 0 : 1;
}

function choose(only: readonly string[] | undefined): readonly Scenario[] {
  if (only === undefined) return scenarios;
  return only.map((name) => {
    const scenario = scenarios.find((each) => each.name === name);
    if (scenario !== undefined) return scenario;
    const known = scenarios.map((each) => each.name).join(', ');
    throw new Error(`--only ${name}: no such scenario; expected one of ${known}`);
  });
}

try {
  // Said in so many words: a scenario that could not be run to its end may have left a handle.
  process.exit(await main());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(2);
}
