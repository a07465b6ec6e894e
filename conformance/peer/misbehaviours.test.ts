/**
 * The list of misbehaviours itself: it leaves out no rule that can be broken from outside, and each
 * of it is used.
 */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as handshake from './misbehaviours/handshake.ts';
import * as keys from './misbehaviours/keys.ts';
import * as packets from './misbehaviours/packets.ts';
import * as streams from './misbehaviours/streams.ts';
import * as values from './misbehaviours/values.ts';
import { MISBEHAVIOURS } from './misbehaviours.ts';
import { bendBy, type Known } from './points.ts';

const requirements = readRequirements();

/** MUSTs that no misbehaviour of a peer decides: where they are shown instead, or why not. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'KF-2': 'what is in the key file: vectors/key-files.json',
  'KF-4': 'how the key file is named: compat',
  'KF-5': 'what is done to the key file later: the tests of src',
  'KF-6': 'a start that fails: compat',
  'KF-8': 'what a program says: the tests of src',
  'KF-9': 'what a program says: the tests of src',
  'HS-22': 'a command line that is refused: compat',
  'HS-27': 'what the subject sends: the peer counts and opens all of it, in every meeting',
  'PK-10': 'nobody sends 2^64 packets: vectors/packets.json',
  'CN-1': 'many connections: interop',
  'CN-2': 'when the target is dialled: a server may do so later (CN-20), and the tests of src',
  'CN-3': 'a target that answers late: the tests of src',
  'CN-4': 'a target that does not answer: interop',
  'CN-5': 'a target with several addresses: the tests of src',
  'CN-7': 'a target that answers late: the tests of src',
  'CN-9': 'more than a side takes: survival',
  'CN-14': 'a claim that is not to be made, and no behaviour',
  'CN-16': 'the plain side alone: interop',
  'CN-18': 'how many connections: survival',
  'CN-19': 'a signal: survival',
  'CN-24': 'what a process has: survival',
  'CN-26': 'a slow side behind a bad packet: register',
  'TM-1': 'a target that answers late: the tests of src',
  'TM-2': 'a target that does not answer: survival',
  'TM-7': 'a slow side behind a bad packet: survival',
};

test('there are sixty and more, each with a name for the command line', () => {
  expect(MISBEHAVIOURS.size).toBeGreaterThanOrEqual(60);
  for (const name of MISBEHAVIOURS.keys()) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
});

test('none is left out of the list, and no two have one name', () => {
  const families = [handshake, keys, packets, streams, values].flatMap((each) =>
    Object.values<Readonly<Record<string, unknown>>>({ ...each }),
  );
  const names = families.flatMap((family) => Object.keys(family));
  expect([...MISBEHAVIOURS.keys()].sort()).toEqual(names.sort());
});

test('each names requirements that there are, and none without an effect is one', () => {
  for (const [name, { requirements: own, bends, subjects }] of MISBEHAVIOURS) {
    expect(Object.keys(bends), name).not.toEqual([]);
    expect(subjects, name).not.toEqual([]);
    for (const id of own) expect(requirements.has(id), `${name}: ${id}`).toBe(true);
  }
});

test('every MUST of KF, HS, PK, CN and TM is decided by one, or it is said why not', () => {
  const decided = new Set([...MISBEHAVIOURS.values()].flatMap((each) => each.requirements));
  const open = [...requirements]
    .filter(([id, level]) => /^(KF|HS|PK|CN|TM)-/.test(id) && level.startsWith('MUST'))
    .filter(([id]) => !decided.has(id))
    .map(([id]) => id);
  expect(open.sort()).toEqual(Object.keys(ELSEWHERE).sort());
});

test('several are bent together: each is given what the one before has made of the value', () => {
  const none = {} as Known;
  const bend = bendBy(
    [{ nonce: (nonce) => nonce.subarray(1) }, { nonce: (nonce) => Buffer.concat([nonce, nonce]) }],
    none,
  );
  expect(bend('nonce', Buffer.from([1, 2, 3]))).toEqual(Buffer.from([2, 3, 2, 3]));
});

/** Every requirement of the text, with its level. */
function readRequirements(): ReadonlyMap<string, string> {
  const file = new URL('../../spec/requirements.json', import.meta.url);
  const { requirements: all } = JSON.parse(readFileSync(file, 'utf8')) as {
    requirements: readonly { readonly id: string; readonly level: string }[];
  };
  return new Map(all.map(({ id, level }) => [id, level]));
}
