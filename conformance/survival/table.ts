/** A scenario's report as lines for a person. */

import type { Report } from './run.ts';

/** How many characters of the programs' own words are shown when something does not hold. */
const ACCOUNT_CHARACTERS = 6_000;

/** The scenario, what was promised and found, what was measured, and where it is bad, why. */
export function renderReport(report: Report): string {
  const { scenario, findings, holds, seconds, broken } = report;
  const lines = [
    `${mark(holds)}  ${scenario.name}  (${seconds.toFixed(1)} s)  ${scenario.goal}`,
    ...findings.verdicts.map((each) => `    ${mark(each.holds)}  ${each.promise}: ${each.found}`),
    ...findings.figures.map(({ name, value }) => `    measured       ${name}: ${value}`),
  ];
  if (broken !== undefined) lines.push(`    could not be run to its end: ${broken}`);
  if (!holds) lines.push(shortened(report.account).replace(/^/gm, '    '));
  return `${lines.join('\n')}\n`;
}

/** Both have the same width. */
function mark(holds: boolean): string {
  return holds ? 'holds        ' : 'DOES NOT HOLD';
}

/** The beginning and the end: where it started to go wrong, and how it was last. */
function shortened(account: string): string {
  if (account.length <= ACCOUNT_CHARACTERS) return account;
  const half = ACCOUNT_CHARACTERS / 2;
  const left = account.length - ACCOUNT_CHARACTERS;
  return `${account.slice(0, half)}\n… ${left} characters …\n${account.slice(-half)}`;
}
