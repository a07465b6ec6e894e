/**
 * The report as data: every requirement with all that there is on it. `report/spec.json` is this
 * as it is; the page is drawn from it (page.ts). Pure.
 */

import { type Level, REQUIREMENTS_FILE } from '../requirements.ts';
import type { Check, Counts, Coverage, Problem } from './check.ts';
import {
  aboutC,
  type Evidence,
  type Passage,
  type RegisterEntry,
  type VectorFamily,
} from './evidence.ts';
import type { Case, PlacedCitation } from './project.ts';
import { runsCase, type TestResult } from './results.ts';

/** Where something stands: a file relative to the project's directory, and a line from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Lines of code that meet a requirement, or an exception. */
export interface CodePlace extends Place {
  readonly excerpt: string;
}

/** A test or a group of them, with what each did. */
export interface TestPlace extends Place {
  readonly tests: readonly { readonly name: string; readonly state: TestResult['state'] }[];
}

/** A conformance case that names the requirement, with the runs of it that there were. */
export interface CasePlace extends Place {
  readonly goal: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** `open` has a problem; `tested` has a test that passed; `met` has code only. */
export type State = 'open' | 'tested' | 'met' | 'exception';

/** One requirement. */
export interface ReportedRequirement {
  readonly id: string;
  readonly family: string;
  readonly level: Level;
  readonly sentence: string;
  readonly explanation: string;
  readonly place: Place;
  readonly state: State;
  readonly code: readonly CodePlace[];
  readonly tests: readonly TestPlace[];
  readonly exceptions: readonly (Place & { readonly reason: string })[];
  readonly vectors: readonly VectorFamily[];
  readonly cases: readonly CasePlace[];
  /** What the explanation says of C. */
  readonly c: readonly string[];
  /** The open questions that it decides, with what C does. */
  readonly register: readonly RegisterEntry[];
  readonly passages: readonly Passage[];
}

/** The whole report. */
export interface Report {
  /** ISO 8601. */
  readonly made: string;
  readonly counts: Counts;
  readonly musts: number;
  readonly problems: readonly Problem[];
  readonly requirements: readonly ReportedRequirement[];
}

/** Put together what is known. */
export function buildReport(
  { coverage, counts, problems }: Check,
  cases: readonly Case[],
  results: readonly TestResult[],
  evidence: Evidence,
  made: string,
): Report {
  return {
    made,
    counts,
    musts: coverage.filter(({ requirement }) => requirement.level.startsWith('MUST')).length,
    problems,
    requirements: coverage.map((each) => requirementOf(each, cases, results, evidence)),
  };
}

function requirementOf(
  coverage: Coverage,
  cases: readonly Case[],
  results: readonly TestResult[],
  evidence: Evidence,
): ReportedRequirement {
  const { id, family, level, sentence, explanation, line } = coverage.requirement;
  return {
    id,
    family,
    level,
    sentence,
    explanation,
    place: { file: REQUIREMENTS_FILE, line },
    state: stateOf(coverage),
    code: coverage.code.map(({ file, about, line: at, excerpt }) => ({
      file,
      line: about?.first ?? at,
      excerpt,
    })),
    tests: coverage.demonstrations.map(({ citation, tests }) => ({
      ...placeOf(citation),
      tests: tests.map(({ name, state }) => ({ name, state })),
    })),
    exceptions: coverage.exceptions.map(({ file, line: at, exception = '' }) => ({
      file,
      line: at,
      reason: exception,
    })),
    vectors: evidence.vectors.get(id) ?? [],
    cases: cases
      .filter(({ requirements }) => requirements.includes(id))
      .map((each) => caseOf(each, results)),
    c: aboutC(explanation),
    register: evidence.register.get(id) ?? [],
    passages: evidence.passages.get(id) ?? [],
  };
}

function stateOf({ closed, tested, implemented }: Coverage): State {
  if (!closed) return 'open';
  if (tested) return 'tested';
  return implemented ? 'met' : 'exception';
}

function placeOf({ file, about, line }: PlacedCitation): Place {
  return { file, line: about?.first ?? line };
}

function caseOf({ file, line, goal }: Case, results: readonly TestResult[]): CasePlace {
  const runs = results.filter((test) => runsCase(test, goal));
  const count = (state: TestResult['state']): number =>
    runs.filter((test) => test.state === state).length;
  return {
    file,
    line,
    goal,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
  };
}
