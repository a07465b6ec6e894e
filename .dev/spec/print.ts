/** The outcome of the check as lines for a terminal. */

import type { Check } from './check.ts';

/** One line for each problem, then the counts. */
export function describeCheck({ counts, coverage, problems }: Check): readonly string[] {
  const binding = coverage.filter(({ requirement }) => requirement.level.startsWith('MUST')).length;
  const lines = problems.map(({ file, line, what }) => `${file}:${line}: ${what}`);
  const { requirements, implemented, tested, exceptions } = counts;
  return [
    ...lines,
    `requirements        ${requirements} (${binding} MUST)`,
    `implemented         ${implemented}`,
    `tested in this run  ${tested}`,
    `exceptions          ${exceptions}`,
    problems.length === 0
      ? 'every citation holds, and no MUST is open'
      : `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`,
  ];
}
