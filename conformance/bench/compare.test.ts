/** Two runs side by side. */

import { expect, test } from 'vitest';
import { compareReports, differences, parseReport, renderComparison } from './compare.ts';
import type { Measured, Report } from './report.ts';

const throughput: Omit<Measured, 'values'> = {
  row: 'one-stream',
  name: 'throughput',
  title: 'one stream',
  unit: 'MB/s',
  better: 'higher',
};

const report = (values: Measured['values'], changes: Partial<Report> = {}): Report => ({
  format: 1,
  date: '2026-01-01T00:00:00.000Z',
  quick: false,
  rounds: 3,
  machine: { processor: 'one', cores: 2, system: 'Linux 1', load: [0, 1] },
  versions: { node: '20.12.0', ours: '1.0.0', c: '1.6.2' },
  columns: ['no pipe', 'C', 'ours'],
  notes: [],
  measured: [{ ...throughput, values }],
  ...changes,
});

const verdictOf = (before: number[], after: number[], better: 'higher' | 'lower' = 'higher') => {
  const then = report({ ours: before });
  const now = { ...report({}), measured: [{ ...throughput, better, values: { ours: after } }] };
  return compareReports(then, now).map(({ verdict }) => verdict);
};

test('a change beyond the rounds of both runs is better or worse, by what is wanted', () => {
  expect(verdictOf([100, 101, 102], [200, 201, 202])).toEqual(['better']);
  expect(verdictOf([200, 201, 202], [100, 101, 102])).toEqual(['worse']);
  expect(verdictOf([100, 101, 102], [200, 201, 202], 'lower')).toEqual(['worse']);
});

test('a change that the rounds of either run explain is none', () => {
  expect(verdictOf([100, 101, 102], [90, 150, 151])).toEqual(['within the range']);
  expect(verdictOf([100, 101, 160], [149, 150, 151])).toEqual(['within the range']);
  expect(verdictOf([100, 100, 100], [100, 100, 100])).toEqual(['within the range']);
});

test('the change is that of the median, in percent', () => {
  const [change] = compareReports(report({ C: [50, 100, 900] }), report({ C: [125, 125, 125] }));
  expect(change).toMatchObject({ column: 'C', percent: 25 });
});

test('columns and figures that only one run has are left out', () => {
  const before = report({ C: [1], ours: [1] });
  const after = report({ 'no pipe': [1], ours: [1] });
  expect(compareReports(before, after).map(({ column }) => column)).toEqual(['ours']);
  expect(compareReports({ ...before, measured: [] }, after)).toEqual([]);
});

test('what makes two runs hard to compare stands above the table', () => {
  const other = report(
    { ours: [1] },
    { quick: true, versions: { node: '24.0.0', ours: '1.0.1', c: null } },
  );
  expect(differences(report({}), report({}))).toEqual([]);
  const lines = differences(report({}), other);
  expect(lines.join('\n')).toMatch(/form: full, then quick\n.*20\.12\.0, then 24\.0\.0\n.*null/);
  expect(renderComparison(report({ ours: [1] }), other)).toMatch(/^\*\*\* not the same form/);
});

test('the table has a line for each figure and column', () => {
  const text = renderComparison(report({ ours: [100] }), report({ ours: [150] }));
  expect(text).toMatch(/one-stream: one stream, MB\/s .*ours .*100 .*150 .*\+50\.0 % .*better/);
});

test('a figure that was nothing before has no change in percent', () => {
  expect(renderComparison(report({ ours: [0] }), report({ ours: [1] }))).not.toMatch(/Inf|NaN/);
});

test('a file that the benchmark did not write is refused by name', () => {
  for (const text of ['', '{}', '[]', 'null', '{"format":2,"measured":[],"columns":[]}']) {
    expect(() => parseReport('old.json', text)).toThrow('old.json: expected');
  }
  expect(parseReport('old.json', JSON.stringify(report({})))).toEqual(report({}));
});
