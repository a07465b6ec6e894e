/** The check of the project as it lies there, against the results of a run. */

import { readRequirements } from '../requirements.ts';
import { type Check, check } from './check.ts';
import { describeCheck } from './print.ts';
import { readSources } from './project.ts';
import type { TestResult } from './results.ts';

/**
 * Check the project at `root`; `lines` say the outcome to a person.
 * @throws {RequirementsError} when the normative text cannot be read
 */
export function checkResults(
  root: string,
  results: readonly TestResult[],
): { readonly check: Check; readonly lines: readonly string[] } {
  const outcome = check(readRequirements(root), readSources(root), results);
  return { check: outcome, lines: describeCheck(outcome) };
}
