/**
 * What a run of the test runner found, as plain data: each test with its place and its end. Read
 * from the runner's own report, never from the source of a test.
 *
 * The last run is kept in an ignored folder, so that a report can be made of it.
 *
 * Not here: running tests (run.ts), and which of them show what (check.ts).
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestModule } from 'vitest/node';

/** One test of a run. One line of a table of tests is one test. */
export interface TestResult {
  /** Relative to the project's directory, with `/`. */
  readonly file: string;
  /** Where the runner was given it, from 1; undefined for a runner that does not say. */
  readonly line: number | undefined;
  /** Its groups and itself, `group > test`. */
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
  /** Why it was skipped, where it said so. */
  readonly note?: string;
  /** The goal of the conformance case that it runs, where its name does not end with it. */
  readonly goal?: string;
}

declare module 'vitest' {
  interface TaskMeta {
    /** The goal of a conformance case, for whoever reports on requirements. */
    goal?: string;
  }
}

/** Does this test run the conformance case with this goal? */
export function runsCase({ name, goal: own }: TestResult, goal: string): boolean {
  return own === goal || name.endsWith(`: ${goal}`);
}

/** Ignored by git, beside the report. */
export const RESULTS_FILE = 'report/results.json';

/** Every test of a finished run. */
export function resultsOf(modules: readonly TestModule[], root: string): readonly TestResult[] {
  return modules.flatMap((module) => {
    const file = path.relative(root, module.moduleId).split(path.sep).join('/');
    return [...module.children.allTests()].map((test) => {
      const { state, note } = test.result() as { state: TestResult['state']; note?: string };
      const line = test.location?.line;
      const { goal } = test.meta();
      return {
        ...{ file, line, name: test.fullName, state },
        ...(note !== undefined && { note }),
        ...(goal !== undefined && { goal }),
      };
    });
  });
}

/** What is kept: the results, and of each file that was run, its digest at that time. */
interface Stored {
  readonly digests: Readonly<Record<string, string | undefined>>;
  readonly tests: readonly TestResult[];
}

/** Keep the results of the last run. */
export function storeResults(root: string, tests: readonly TestResult[]): void {
  const place = path.join(root, RESULTS_FILE);
  mkdirSync(path.dirname(place), { recursive: true });
  const files = [...new Set(tests.map(({ file }) => file))];
  const digests = Object.fromEntries(files.map((file) => [file, digestOf(root, file)]));
  writeFileSync(place, `${JSON.stringify({ digests, tests } satisfies Stored, undefined, 1)}\n`);
}

/**
 * The results that were kept, without those of files that are different now: their lines are not
 * where they were, and their tests not what they were.
 * @throws {Error} when there are none
 */
export function storedResults(root: string): readonly TestResult[] {
  let text: string;
  try {
    text = readFileSync(path.join(root, RESULTS_FILE), 'utf8');
  } catch {
    throw new Error(`there is no ${RESULTS_FILE}: run npm run spec:check or npm test first`);
  }
  const { digests, tests } = JSON.parse(text) as Stored;
  const same = new Set(
    Object.keys(digests).filter((file) => digests[file] === digestOf(root, file)),
  );
  return tests.filter(({ file }) => same.has(file));
}

/** Undefined for a file that is not there. */
function digestOf(root: string, file: string): string | undefined {
  try {
    return createHash('sha256')
      .update(readFileSync(path.join(root, file)))
      .digest('hex');
  } catch {
    return undefined;
  }
}
