/** Goal of these tests: what a run found is kept as it was, and never told of a file that changed. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TestModule } from 'vitest/node';
import { resultsOf, runsCase, storedResults, storeResults, type TestResult } from './results.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'results-'));
});
afterEach(() => rmSync(root, { recursive: true }));

test('results are kept, but for those of files that are different now, or gone', () => {
  const files = ['same.test.ts', 'changed.test.ts', 'gone.test.ts'];
  for (const file of files) writeFileSync(path.join(root, file), 'before');
  const results = files.map(
    (file): TestResult => ({ file, line: 1, name: 'a', state: 'skipped', note: 'why' }),
  );
  storeResults(root, results);
  expect(storedResults(root)).toEqual(results);
  writeFileSync(path.join(root, 'changed.test.ts'), 'after');
  rmSync(path.join(root, 'gone.test.ts'));
  expect(storedResults(root)).toEqual(results.slice(0, 1));
});

test('without a run there is nothing, and it is said what to run', () => {
  expect(() => storedResults(root)).toThrow(/^there is no report\/results.json: run npm/);
});

test('a test that has a goal among its metadata runs the case with that goal', () => {
  const one = {
    fullName: 'ours-ours > first',
    location: { line: 7 },
    result: () => ({ state: 'passed' }),
    meta: () => ({ goal: 'the nonce comes first (HS-2)' }),
  };
  const module = { moduleId: path.join(root, 'a.test.ts'), children: { allTests: () => [one] } };
  const [result] = resultsOf([module as unknown as TestModule], root);
  expect(result).toMatchObject({ name: 'ours-ours > first', line: 7, state: 'passed' });
  expect(result && runsCase(result, 'the nonce comes first (HS-2)')).toBe(true);
  expect(result && runsCase(result, 'comes first (HS-2)')).toBe(false);
});
