/** Who takes part in the benchmark. */

import { expect, test } from 'vitest';
import { upstreamForTests } from '../upstream/require.ts';
import { findContenders } from './contenders.ts';

test('ours takes part after C, and another Node after both', async () => {
  const upstream = await upstreamForTests('the benchmark beside C');
  const { all, c } = await findContenders({ node: process.execPath });
  const last = `ours, Node ${process.versions.node}`;
  expect(all.map(({ name }) => name)).toEqual([...(upstream ? ['C'] : []), 'ours', last]);
  expect(all.at(-1)?.subject.spiped[0]).toBe(process.execPath);
  expect(c).toBe(upstream?.version ?? null);
});

test('workers are given to our daemons only, or a note says that there are none', async () => {
  const { all, notes } = await findContenders({ workers: 2 });
  for (const { name, more } of all) {
    if (name === 'C') expect(more).toEqual([]);
  }
  const given = all.find(({ name }) => name === 'ours')?.more.join(' ');
  if (given === '--workers 2') expect(notes).toContain('our daemons run with --workers 2');
  else expect(notes.join()).toContain('--workers: our spiped does not have this option');
});

test('another Node that cannot be run ends the run before it begins', async () => {
  await expect(findContenders({ node: '/nowhere/node' })).rejects.toThrow('/nowhere/node');
});
