/**
 * Running one scenario: its scope, its subjects, its time, and a failure's account.
 */

import { Scope } from '../subjects/scope.ts';
import { type Subject, subjectUnderTest, upstreamSubject } from '../subjects/subject.ts';
import { upstreamForTests } from '../upstream/require.ts';
import { Findings, type Form, type Scenario } from './scenario.ts';

/** The programs that scenarios are run with. */
export interface Subjects {
  readonly subject: Subject;
  readonly upstream: Subject | undefined;
}

/**
 * Finds the programs. Where C spiped cannot be had, says what is skipped.
 *
 * @throws Error where the subject is missing; and where C is, in CI; see upstream/require.ts.
 */
export async function findSubjects(): Promise<Subjects> {
  const found = await upstreamForTests('survival scenarios with C spiped at the other end');
  return {
    subject: await subjectUnderTest(),
    upstream: found === undefined ? undefined : upstreamSubject(found),
  };
}

/** What came of a scenario. */
export interface Report {
  readonly scenario: Scenario;
  readonly findings: Findings;
  readonly holds: boolean;
  readonly seconds: number;
  /** Why it could not be run to its end; absent when it could. */
  readonly broken?: string;
  /** What the parts had to say, where something does not hold. */
  readonly account: string;
}

/** Runs a scenario to its end and undoes everything. Never throws: what went wrong is reported. */
export async function runScenario(
  scenario: Scenario,
  form: Form,
  subjects: Subjects,
): Promise<Report> {
  const findings = new Findings();
  const scope = await Scope.open();
  const begin = performance.now();
  let broken: string | undefined;
  try {
    await scenario.run(form, { scope, ...subjects }, findings);
  } catch (error) {
    broken = describe(error);
  }
  const seconds = (performance.now() - begin) / 1000;
  const account = scope.account();
  await scope.close().catch((error: unknown) => {
    broken ??= describe(error);
  });
  const holds = broken === undefined && findings.verdicts.every((verdict) => verdict.holds);
  const report = { scenario, findings, holds, seconds, account };
  return broken === undefined ? report : { ...report, broken };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
