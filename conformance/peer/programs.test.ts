/**
 * The peer speaks with C spiped and with ours, in both roles: bytes each way, half-closes in both
 * orders, more than the sockets hold, and every option about forward secrecy.
 *
 * A peer that passes its vectors and works with C may judge others.
 */

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Scope } from '../subjects/scope.ts';
import { FAREWELL, passThrough } from './encounter.ts';
import { textsOf } from './packets.ts';
import { otherRole } from './parameters.ts';
import { type Account, Peer } from './peer.ts';
import { upTo } from './plan.ts';
import type { Bends } from './points.ts';
import type { Reach } from './reach.ts';
import { LIMIT, type Running, start, subjectsUnderTest } from './testing/running.ts';

const { subjects, skipped } = await subjectsUnderTest();

// Why, was printed when C spiped was looked for.
for (const name of skipped) test.skip(`with ${name}`, () => {});

describe.each(subjects)('with $name', (subject) => {
  describe.each(['server', 'client'] as const)('as the %s', (role) => {
    let scope: Scope;
    let running: Running;

    beforeAll(async () => {
      scope = await Scope.open();
      running = await start(scope, subject, role);
    });

    afterAll(() => scope.close());

    test('a few bytes go each way, and both ends are passed on in order (CN-10, CN-12)', async () => {
      await passThrough(running.reach, LIMIT);
    });

    test('the plain end may end first, and hears what the peer says later (CN-10)', async () => {
      const { sent, released } = await honest(running.reach, {
        plan: (plan) =>
          upTo(
            plan,
            'send rest',
            'plain farewell',
            'plain end',
            'read farewell',
            'read end',
            'send rest',
            'await rest',
            'end',
            'await plain end',
          ),
      });
      expect(released).toEqual(Buffer.concat(sent));
    });

    test('a megabyte and a packet arrive unchanged (PK-5, CN-8)', async () => {
      const bytes = randomBytes(1_048_576 + 1_000);
      const { released } = await honest(running.reach, { rest: () => textsOf(bytes) });
      expect(released.subarray(-bytes.length).equals(bytes)).toBe(true);
    });

    test('what the plain end says, a megabyte of it, arrives in packets that are right (PK-1 to PK-5)', async () => {
      const greeting = randomBytes(1_048_576 + 1_000);
      const talkative = await start(scope, subject, role, {}, greeting);
      const { received } = await honest(talkative.reach);
      expect(received.subarray(0, greeting.length).equals(greeting)).toBe(true);
    });

    test.each(['-f', '-g'] as const)('it is understood with %s (HS-12, HS-14)', async (policy) => {
      const { reach } = await start(scope, subject, role, { policy });
      const { yIsOne } = await honest(reach);
      expect(yIsOne).toBe(policy === '-f');
    });
  });
});

/** A connection on which nothing goes wrong, with what was seen of it. */
async function honest(
  reach: Reach,
  bends: Bends = {},
): Promise<Account & { readonly released: Buffer; readonly yIsOne: boolean }> {
  const contact = await reach.open();
  const { subject, keyFile, greeting } = reach;
  try {
    const account = await new Peer({
      role: otherRole(subject),
      keyFile,
      greeting,
      limit: LIMIT,
      farewell: FAREWELL,
      wire: contact.wire,
      plain: contact.plain,
      bends: [bends],
      first: [Buffer.from('first')],
      rest: [Buffer.from('second'), Buffer.from('third')],
    }).perform();
    expect(account.stopped?.message).toBe(undefined);
    expect(account.objections).toEqual([]);
    expect(account.remainder).toBe(0);
    expect(account.received.equals(Buffer.concat([greeting, FAREWELL]))).toBe(true);
    const y = contact.wire.bytes().subarray(32, 288);
    const yIsOne = y.equals(Buffer.concat([Buffer.alloc(255), Buffer.from([1])]));
    return { ...account, released: contact.plain.bytes(), yIsOne };
  } finally {
    contact.close();
  }
}
