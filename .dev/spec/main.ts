/**
 * Traceability from the command line.
 *
 *     npm run spec:check                  runs the cited tests, then checks; exit status 1 if not whole
 *     npm run spec:report                 the same, and writes report/spec.html and report/spec.json
 *     npm run spec:report -- --last       of the results of the last run, whichever it was
 *
 * Not here: the same check inside `npm test`; see checkResults, and test.mjs.
 */

import { fileURLToPath } from 'node:url';
import { readSources } from './project.ts';
import { writeReport } from './report.ts';
import { storedResults, storeResults } from './results.ts';
import { citedTestFiles, runTests } from './run.ts';
import { checkResults } from './whole.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

async function main(command: string | undefined, options: readonly string[]): Promise<number> {
  if (command !== 'check' && command !== 'report') {
    throw new Error('expected check or report');
  }
  const last = options.includes('--last');
  const results = last
    ? storedResults(root)
    : await runTests(root, citedTestFiles(root, readSources(root)));
  if (!last) storeResults(root, results);
  const { check, lines } = checkResults(root, results);
  for (const line of lines) console.log(line);
  if (command === 'report') {
    for (const file of writeReport(root, check, results)) console.log(`written: ${file}`);
  }
  return check.problems.length === 0 && results.every(({ state }) => state !== 'failed') ? 0 : 1;
}

// Said in so many words: vitest leaves a status of its own, and handles that would hold us.
main(process.argv[2], process.argv.slice(3)).then(
  (status) => process.exit(status),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
