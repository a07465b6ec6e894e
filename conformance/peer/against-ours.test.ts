/** Each misbehaviour, but those that are about time, against our own programs; and some together. */

import { afterAll, describe, test } from 'vitest';
import { ours } from '../subjects/subject.ts';
import { BOTH, type Misbehaviour } from './misbehaviour.ts';
import { UNTIMED } from './misbehaviours.ts';
import { declareTable, Stage } from './testing/table.ts';

const subject = await ours();

declareTable(subject, UNTIMED);

/** The first of each decides what a right subject does; the others are odd and right. */
const TOGETHER: readonly (readonly [string, ...string[]])[] = [
  ['h-first-bit', 'nonce-zero', 'cut-everywhere'],
  ['mac-last-bit', 'padding-ff', 'y-2', 'handshake-byte-by-byte'],
  ['plain-ends-first', 'padding-random', 'y-leading-zero', 'cut-everywhere'],
];

describe.each(BOTH)('together, ours as the %s', (role) => {
  const stage = new Stage(subject, role);
  afterAll(() => stage.close());

  for (const [first, ...others] of TOGETHER) {
    test(`${first} decides, with ${others.join(', ')}`, async () => {
      await stage.expectReaction(named(first), ...others.map(named));
    });
  }
});

function named(name: string): Misbehaviour {
  const found = UNTIMED.get(name);
  if (found === undefined) throw new Error(`there is no misbehaviour ${name}`);
  return found;
}
