/** The table of diagnoses, as it is printed. */

import type { Subject } from '../subjects/subject.ts';
import { type Cell, type Saying, titleOf } from './judge.ts';

/** A cell, and what came of it. */
export interface Row {
  readonly chapter: string;
  readonly cell: Cell;
  sayings?: readonly Saying[];
  /** Why it cannot be set up here. */
  obstacle?: string;
  /** Why it was not set up. */
  failure?: string;
}

/** Prints it all; returns how many cells are untrue or could not be set up. */
export function printTable(
  rows: readonly Row[],
  subject: Subject,
  upstream: Subject | undefined,
): number {
  const c = upstream === undefined ? 'no C spiped' : `C ${upstream.version}`;
  console.log(`\nWhat ${subject.name} ${subject.version} says, at the default level (${c})`);
  let chapter = '';
  for (const row of rows) {
    if (row.chapter !== chapter) console.log(`\n${row.chapter.toUpperCase()}`);
    chapter = row.chapter;
    printRow(row);
  }
  const bad = rows.filter((row) => !isTrue(row) && row.obstacle === undefined).length;
  const skipped = rows.filter(({ obstacle }) => obstacle !== undefined).length;
  const situations = new Set(rows.map(({ cell }) => cell.situation)).size;
  console.log(
    `\n${situations} situations, ${rows.length} cells: ` +
      `${rows.length - bad - skipped} true, ${bad} untrue, ${skipped} not set up here`,
  );
  return bad;
}

function isTrue({ sayings }: Row): boolean {
  return sayings?.every(({ untrue = [] }) => untrue.length === 0) ?? false;
}

function printRow(row: Row): void {
  console.log(`\n${titleOf(row.cell)}`);
  if (row.obstacle !== undefined) console.log(`  NOT SET UP: ${row.obstacle}`);
  if (row.failure !== undefined) console.log(`  FAILED: ${row.failure}`);
  for (const { end, subject, lines, untrue } of row.sayings ?? []) {
    const verdict = untrue === undefined ? '' : untrue.length === 0 ? 'true' : 'UNTRUE';
    const [first = '(nothing)', ...others] = lines;
    console.log(`  ${`${subject} ${end}`.padEnd(18)} ${verdict.padEnd(7)} ${first}`);
    for (const line of others) console.log(`${' '.repeat(29)}${line}`);
    for (const wrong of untrue ?? []) console.log(`${' '.repeat(29)}! ${wrong}`);
  }
}
