/** The table, and how rounds become its lines. */

import { expect, test } from 'vitest';
import type { Report } from './report.ts';
import type { Row } from './rows/row.ts';
import { collect } from './run.ts';
import { digits, renderPage, renderRow, renderTable } from './table.ts';

const row: Row = {
  name: 'one-stream',
  figures: [
    { name: 'throughput', title: 'one stream', unit: 'MB/s', better: 'higher', reach: 2 },
    { name: 'cost', title: 'its cost', unit: 's/GB', better: 'lower' },
  ],
  open: async () => async () => ({}),
};

const measured = collect(row, [
  { throughput: { 'no pipe': 900, C: 100, ours: 150 } },
  { throughput: { 'no pipe': 1_000, C: 200, ours: 500 } },
  { throughput: { 'no pipe': 1_100, C: 150, ours: 330 } },
]);
const columns = ['no pipe', 'C', 'ours'];

test('a line has medians with least and most, and the median of the ratios of pairs', () => {
  const [head, rule, line, ...rest] = renderTable(columns, measured)
    .split('\n')
    .map((each) => each.replace(/ +/g, ' '));
  expect(head).toBe('| | no pipe | C | ours | ours / C | reach |');
  expect(rule).toMatch(/^\|-+\|-+:\|/);
  expect(line).toBe(
    '| one stream, MB/s | 1000 (900–1100) | 150 (100–200) | 330 (150–500) | 2.20 (1.50–2.50) | ≥ 2.00 |',
  );
  // Nothing was measured of the other figure.
  expect(rest).toEqual([]);
});

test('without C there are no ratios', () => {
  const alone = collect(row, [{ cost: { ours: 4 } }]);
  const [head = '', , line = ''] = renderTable(['no pipe', 'ours'], alone).split('\n');
  expect(head).toContain('ours / C');
  expect(line.replace(/ +/g, ' ')).toBe('| its cost, s/GB | – | 4.00 | – | |');
});

test('while a run goes on, its lines have medians', () => {
  expect(renderRow(measured)).toBe(
    '  one stream, MB/s: no pipe 1000, C 150, ours 330 (2.20 × C)\n',
  );
});

test('numbers have about three digits', () => {
  expect([0.1234, 1.5, 15.26, 152.6, -20.04].map(digits)).toEqual([
    '0.12',
    '1.50',
    '15.3',
    '153',
    '-20.0',
  ]);
  expect(digits(Number.NaN)).toBe('–');
});

test('the page says what was measured on what, and what it is worth', () => {
  const report: Report = {
    format: 1,
    date: '2026-01-02T03:04:05.678Z',
    quick: true,
    rounds: 3,
    machine: { processor: 'A Processor', cores: 2, system: 'Linux 6', load: [0.1, 2] },
    versions: { node: '20.12.0', ours: '1.0.0', c: null },
    columns,
    notes: ['something is missing'],
    measured,
  };
  const page = renderPage(report);
  expect(page).toContain('THE QUICK FORM');
  expect(page).toContain('2026-01-02T03:04Z, 3 rounds');
  expect(page).toContain('2 × A Processor, Linux 6');
  expect(page).toContain('load at the beginning 0.10, at the end 2.00');
  expect(page).toContain('ours 1.0.0 with Node 20.12.0; C spiped MISSING');
  expect(page).toContain('NOTE: something is missing');
  expect(renderPage({ ...report, quick: false })).not.toContain('QUICK');
});
