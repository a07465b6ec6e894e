/**
 * `npm run bench`: our spiped beside C spiped, in one run, and a table of it. Judges nothing: that is
 * left to who reads it, with the circumstances that stand above the table.
 *
 * Exit status 0 when all was measured, 1 when a row could not be, 2 for a wrong argument.
 */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { vitalsObstacle } from '../survival/vitals.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { rows } from './rows.ts';
import { runBench } from './run.ts';
import { endScopes } from './scopes.ts';
import { renderCircumstances, renderPage, renderRow, renderTable } from './table.ts';

const RESULTS = fileURLToPath(new URL('./RESULTS.md', import.meta.url));

async function main(): Promise<number> {
  let options: Options | 'help';
  try {
    options = parseOptions(process.argv.slice(2), rows);
    if (vitalsObstacle !== undefined) throw new Error(`this needs Linux: ${vitalsObstacle}`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 2;
  }
  if (options === 'help') {
    process.stdout.write(usage(rows));
    return 0;
  }
  let failures = 0;
  const report = await runBench(options, {
    noted: (note) => process.stderr.write(`*** ${note} ***\n`),
    began: (row) => process.stderr.write(`${row.name} …\n`),
    measured: (row) => process.stderr.write(renderRow(row)),
    failed: (_row, reason) => {
      failures += 1;
      process.stderr.write(`  FAILED: ${reason}\n`);
    },
  });
  process.stdout.write(`${renderCircumstances(report)}\n`);
  process.stdout.write(`${renderTable(report.columns, report.measured)}\n`);
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify(report, undefined, 1)}\n`);
  }
  if (options.write) writeFileSync(RESULTS, renderPage(report));
  return failures === 0 ? 0 : 1;
}

/** The exit status of a run that a signal has ended. */
let interrupted: number | undefined;

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  // Not once: a listener that is gone when execa looks would let execa end this process first.
  process.on(signal, () => {
    if (interrupted !== undefined) return;
    interrupted = status;
    endScopes().finally(() => process.exit(status));
  });
}

try {
  const status = await main();
  // Said in so many words: a row that failed may have left a handle.
  process.exit(status);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  await endScopes();
  process.exit(interrupted ?? 1);
}
