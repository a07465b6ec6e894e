/**
 * The verdicts can be otherwise: an end that leaves out one rule is found by the misbehaviours that
 * are about it, and the same end that leaves out none is right in all of them.
 */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { Scope } from '../subjects/scope.ts';
import { FAREWELL, meet, passThrough } from './encounter.ts';
import { BOTH, differences } from './misbehaviour.ts';
import { UNTIMED } from './misbehaviours.ts';
import type { Role } from './parameters.ts';
import type { Earlier } from './points.ts';
import type { Reach } from './reach.ts';
import { type Omission, startEnd } from './testing/faulty-end.ts';
import { GREETING, LIMIT } from './testing/running.ts';

/** What finds it, each by itself, and in which role the end is; as a server where not said. */
interface Found {
  readonly by: readonly string[];
  readonly as?: Role;
  /** As one of the differences is put. */
  readonly because: RegExp;
}

const FOUND: Readonly<Record<Omission, Found>> = {
  'h is not compared': {
    by: ['h-zero', 'k-of-other-file', 'message-random'],
    because: /sent|close/,
  },
  'h is compared over 16 bytes': { by: ['h-first-16-right', 'h-last-bit'], because: /sent|close/ },
  'h is compared over its end only': {
    by: ['h-last-16-right', 'h-first-bit'],
    as: 'client',
    because: /sent|close/,
  },
  'y is not compared with p': {
    by: ['y-p', 'y-p-plus-1', 'y-max', 'y-p-middle-plus-1'],
    because: /sent|close/,
  },
  'y = 1 is refused without -g': { by: ['y-1'], because: /instead of|released/ },
  'y = 0 is refused': { by: ['y-0'], as: 'client', because: /instead of|released/ },
  'y is sent before the proof': {
    by: ['message-withheld', 'h-zero'],
    because: /sent/,
  },
  'the nonce waits': { by: ['nonce-late', 'nonce-withheld'], because: /nonce/ },
  'ySC has no leading zeros': { by: ['y-1', 'y-0'], because: /released|packet/ },
  'the peer is told why': { by: ['h-zero', 'y-p', 'end-after-160'], because: /it sent/ },
  'MACs are not compared': {
    by: ['mac-zero', 'cipher-first-bit', 'mac-without-number'],
    because: /released|close/,
  },
  'MACs are compared over 16 bytes': {
    by: ['mac-first-16-right', 'mac-last-bit'],
    as: 'client',
    because: /released/,
  },
  'a bad packet is passed over': {
    by: ['mac-first-bit', 'length-0', 'packet-random'],
    because: /close|released/,
  },
  'any length is taken': {
    by: ['length-0', 'length-1025', 'length-2-31'],
    because: /close|released/,
  },
  'the padding is looked at': {
    by: ['padding-ff', 'padding-random'],
    because: /released|instead of/,
  },
  'the padding is delivered': { by: ['padding-ff'], because: /released/ },
  'a part of a packet is delivered': {
    by: ['end-in-packet-500', 'end-in-packet-1059'],
    as: 'client',
    because: /released/,
  },
  'early packets are lost': {
    by: ['early-packet', 'everything-at-once'],
    as: 'client',
    because: /delivery|released/,
  },
  'an end is not passed on': {
    by: ['end-after-handshake', 'end-without-packets'],
    because: /end at the plain side/,
  },
  'an end closes both': {
    by: ['end-after-handshake', 'plain-ends-first'],
    as: 'client',
    because: /instead of|reset|released/,
  },
  'a reset is not passed on': { by: ['reset-when-idle', 'reset-in-packet'], because: /left open/ },
  'a fault leaves the connection open': { by: ['h-zero', 'mac-zero'], because: /close in time/ },
  'packets are cut at segments': {
    by: ['packet-in-pieces', 'early-half-packet'],
    because: /released|instead of/,
  },
};

const REFUSES_NOTHING: readonly Omission[] = [
  'h is not compared',
  'y is not compared with p',
  'MACs are not compared',
  'any length is taken',
  'a bad packet is passed over',
];

/**
 * Milliseconds that a step may take, the next where an end that leaves nothing out takes longer than
 * the one before: with an end that does, most of what is waited for never comes.
 */
const LIMITS = [40, 400, 4_000];

let scope: Scope;
beforeAll(async () => {
  scope = await Scope.open();
});
afterAll(() => scope.close());

test.each(BOTH)(
  'an end that leaves nothing out is right in all of these, as the %s',
  async (role) => {
    const reach = await startEnd(scope, role, [], LIMIT);
    const earlier = await passThrough(reach, LIMIT);
    const wrong: string[] = [];
    for (const name of new Set(Object.values(FOUND).flatMap(({ by }) => by))) {
      const found = await check(reach, name, LIMIT, earlier);
      wrong.push(...found.map((what) => `${name}: ${what}`));
    }
    expect(wrong).toEqual([]);
  },
);

// One role is enough: the two share what they leave out.
test.each(Object.entries(FOUND))('an end is found out when %s', async (omission, found) => {
  const { by, as = 'server', because } = found;
  for (const name of by) {
    const wrong = await foundOf(as, [omission as Omission], name);
    expect(wrong.join('; '), `${name} finds it, as the ${as}`).toMatch(because);
  }
});

test('an end that refuses nothing is found out by everything that is to be refused', {
  timeout: 180_000,
}, async () => {
  const unseen: string[] = [];
  for (const [name, { needs, subjects, reaction }] of UNTIMED) {
    // Where the stream ends early, there is nothing that it could go on with.
    if (needs !== undefined || !subjects.includes('server') || name.startsWith('end-')) continue;
    if (reaction('server').outcome !== 'refuses') continue;
    const found = await foundOf('server', REFUSES_NOTHING, name);
    if (found.every((what) => what.startsWith('a connection afterwards'))) unseen.push(name);
  }
  expect(unseen).toEqual([]);
});

/**
 * What is found wrong of an end with these omissions, at a limit at which the control, an end without
 * any, is right.
 */
async function foundOf(
  role: Role,
  omissions: readonly Omission[],
  name: string,
): Promise<readonly string[]> {
  let control: readonly string[] = [];
  for (const limit of LIMITS) {
    control = await checkNew(role, [], name, limit);
    if (control.length === 0) return await checkNew(role, omissions, name, limit);
  }
  throw new Error(`the control is wrong: ${control.join('; ')}`);
}

/** Of an end started for this alone. */
async function checkNew(
  role: Role,
  omissions: readonly Omission[],
  name: string,
  limit: number,
): Promise<readonly string[]> {
  const own = await Scope.open();
  try {
    const earlier = await passThrough(await startEnd(own, role, [], LIMIT), LIMIT);
    return await check(await startEnd(own, role, omissions, limit), name, limit, earlier);
  } finally {
    await own.close();
  }
}

async function check(
  reach: Reach,
  name: string,
  limit: number,
  earlier?: Earlier,
): Promise<readonly string[]> {
  const one = UNTIMED.get(name);
  if (one === undefined) throw new Error(`there is no misbehaviour ${name}`);
  const seen = await meet(reach, [one], limit, earlier);
  return differences(seen, one.reaction(reach.subject), Buffer.concat([GREETING, FAREWELL]));
}
