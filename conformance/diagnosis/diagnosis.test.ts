/**
 * Every situation of the table, as a test: `npm run diagnosis` prints what is said.
 *
 * Goal: no line names a cause that cannot be the one, and none is missing.
 */

import { describe, expect, test } from 'vitest';
import { subjectUnderTest, upstreamSubject } from '../subjects/subject.ts';
import { upstreamForTests } from '../upstream/require.ts';
import { type Cell, cellsOf, compare, judge, titleOf } from './judge.ts';
import { SILENCE } from './situation.ts';
import { CHAPTERS } from './situations/index.ts';

const subject = await subjectUnderTest();
const found = await upstreamForTests('the diagnoses with C spiped at the other end');
const upstream = found && upstreamSubject(found);

test('there are enough situations, and no two of one name', () => {
  const ids = CHAPTERS.flatMap(({ situations }) => situations.map(({ id }) => id));
  expect(ids.length).toBeGreaterThanOrEqual(25);
  expect(new Set(ids).size).toBe(ids.length);
});

describe('an end is untrue', () => {
  const says = [/service/];
  test.each([
    ['when it says nothing and should', [], { says }],
    ['when it says something and should not', ['anything'], SILENCE],
    ['when it says more than it should', ['the service', 'and more'], { says }],
    ['when it blames the key where it cannot be', ['the service, or different keys'], { says }],
    ['when it says what it must never', ['the service, perhaps'], { says, never: [/perhaps/] }],
    ['when it shows an exception', ['the service', 'TypeError: x'], { says: [/./] }],
    ['when nothing is known of it', [], undefined],
  ])('%s', (_when, lines, expectation) => {
    expect(compare(lines, expectation)).not.toEqual([]);
  });

  test('and otherwise not', () => {
    const maySay = [/lost/];
    expect(compare([], SILENCE)).toEqual([]);
    expect(compare(['the service'], { says })).toEqual([]);
    expect(compare(['different keys'], { says: [/keys/], keyPossible: true })).toEqual([]);
    expect(compare([], { says: [], maySay })).toEqual([]);
    expect(compare(['lost'], { says: [], maySay })).toEqual([]);
  });
});

for (const { title, situations } of CHAPTERS) {
  describe(title, () => {
    for (const situation of situations) {
      for (const cell of cellsOf(situation, subject, upstream)) declare(cell);
    }
  });
}

function declare(cell: Cell): void {
  const obstacle = cell.situation.obstacle?.();
  if (obstacle !== undefined) {
    process.stderr.write(`*** SKIPPED: ${titleOf(cell)}: ${obstacle} ***\n`);
    test.skip(titleOf(cell), () => {});
    return;
  }
  test.concurrent(titleOf(cell), { timeout: 120_000 }, async () => {
    const sayings = await judge(cell);
    expect(sayings.filter(({ untrue = [] }) => untrue.length > 0)).toEqual([]);
  });
}
