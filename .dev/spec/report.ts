import type { Check } from './check.ts';
import type { TestResult } from './results.ts';
export function writeReport(
  _root: string,
  _check: Check,
  _results: readonly TestResult[],
): readonly string[] {
  return [];
}
