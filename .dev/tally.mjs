/**
 * Counts a run of vitest so that nothing that went wrong is counted as nothing: a file that does
 * not load has no tests and is one failure; so is an error outside any test.
 *
 * Not here: running the tests, and the closing line; see test.mjs.
 */

import path from 'node:path';

/**
 * @typedef {object} Run
 * @property {readonly import('vitest/node').TestModule[]} modules every test file of the run
 * @property {readonly unknown[]} unhandledErrors errors that belong to no test
 * @property {string} root the project's directory; names are relative to it
 * @property {boolean} ci whether a test of interoperation that is skipped is a failure
 */

/**
 * Count a finished run.
 *
 * @param {Run} run
 * @returns {{ passed: number, failed: number, skipped: number, lines: string[] }} the counts, and
 *   a line for each thing that the runner's own report does not say: why a test was skipped
 */
export function tallyOf({ modules, unhandledErrors, root, ci }) {
  const tally = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
  const lines = [];
  for (const module of modules) {
    const file = path.relative(root, module.moduleId);
    let failedInFile = 0;
    for (const test of module.children.allTests()) {
      const { state, note } = test.result();
      const name = `${file} > ${test.fullName}`;
      if (state === 'passed') {
        tally.passed += 1;
      } else if (state === 'failed') {
        failedInFile += 1;
      } else if (state === 'skipped' && !(ci && needsUpstream(file, note))) {
        tally.skipped += 1;
        lines.push(`skipped: ${name}${note ? `: ${note}` : ''}`);
      } else {
        failedInFile += 1;
        const what =
          state === 'skipped' ? 'skipped, and CI skips no interoperation' : 'did not run';
        lines.push(`failed: ${name}: ${what}`);
      }
    }
    // A file that does not load, or a hook that throws, fails without any test of it failing.
    if (failedInFile === 0 && !module.ok()) failedInFile = 1;
    tally.failed += failedInFile;
  }
  return { ...tally, lines };
}

/**
 * Whether a test was skipped for want of C spiped: it says so, or is a test of conformance that
 * does not say why. One that says that the machine lacks something else (root, IPv6) was not.
 */
function needsUpstream(file, note) {
  if (note !== undefined) return /C spiped/.test(note);
  return file.startsWith(path.join('conformance', path.sep));
}
