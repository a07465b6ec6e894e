/**
 * What the tests of a run covered: the table for people, and the one rule, that every line and
 * every branch of `src/protocol` is run. The raw data is V8's, taken in the test processes from
 * the code as it is on disk; c8 turns it into lines.
 */

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { transform } from 'esbuild';

/** What has to be covered completely. */
const COMPLETE = 'src/protocol';

/**
 * Report on the coverage data in `<directory>/tmp`.
 *
 * @param {string} root the project's directory
 * @param {string} directory where the data is and the report goes
 * @returns {Promise<{ table: string, gaps: string[] }>} the table of all of src, and a line for
 *   each file of the core that is not covered completely
 */
export async function reportCoverage(root, directory) {
  const c8 = path.join(root, 'node_modules', 'c8', 'bin', 'c8.js');
  const typesOnly = await filesWithoutCode(path.join(root, 'src'));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...[c8, 'report', '--all', '--src', path.join(root, 'src')],
      ...['--temp-directory', path.join(directory, 'tmp'), '--reports-dir', directory],
      ...['--reporter', 'text', '--reporter', 'json-summary'],
      ...['--include', 'src/**/*.ts', '--exclude', '**/*.test.ts', '--exclude', '**/testing/**'],
      ...typesOnly.flatMap((file) => ['--exclude', path.relative(root, file)]),
    ],
    { cwd: root, maxBuffer: 64 << 20 },
  );
  const summary = JSON.parse(readFileSync(path.join(directory, 'coverage-summary.json'), 'utf8'));
  return { table: stdout, gaps: gapsIn(summary, root) };
}

/**
 * The files of the core that are not covered completely, from c8's summary.
 *
 * @param {Record<string, Record<'lines' | 'branches', { total: number, covered: number }>>} summary
 * @param {string} root
 * @returns {string[]}
 */
export function gapsIn(summary, root) {
  const core = Object.entries(summary).filter(([file]) =>
    file.startsWith(path.join(root, COMPLETE, path.sep)),
  );
  if (core.length === 0) return [`nothing of ${COMPLETE} was run`];
  return core.flatMap(([file, { lines, branches }]) => {
    const missing = [
      [lines, 'lines'],
      [branches, 'branches'],
    ].flatMap(([count, what]) =>
      count.covered < count.total
        ? [`${count.total - count.covered} of ${count.total} ${what}`]
        : [],
    );
    return missing.length === 0
      ? []
      : [`${path.relative(root, file)}: no test runs ${missing.join(' and ')}`];
  });
}

/** Files that hold only types: nothing of them is left to run, so nothing can be covered. */
async function filesWithoutCode(directory) {
  const files = readdirSync(directory, { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => path.join(directory, name));
  const codes = await Promise.all(
    files.map((file) => transform(readFileSync(file, 'utf8'), { loader: 'ts' })),
  );
  return files.filter((_, i) => codes[i].code.trim() === '');
}
