/**
 * Prints the table of diagnoses: every situation, what each end of it said, and whether that is
 * true. Exit status 1 when one is not, or could not be set up. `npm run diagnosis`.
 *
 *     npm run diagnosis
 *     npm run diagnosis -- --only 'key'    situations whose id holds these words
 */

import { parseArgs } from 'node:util';
import { subjectUnderTest, upstreamSubject } from '../subjects/subject.ts';
import { locateUpstream } from '../upstream/locate.ts';
import { cellsOf, judge } from './judge.ts';
import { CHAPTERS } from './situations/index.ts';
import { printTable, type Row } from './table.ts';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const found = await locateUpstream();
if (!found.found) console.error(`*** Without C at the other end: ${found.reason} ***`);
const subject = await subjectUnderTest();
const upstream = found.found ? upstreamSubject(found) : undefined;

/** So many situations at once: much of each is waiting. */
const AT_ONCE = 4;

const rows: Row[] = CHAPTERS.flatMap(({ title, situations }) =>
  situations
    .filter(({ id }) => id.includes(values.only))
    .flatMap((situation) => cellsOf(situation, subject, upstream))
    .map((cell) => ({ chapter: title, cell })),
);
const waiting = [...rows];
const work = async (): Promise<void> => {
  for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
    const obstacle = row.cell.situation.obstacle?.();
    if (obstacle !== undefined) row.obstacle = obstacle;
    else {
      try {
        row.sayings = await judge(row.cell);
      } catch (error) {
        row.failure = String(error);
      }
    }
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, work));
if (printTable(rows, subject, upstream) > 0 || rows.length === 0) process.exitCode = 1;
