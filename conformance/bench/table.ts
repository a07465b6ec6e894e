/** A report as a page in Markdown that reads well as plain text, too. */

import { C, type Measured, NO_PIPE, type Report, ratioOf, summaryOf } from './report.ts';
import type { Summary } from './statistics.ts';

/** The whole page: what was measured on what, and the table. */
export function renderPage(report: Report): string {
  return `# Results of \`npm run bench\`

Written by the command; not to be edited.

${renderCircumstances(report)}
${renderTable(report.columns, report.measured)}
`;
}

/** When, on what, with what; one line each. */
export function renderCircumstances(report: Report): string {
  const { machine, versions, notes } = report;
  const [begin, end] = machine.load;
  const lines = [
    ...(report.quick ? ['- THE QUICK FORM: less of everything, only good for a first look'] : []),
    `- ${report.date.slice(0, 16)}Z, ${report.rounds} rounds`,
    `- ${machine.cores} × ${machine.processor}, ${machine.system}`,
    `- load at the beginning ${begin.toFixed(2)}, at the end ${end.toFixed(2)}`,
    `- ours ${versions.ours} with Node ${versions.node}; C spiped ${versions.c ?? 'MISSING'}`,
    ...notes.map((note) => `- NOTE: ${note}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Median and, in brackets, the least and the most of all rounds; ratios are those of pairs. */
export function renderTable(columns: readonly string[], measured: readonly Measured[]): string {
  const compared = columns.filter((column) => column !== C && column !== NO_PIPE);
  const head = ['', ...columns, ...compared.map((column) => `${column} / C`), 'reach'];
  // A figure that nothing was measured of, such as the steps that the quick form leaves out.
  const some = measured.filter(({ values }) => Object.keys(values).length > 0);
  const lines = some.map((each) => [
    `${each.title}, ${each.unit}`,
    ...columns.map((column) => cell(summaryOf(each, column))),
    ...compared.map((column) => cell(ratioOf(each, column))),
    each.reach === undefined
      ? ''
      : `${each.better === 'higher' ? '≥' : '≤'} ${each.reach.toFixed(2)}`,
  ]);
  return alignTable([head, ...lines]);
}

/** A row as lines while the run goes on: medians only. */
export function renderRow(measured: readonly Measured[]): string {
  const lines = measured.map((each) => {
    const medians = Object.keys(each.values).map((column) => {
      const ratio = column === C ? undefined : ratioOf(each, column);
      const beside =
        ratio === undefined || column === NO_PIPE ? '' : ` (${digits(ratio.median)} × C)`;
      return `${column} ${digits(summaryOf(each, column)?.median ?? Number.NaN)}${beside}`;
    });
    return medians.length === 0 ? '' : `  ${each.title}, ${each.unit}: ${medians.join(', ')}\n`;
  });
  return lines.join('');
}

function cell(summary: Summary | undefined): string {
  if (summary === undefined) return '–';
  const { median, min, max } = summary;
  if (min === max) return digits(median);
  return `${digits(median)} (${digits(min)}–${digits(max)})`;
}

/** Three significant digits, without an exponent. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** Cells as a table in Markdown; the first column is text, the others numbers. */
export function alignTable(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(3, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const row = (cells: readonly string[]) =>
    `| ${cells.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  const [head = [], ...rest] = lines;
  return [row(head), rule, ...rest.map(row)].join('\n');
}
