/**
 * Prints the differential table: C spiped beside ours, every vector of the test. Exit status 1
 * when a difference is unexplained, or a vector could not be tried. `npm run compat`.
 *
 *     npm run compat                       the table
 *     npm run compat -- --all              every vector with its differences
 *     npm run compat -- --only 'key '      vectors whose id holds these words, with differences
 */

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type Subject, subjectUnderTest, upstreamSubject } from '../subjects/subject.ts';
import { locateUpstream } from '../upstream/locate.ts';
import { type JudgedDifference, judge, obstacleTo } from './judge.ts';
import { printTable, printVector, type Tried } from './table.ts';
import { VECTORS } from './vectors/index.ts';

const { values } = parseArgs({
  options: { all: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});
const upstream = await locateUpstream();
if (upstream.found) await run(upstreamSubject(upstream));
else {
  console.error(upstream.reason);
  process.exitCode = 1;
}

async function run(c: Subject): Promise<void> {
  const subject = await subjectUnderTest();
  const vectors = VECTORS.filter(({ id }) => id.includes(values.only));
  const tried: Tried[] = [];
  const waiting = [...vectors];
  const work = async () => {
    for (let vector = waiting.shift(); vector !== undefined; vector = waiting.shift()) {
      const obstacle = await obstacleTo(vector);
      const outcome: Tried =
        obstacle === undefined
          ? { vector, differences: await judge(vector, c, subject).catch(failure) }
          : { vector, obstacle };
      tried.push(outcome);
      if (values.all || values.only !== '') printVector(outcome);
    }
  };
  // Much of a run is waiting.
  await Promise.all(Array.from({ length: 2 * availableParallelism() }, work));
  const unexplained = printTable(c, subject, tried);
  if (unexplained > 0 || tried.length === 0) process.exitCode = 1;
}

/** A vector that could not be judged, as a difference that nothing explains: the others go on. */
function failure(error: unknown): readonly JudgedDifference[] {
  const message = error instanceof Error ? error.message : String(error);
  return [{ aspect: 'could not be judged', c: '?', subject: message, accepted: undefined }];
}
