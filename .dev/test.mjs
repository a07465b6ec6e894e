/**
 * Every check of the project, and the closing line `N passed, N failed` that counts them
 * (`, N skipped` when there are any). `npm test`; the same in CI. Exit status 0 only when
 * something passed and nothing failed. Plain Node: it may have to install the rest first.
 *
 * All tests run in one run of vitest: those of src, fuzz, vectors and conformance, and the house
 * checks (house.test.ts). Coverage of the core is taken in the same run and is one more check;
 * so is traceability, which needs to know what each test of this run did (.dev/spec).
 *
 *     node .dev/test.mjs                everything
 *     node .dev/test.mjs --coverage     only what runs the core in-process; prints the table
 */

import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensure } from './ensure.mjs';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const COVERAGE = path.join(PROJECT, 'coverage');

async function main() {
  const coverageOnly = process.argv.includes('--coverage');
  let tally = { passed: 0, failed: 0, skipped: 0 };
  try {
    await ensure();
    if (!coverageOnly) provideBrowser();
    const run = await runTests(coverageOnly ? ['src/', 'fuzz/', 'vectors/', '.dev/docs'] : []);
    tally = add(run.tally, await checkCoverage(coverageOnly));
    if (!coverageOnly) tally = add(tally, await checkTraceability(run.modules));
  } catch (error) {
    console.error(error.message);
    tally = add(tally, { failed: 1 });
  }
  console.log(closingLine(tally));
  // Said in so many words: vitest leaves a status of its own, and handles that would hold us.
  process.exit(tally.failed === 0 && tally.passed > 0 ? 0 : 1);
}

async function runTests(filters) {
  const { startVitest } = await import('vitest/node');
  const { tallyOf } = await import('./tally.mjs');
  rmSync(COVERAGE, { recursive: true, force: true });
  // The workers take coverage, as take-coverage.ts says; this process, already started, does not.
  process.env.NODE_V8_COVERAGE = path.join(COVERAGE, 'tmp');
  // Certificates for TLS, which nothing here speaks, and which every start of Node would read.
  delete process.env.NODE_EXTRA_CA_CERTS;
  const vitest = await startVitest('test', filters, {
    config: fileURLToPath(new URL('./vitest.config.ts', import.meta.url)),
    watch: false,
    reporters: ['default'],
  });
  const { lines, ...tally } = tallyOf({
    modules: vitest.state.getTestModules(),
    unhandledErrors: vitest.state.getUnhandledErrors(),
    root: PROJECT,
    ci: process.env.CI === 'true',
  });
  const modules = vitest.state.getTestModules();
  await vitest.close();
  delete process.env.NODE_V8_COVERAGE;
  for (const line of lines) console.log(line);
  return { tally, modules };
}

/** Requirements, citations, and what this run showed of them: one check. */
async function checkTraceability(modules) {
  const { tsImport } = await import('tsx/esm/api');
  const { resultsOf, storeResults } = await tsImport('./spec/results.ts', import.meta.url);
  const { checkResults } = await tsImport('./spec/whole.ts', import.meta.url);
  const results = resultsOf(modules, PROJECT);
  storeResults(PROJECT, results);
  const { check, lines } = checkResults(PROJECT, results);
  for (const line of lines) console.log(`spec: ${line}`);
  return check.problems.length === 0 ? { passed: 1 } : { failed: 1 };
}

/** In CI a browser is installed before the run, so that no test's time limit has to hold it. */
function provideBrowser() {
  const args = ['--import', 'tsx', fileURLToPath(new URL('./browser.ts', import.meta.url))];
  spawnSync(process.execPath, args, { cwd: PROJECT, stdio: 'inherit' });
}

async function checkCoverage(showTable) {
  const { reportCoverage } = await import('./coverage.mjs');
  const { table, gaps } = await reportCoverage(PROJECT, COVERAGE);
  if (showTable) console.log(table);
  for (const gap of gaps) console.error(`coverage: ${gap}`);
  return gaps.length === 0 ? { passed: 1 } : { failed: 1 };
}

function add(a, b) {
  return {
    passed: a.passed + (b.passed || 0),
    failed: a.failed + (b.failed || 0),
    skipped: a.skipped + (b.skipped || 0),
  };
}

function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

main();
