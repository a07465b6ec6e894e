/**
 * The misbehaviours that are about time, against our programs and C's in both roles at once: nearly
 * all of it is waiting.
 *
 * That a timer does not fire too early is judged. How late it may, is not: that would judge the
 * machine.
 */

import { afterAll, expect, test } from 'vitest';
import { BOTH, type Misbehaviour } from './misbehaviour.ts';
import { TIMED } from './misbehaviours.ts';
import { subjectsUnderTest } from './testing/running.ts';
import { Stage } from './testing/table.ts';

const { subjects, skipped } = await subjectsUnderTest();

// Why, was printed when C spiped was looked for.
for (const name of skipped) test.skip(`with ${name}`, () => {});

const ENDS = subjects.flatMap((subject) => BOTH.map((role) => [subject, role] as const));

const stages: Stage[] = [];

afterAll(async () => {
  for (const stage of stages) await stage.close();
});

/**
 * All of these against every subject, side by side; what is not as the text demands. For each meeting
 * a program, so that none takes another's plain end for its own; started one after the other, since
 * their timers are short.
 */
async function meetAll(names: readonly string[]): Promise<readonly string[]> {
  const meetings: { who: string; stage: Stage; one: Misbehaviour }[] = [];
  for (const name of names) {
    const one = TIMED.get(name);
    if (one === undefined) throw new Error(`there is no ${name} that is about time`);
    for (const [subject, role] of ENDS) {
      const stage = new Stage(subject, role);
      stages.push(stage);
      await stage.prepare(one);
      meetings.push({ who: `${name}, ${subject.name} as the ${role}`, stage, one });
    }
  }
  const results = await Promise.allSettled(
    meetings.map(({ stage, one }) => stage.expectReaction(one)),
  );
  return results.flatMap((result, i) =>
    result.status === 'rejected' ? [`${meetings[i]?.who}: ${result.reason}`] : [],
  );
}

/** They all wait for the same timer, side by side. */
const SILENT = [...TIMED.keys()].filter((name) => !name.startsWith('idle-'));

test('who does not complete the handshake is cut off, not before its time (TM-3, TM-5, TM-6)', async () => {
  expect(await meetAll(SILENT)).toEqual([]);
});

test.each([...TIMED.keys()].filter((name) => !SILENT.includes(name)))(
  '%s: a pipe that stands is not ended by a timer (TM-4)',
  async (name) => {
    expect(await meetAll([name])).toEqual([]);
  },
);
