/**
 * A capture can be made again, and what is committed is what the cases say.
 *
 * Goal: that `npm run vectors:capture` still works, without writing its file. Needs C spiped.
 */

import { describe, expect, test } from 'vitest';
import { confirmVector } from '../../vectors/confirm/families.ts';
import { Tape } from '../../vectors/confirm/primitives.ts';
import { readFamily } from '../../vectors/family.ts';
import { upstreamForTests } from '../upstream/require.ts';
import { CAPTURE_CASES } from './cases.ts';
import { record } from './record.ts';

const upstream = await upstreamForTests('captures of C spiped');

test('each case has its capture, and each capture its case', () => {
  const committed = readFamily('c-captures').vectors.map(({ id, comment }) => ({ id, comment }));
  const named = CAPTURE_CASES.map(({ name, comment }) => ({ id: `c-captures/${name}`, comment }));
  expect(committed).toEqual(named);
});

describe.skipIf(upstream === undefined)('a new capture', () => {
  // One of each way: C at both ends with and without a refusal, our end in each role.
  const chosen = ['f-none', 'f-g', 'c-server-x', 'c-client-g-258'];
  test.each(chosen)('of %s can be opened', async (name) => {
    const given = CAPTURE_CASES.find((one) => one.name === name);
    if (given === undefined || upstream === undefined) throw new Error(`no case ${name}`);
    const vector = await record(upstream, given);
    expect(confirmVector('c-captures', new Tape(), vector)).toEqual([]);
    const sent = vector.client.packets + vector.server.packets;
    expect(sent === '').toBe(given.refused !== undefined);
  });
});
