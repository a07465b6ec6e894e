/**
 * Two runs of the benchmark side by side: both medians of each figure, the change, and whether it is
 * more than the rounds of either run differed among themselves.
 */

import { type Measured, type Report, summaryOf } from './report.ts';
import type { Summary } from './statistics.ts';
import { alignTable, digits } from './table.ts';

/** One figure of one column in both runs. */
export interface Change {
  readonly row: string;
  readonly title: string;
  readonly unit: string;
  readonly column: string;
  readonly before: Summary;
  readonly after: Summary;
  /** Of the median, in percent of the one before. */
  readonly percent: number;
  /** Is the new median outside the old rounds' range, and the old one outside the new's? */
  readonly outside: boolean;
  /** Which way it went, where it is outside. */
  readonly verdict: 'better' | 'worse' | 'within the range';
}

/** Every figure and column that both have, in the order of the new run. */
export function compareReports(before: Report, after: Report): readonly Change[] {
  return after.measured.flatMap((now) => {
    const then = before.measured.find((each) => each.row === now.row && each.name === now.name);
    if (then === undefined) return [];
    return after.columns.flatMap((column) => compareColumn(then, now, column));
  });
}

function compareColumn(then: Measured, now: Measured, column: string): readonly Change[] {
  const [before, after] = [summaryOf(then, column), summaryOf(now, column)];
  if (before === undefined || after === undefined) return [];
  const outside = !isWithin(after.median, before) && !isWithin(before.median, after);
  const rose = after.median > before.median;
  const verdict = outside
    ? rose === (now.better === 'higher')
      ? 'better'
      : 'worse'
    : 'within the range';
  const percent = (after.median / before.median - 1) * 100;
  const { row, title, unit } = now;
  return [{ row, title, unit, column, before, after, percent, outside, verdict }];
}

function isWithin(value: number, { min, max }: Summary): boolean {
  return value >= min && value <= max;
}

/** What makes two runs hard to compare, each a line. */
export function differences(before: Report, after: Report): readonly string[] {
  const pairs = [
    ['form', formOf(before), formOf(after)],
    ['processor', before.machine.processor, after.machine.processor],
    ['cores', before.machine.cores, after.machine.cores],
    ['Node', before.versions.node, after.versions.node],
    ['C spiped', before.versions.c, after.versions.c],
  ] as const;
  return pairs
    .filter(([, then, now]) => then !== now)
    .map(([what, then, now]) => `not the same ${what}: ${then}, then ${now}`);
}

const formOf = ({ quick }: Report): string => (quick ? 'quick' : 'full');

export function renderComparison(before: Report, after: Report): string {
  const head = ['', 'column', 'old', 'new', 'change', ''];
  const lines = compareReports(before, after).map((each) => [
    `${each.row}: ${each.title}, ${each.unit}`,
    each.column,
    shown(each.before),
    shown(each.after),
    Number.isFinite(each.percent)
      ? `${each.percent > 0 ? '+' : ''}${each.percent.toFixed(1)} %`
      : '–',
    each.verdict,
  ]);
  const warnings = differences(before, after).map((line) => `*** ${line} ***\n`);
  return `${warnings.join('')}${alignTable([head, ...lines])}\n`;
}

function shown({ median, min, max }: Summary): string {
  return `${digits(median)} (${digits(min)}–${digits(max)})`;
}

/**
 * Reads what `--json` wrote.
 *
 * @throws Error, naming the file, when it is anything else.
 */
export function parseReport(file: string, text: string): Report {
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch {
    report = undefined;
  }
  if (!isReport(report)) {
    throw new Error(`${file}: expected what "npm run bench -- --json FILE" writes`);
  }
  return report;
}

function isReport(value: unknown): value is Report {
  if (typeof value !== 'object' || value === null) return false;
  const { format, measured, columns } = value as Partial<Report>;
  return format === 1 && Array.isArray(measured) && Array.isArray(columns);
}
