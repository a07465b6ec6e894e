/**
 * Vectors, given to C and to ours: the answers differ in nothing that is not explained.
 *
 * The same as `npm run compat`, as tests; but of the recorded command lines, which the parsers'
 * own tests have all of, only a part.
 */

import { describe, expect, test } from 'vitest';
import { subjectUnderTest, upstreamSubject } from '../subjects/subject.ts';
import { upstreamForTests } from '../upstream/require.ts';
import { ACCEPTED } from './accepted.ts';
import { describeDifference, judge, obstacleTo } from './judge.ts';
import type { Vector } from './vector.ts';
import { commandLines } from './vectors/command-lines.ts';
import { TOPICS, VECTORS } from './vectors/index.ts';

/** The entries of `accepted.ts` are about this version; another one may need fewer of them. */
const VERSION = '1.6.2';

/** Of the recorded command lines, one in so many. */
const PART = 4;

const subject = await subjectUnderTest();
const upstream = await upstreamForTests('the comparison with C spiped on the command line');
const c = upstream && upstreamSubject(upstream);
const obstacles = await obstaclesOf(VECTORS);
const used = new Set<string>();

test('no two vectors have the same id, and there are enough of them', () => {
  expect(new Set(VECTORS.map(({ id }) => id)).size).toBe(VECTORS.length);
  expect(VECTORS.length).toBeGreaterThanOrEqual(120);
});

for (const { title, vectors } of TOPICS) {
  describe(`${title} (${subject.name} ${subject.version}, C ${c?.version ?? 'missing'})`, () => {
    const part = vectors === commandLines ? vectors.filter((_, n) => n % PART === 0) : vectors;
    for (const vector of part) declare(vector);
  });
}

test('every accepted difference is still there', ({ skip }) => {
  if (c?.version !== VERSION) skip(`this needs C spiped ${VERSION}`);
  if (subject.name !== 'ours') skip('another program than ours is tested');
  if (obstacles.size > 0) skip(`${obstacles.size} vectors cannot be run here`);
  expect(ACCEPTED.map(({ id }) => id).filter((id) => !used.has(id))).toEqual([]);
});

function declare(vector: Vector): void {
  const title = JSON.stringify(`${vector.id}: ${vector.goal}`).slice(1, -1).replaceAll('\\"', '"');
  const obstacle = obstacles.get(vector);
  if (c === undefined) {
    // Why, has been printed.
    test.skip(title, () => {});
    return;
  }
  if (obstacle !== undefined) {
    test(title, ({ skip }) => skip(obstacle));
    return;
  }
  test.concurrent(title, { timeout: 180_000 }, async () => {
    const differences = await judge(vector, c, subject);
    for (const { accepted } of differences) if (accepted !== undefined) used.add(accepted.id);
    const unexplained = differences.filter(({ accepted }) => accepted === undefined);
    expect(unexplained.map(describeDifference)).toEqual([]);
  });
}

async function obstaclesOf(vectors: readonly Vector[]): Promise<ReadonlyMap<Vector, string>> {
  const found = new Map<Vector, string>();
  for (const vector of vectors) {
    const obstacle = await obstacleTo(vector);
    if (obstacle !== undefined) found.set(vector, obstacle);
  }
  for (const obstacle of new Set(found.values())) {
    const ids = [...found].filter(([, why]) => why === obstacle).map(([{ id }]) => id);
    process.stderr.write(`*** SKIPPED: ${ids.join('; ')}: ${obstacle} ***\n`);
  }
  return found;
}
