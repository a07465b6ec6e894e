/**
 * The check of traceability: requirements, citations and the results of a run, held together.
 *
 * It fails on an id that does not exist, a quote that is not the requirement's sentence, a MUST
 * without a line of code, a MUST without a test that was executed and passed in this run, an
 * exception without a reason or without need, and a requirement that nobody mentions. A test that
 * was skipped shows nothing.
 *
 * Pure: it reads no file. Not here: running tests (run.ts), and the report (model.ts).
 */

import { REQUIREMENTS_FILE, type Requirement } from '../requirements.ts';
import type { PlacedCitation, Sources } from './project.ts';
import { runsCase, type TestResult } from './results.ts';

/** Something that is wrong, and where. */
export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Half a sentence, which begins with the requirement where there is one. */
  readonly what: string;
}

/** A test or case that cites a requirement, with the tests of the run that it stands for. */
export interface Demonstration {
  readonly citation: PlacedCitation;
  readonly tests: readonly TestResult[];
  /** At least one of them passed, and none failed. */
  readonly passed: boolean;
}

/** What there is for one requirement. */
export interface Coverage {
  readonly requirement: Requirement;
  readonly code: readonly PlacedCitation[];
  readonly demonstrations: readonly Demonstration[];
  readonly exceptions: readonly PlacedCitation[];
  readonly implemented: boolean;
  readonly tested: boolean;
  /** Nothing of the problems is about it. */
  readonly closed: boolean;
}

/** How many requirements … */
export interface Counts {
  readonly requirements: number;
  /** … have a line of code. */
  readonly implemented: number;
  /** … have a test that passed in this run. */
  readonly tested: number;
  /** … have an exception with a reason. */
  readonly exceptions: number;
}

/** The outcome. It holds when there is no problem. */
export interface Check {
  readonly coverage: readonly Coverage[];
  readonly counts: Counts;
  readonly problems: readonly Problem[];
}

/** Hold the requirements against what the sources cite and what a run showed. */
export function check(
  requirements: readonly Requirement[],
  sources: Sources,
  results: readonly TestResult[],
): Check {
  const known = new Map(requirements.map((requirement) => [requirement.id, requirement]));
  const problems: (Problem & { readonly id?: string })[] = sources.malformed.map(
    ({ file, line, problem }) => ({ file, line, what: problem }),
  );
  for (const citation of sources.citations) {
    const { id, file, line } = citation;
    for (const what of problemsOf(citation, known.get(id))) problems.push({ id, file, line, what });
  }

  const open = requirements.map((requirement): Omit<Coverage, 'closed'> => {
    const citations = sources.citations.filter(({ id }) => id === requirement.id);
    const plain = citations.filter(({ exception }) => exception === undefined);
    const code = plain.filter(({ kind }) => kind === 'code');
    const demonstrations = plain
      .filter(({ kind }) => kind === 'test' || kind === 'case')
      .map((citation) => demonstrate(citation, results));
    const exceptions = citations.filter(({ exception }) => exception !== undefined);
    for (const what of shortcomings(requirement, code, demonstrations, exceptions)) {
      problems.push({ id: requirement.id, file: REQUIREMENTS_FILE, line: requirement.line, what });
    }
    for (const { citation, tests } of demonstrations) {
      if (tests.length > 0 || citation.about === undefined) continue;
      // With nothing else to show it, this has been said.
      if (isBinding(requirement) && !demonstrations.some(({ passed }) => passed)) continue;
      const { id, file, line } = citation;
      problems.push({ id, file, line, what: `${id} is cited above no test of this run` });
    }
    return {
      requirement,
      code,
      demonstrations,
      exceptions,
      implemented: code.length > 0,
      tested: demonstrations.some(({ passed }) => passed),
    };
  });

  const affected = new Set(problems.map(({ id }) => id));
  return {
    coverage: open.map((each) => ({ ...each, closed: !affected.has(each.requirement.id) })),
    counts: {
      requirements: requirements.length,
      implemented: open.filter(({ implemented }) => implemented).length,
      tested: open.filter(({ tested }) => tested).length,
      exceptions: open.filter(({ exceptions }) => exceptions.some(hasReason)).length,
    },
    problems: problems.map(({ file, line, what }) => ({ file, line, what })),
  };
}

/** What is wrong with a citation by itself. */
function problemsOf(
  { id, quote, exception, about, kind }: PlacedCitation,
  requirement: Requirement | undefined,
): readonly string[] {
  if (requirement === undefined) return [`${id} is no requirement of ${REQUIREMENTS_FILE}`];
  const found: string[] = [];
  if (quote === '') {
    found.push(`${id} is cited without its sentence (node --import tsx .dev/spec/cite.ts ${id})`);
  } else if (quote !== requirement.sentence) {
    found.push(
      `${id} is quoted out of date, as "${quote}"; ${REQUIREMENTS_FILE}:${requirement.line} ` +
        `says "${requirement.sentence}"`,
    );
  }
  if (exception === '') found.push(`${id} is an exception without a reason (//! …)`);
  if (exception === undefined && about === undefined) {
    found.push(`${id} is cited above nothing: a statement stands directly below its citation`);
  } else if (exception === undefined && kind === 'nothing') {
    found.push(`${id} is cited where it counts for nothing: not in src, no test, no case`);
  }
  return found;
}

/** What a requirement lacks, by its level. */
function shortcomings(
  { id, level }: Requirement,
  code: readonly PlacedCitation[],
  demonstrations: readonly Demonstration[],
  exceptions: readonly PlacedCitation[],
): readonly string[] {
  const found: string[] = [];
  const instead = (kind: 'code' | 'shown'): boolean =>
    exceptions.some((each) => (kind === 'code') === (each.kind === 'code'));
  if (code.length === 0 && demonstrations.length === 0 && exceptions.length === 0) {
    return [`${id} is reached by nobody: no code, no test and no exception cites it`];
  }
  for (const { kind, file, line } of exceptions) {
    const needless = kind === 'code' ? code.length > 0 : demonstrations.length > 0;
    if (needless) found.push(`${id} needs no exception (${file}:${line}): it is cited as well`);
  }
  if (!isBinding({ level })) return found;
  if (code.length === 0 && !instead('code')) {
    found.push(`${id} is a ${level} without a line of src that meets it`);
  }
  if (!demonstrations.some(({ passed }) => passed) && !instead('shown')) {
    const tried = demonstrations.map(describeDemonstration);
    found.push(
      `${id} is a ${level} without a test that passed in this run` +
        (tried.length > 0 ? ` (${tried.join('; ')})` : ''),
    );
  }
  return found;
}

function isBinding({ level }: Pick<Requirement, 'level'>): boolean {
  return level === 'MUST' || level === 'MUST NOT';
}

/** The tests that a citation stands for: those declared inside the statement below it. */
function demonstrate(citation: PlacedCitation, results: readonly TestResult[]): Demonstration {
  const { about, kind, file, goal } = citation;
  const tests = results.filter((test) => {
    if (kind === 'case')
      return goal !== undefined && roomOf(test.file) === roomOf(file) && runsCase(test, goal);
    if (test.file !== file || test.line === undefined || about === undefined) return false;
    return test.line >= about.first && test.line <= about.last;
  });
  const passed =
    tests.some(({ state }) => state === 'passed') && tests.every(({ state }) => state !== 'failed');
  return { citation, tests, passed };
}

/** Such as `conformance/interop`: a case is made into tests by its own folder. */
function roomOf(file: string): string {
  return file.split('/').slice(0, 2).join('/');
}

function describeDemonstration({ citation, tests }: Demonstration): string {
  const where = `${citation.file}:${citation.line}`;
  if (tests.length === 0) return `${where} did not run`;
  const state = (['failed', 'skipped', 'pending'] as const).find((each) =>
    tests.some((test) => test.state === each),
  );
  const note = tests.find((test) => test.note !== undefined)?.note;
  return `${where} ${state ?? 'passed'}${note === undefined ? '' : `: ${note}`}`;
}

function hasReason({ exception }: PlacedCitation): boolean {
  return exception !== undefined && exception !== '';
}
