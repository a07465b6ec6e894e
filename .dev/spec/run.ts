/**
 * Runs the tests that citations stand for, so that `npm run spec:check` can be asked by itself. In
 * `npm test` the same results come from the one run of everything.
 */

import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { startVitest } from 'vitest/node';
import type { Sources } from './project.ts';
import { resultsOf, type TestResult } from './results.ts';

/** The test files that show something: those with citations, and those that run cited cases. */
export function citedTestFiles(root: string, { citations }: Sources): readonly string[] {
  const files = citations.flatMap(({ kind, file }) => {
    if (kind === 'test') return [file];
    return kind === 'case' ? testFilesIn(root, file.split('/').slice(0, 2).join('/')) : [];
  });
  return [...new Set(files)].sort();
}

function testFilesIn(root: string, folder: string): readonly string[] {
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name}`);
}

/** Run these files, named relative to the project's directory, and say what each test did. */
export async function runTests(
  root: string,
  files: readonly string[],
): Promise<readonly TestResult[]> {
  if (files.length === 0) return [];
  const vitest = await startVitest('test', [...files], {
    config: path.join(root, '.dev', 'vitest.config.ts'),
    watch: false,
    reporters: ['default'],
  });
  const results = resultsOf(vitest.state.getTestModules(), root);
  await vitest.close();
  return results;
}
