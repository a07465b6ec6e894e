/**
 * Goal of these tests: every way in which a requirement can be without code, without a test that
 * passed, or quoted wrongly is a problem with a place; and what is whole is none.
 */

import { expect, test } from 'vitest';
import type { Requirement } from '../requirements.ts';
import { type Check, check } from './check.ts';
import { describeCheck } from './print.ts';
import { readOne, type Sources } from './project.ts';
import type { TestResult } from './results.ts';

const MUST: Requirement = {
  id: 'HS-2',
  family: 'HS',
  level: 'MUST',
  sentence: 'Each end MUST send its nonce.',
  explanation: '',
  line: 7,
};
const SHOULD: Requirement = {
  ...MUST,
  id: 'HS-3',
  level: 'SHOULD',
  sentence: 'It SHOULD be random.',
  line: 9,
};

const CODE = ['//= HS-2', `//# ${MUST.sentence}`, 'send(nonce);'];
const TEST = ['//= HS-2', `//# ${MUST.sentence}`, "test('sends', () => {", '  ok();', '});'];

/** Files as name and lines, read as the project's. */
function sources(files: Readonly<Record<string, readonly string[]>>): Sources {
  const each = Object.entries(files).map(([file, lines]) => readOne(file, lines.join('\n')));
  return {
    citations: each.flatMap(({ citations }) => citations),
    malformed: each.flatMap(({ malformed }) => malformed),
    cases: each.flatMap(({ cases }) => cases),
  };
}

function ran(state: TestResult['state'], more: Partial<TestResult> = {}): TestResult {
  return { file: 'src/a.test.ts', line: 3, name: 'sends', state, ...more };
}

function problemsOf({ problems }: Check): readonly string[] {
  return problems.map(({ file, line, what }) => `${file}:${line}: ${what}`);
}

/** The problems of one MUST with this code, this test and these results. */
function problems(
  code: readonly string[],
  shown: readonly string[],
  results: readonly TestResult[],
): readonly string[] {
  return problemsOf(check([MUST], sources({ 'src/a.ts': code, 'src/a.test.ts': shown }), results));
}

test('a MUST with a line of code and a test that passed is no problem', () => {
  const whole = check([MUST], sources({ 'src/a.ts': CODE, 'src/a.test.ts': TEST }), [
    ran('passed'),
  ]);
  expect(whole.problems).toEqual([]);
  expect(whole.counts).toEqual({ requirements: 1, implemented: 1, tested: 1, exceptions: 0 });
  expect(whole.coverage[0]).toMatchObject({ implemented: true, tested: true, closed: true });
  expect(describeCheck(whole)).toEqual([
    'requirements        1 (1 MUST)',
    'implemented         1',
    'tested in this run  1',
    'exceptions          0',
    'every citation holds, and no MUST is open',
  ]);
});

test('an id that is no requirement is a problem', () => {
  const unknown = ['//= HS-999', '//# Anything MUST go.', 'send();'];
  expect(problems([...CODE, ...unknown], TEST, [ran('passed')])).toEqual([
    'src/a.ts:4: HS-999 is no requirement of spec/protocol.md',
  ]);
});

test('a quote that is not the sentence any more is a problem, wherever it stands', () => {
  const old = (lines: readonly string[]): readonly string[] =>
    lines.map((line) => line.replace('its nonce', 'a nonce'));
  expect(problems(old(CODE), old(TEST), [ran('passed')])).toEqual(
    ['src/a.ts', 'src/a.test.ts'].map(
      (file) =>
        `${file}:1: HS-2 is quoted out of date, as "Each end MUST send a nonce."; ` +
        'spec/protocol.md:7 says "Each end MUST send its nonce."',
    ),
  );
});

test('a citation without its sentence is a problem', () => {
  expect(problems(['//= HS-2', 'send(nonce);'], TEST, [ran('passed')])).toEqual([
    'src/a.ts:1: HS-2 is cited without its sentence (node --import tsx .dev/spec/cite.ts HS-2)',
  ]);
});

test('a MUST without a line of code is a problem, also when it is cited in tools or fixtures', () => {
  const problem = 'spec/protocol.md:7: HS-2 is a MUST without a line of src that meets it';
  expect(problems([], TEST, [ran('passed')])).toEqual([problem]);
  const elsewhere = { 'src/a.test.ts': TEST, 'src/testing/a.ts': CODE };
  expect(problemsOf(check([MUST], sources(elsewhere), [ran('passed')]))).toEqual([
    'src/testing/a.ts:1: HS-2 is cited where it counts for nothing: not in src, no test, no case',
    problem,
  ]);
});

test('a MUST that no test cites is a problem', () => {
  expect(problems(CODE, [], [ran('passed')])).toEqual([
    'spec/protocol.md:7: HS-2 is a MUST without a test that passed in this run',
  ]);
});

test.each<[string, readonly TestResult[], string]>([
  ['failed', [ran('failed')], 'src/a.test.ts:1 failed'],
  ['was skipped', [ran('skipped', { note: 'needs root' })], 'src/a.test.ts:1 skipped: needs root'],
  ['never ended', [ran('pending')], 'src/a.test.ts:1 pending'],
  ['failed in one of its instances', [ran('passed'), ran('failed')], 'src/a.test.ts:1 failed'],
])('a cited test that %s shows nothing', (_, results, tried) => {
  expect(problems(CODE, TEST, results)).toEqual([
    `spec/protocol.md:7: HS-2 is a MUST without a test that passed in this run (${tried})`,
  ]);
});

test('a citation above a test that is not in the run, or gone, is a problem', () => {
  expect(problems(CODE, TEST, [])).toEqual([
    'spec/protocol.md:7: HS-2 is a MUST without a test that passed in this run (src/a.test.ts:1 did not run)',
  ]);
  const two = sources({ 'src/a.ts': CODE, 'src/a.test.ts': TEST, 'src/b.test.ts': TEST });
  expect(problemsOf(check([MUST], two, [ran('passed')]))).toEqual([
    'src/b.test.ts:1: HS-2 is cited above no test of this run',
  ]);
  const gone = [...TEST.slice(0, 2), '', "test('another', () => {});"];
  expect(problems(CODE, gone, [ran('passed', { line: 4 })])).toContain(
    'src/a.test.ts:1: HS-2 is cited above nothing: a statement stands directly below its citation',
  );
});

test('a group passes when something in it passed and nothing failed', () => {
  const results = [ran('passed', { line: 4 }), ran('skipped', { line: 5 })];
  expect(problems(CODE, TEST, results)).toEqual([]);
  expect(problems(CODE, TEST, [ran('passed', { line: 6 })])).not.toEqual([]);
});

test('a conformance case shows what it cites by the tests of its folder that have its goal', () => {
  const cases = [
    'export const cases = [',
    ...CODE.slice(0, 2).map((line) => `  ${line}`),
    '  {',
    "    goal: 'the nonce comes first (HS-2)',",
    '  },',
    '];',
  ];
  const both = sources({ 'src/a.ts': CODE, 'conformance/interop/cases/a.ts': cases });
  const name = 'ours-ours > first: the nonce comes first (HS-2)';
  const file = 'conformance/interop/a.test.ts';
  expect(problemsOf(check([MUST], both, [ran('passed', { file, name })]))).toEqual([]);
  const byMeta = { file, name: 'ours-ours > first', goal: 'the nonce comes first (HS-2)' };
  expect(problemsOf(check([MUST], both, [ran('passed', byMeta)]))).toEqual([]);
  expect(check([MUST], both, [ran('passed', { ...byMeta, goal: 'other' })]).problems).not.toEqual(
    [],
  );
  const elsewhere = ran('passed', { file: 'conformance/survival/a.test.ts', name });
  expect(check([MUST], both, [elsewhere]).problems).not.toEqual([]);
});

test('an exception needs its reason, and stands in for what would be in its place', () => {
  const exception = (reason: readonly string[]): readonly string[] => [
    '//= HS-2 exception',
    `//# ${MUST.sentence}`,
    ...reason,
  ];
  const reason = ['//! It cannot be seen from inside.'];
  expect(problems(exception(reason), TEST, [ran('passed')])).toEqual([]);
  expect(problems(CODE, exception(reason), [])).toEqual([]);
  expect(problems(exception([]), TEST, [ran('passed')])).toEqual([
    'src/a.ts:1: HS-2 is an exception without a reason (//! …)',
  ]);
  expect(problems([...CODE, ...exception(reason)], TEST, [ran('passed')])).toEqual([
    'spec/protocol.md:7: HS-2 needs no exception (src/a.ts:4): it is cited as well',
  ]);
});

test('a SHOULD needs no test, but somebody has to mention it', () => {
  const whole = { 'src/a.ts': CODE, 'src/a.test.ts': TEST };
  expect(problemsOf(check([MUST, SHOULD], sources(whole), [ran('passed')]))).toEqual([
    'spec/protocol.md:9: HS-3 is reached by nobody: no code, no test and no exception cites it',
  ]);
  const met = ['//= HS-3', `//# ${SHOULD.sentence}`, 'draw();'];
  const more = { ...whole, 'src/b.ts': met };
  expect(check([MUST, SHOULD], sources(more), [ran('passed')]).problems).toEqual([]);
});

test('problems are printed before the counts, and counted', () => {
  const lines = describeCheck(check([MUST], sources({ 'src/a.test.ts': TEST }), [ran('passed')]));
  expect(lines[0]).toBe('spec/protocol.md:7: HS-2 is a MUST without a line of src that meets it');
  expect(lines.at(-1)).toBe('1 problem');
});
