/** Who takes part in the benchmark. */

import { expect, test } from 'vitest';
import { upstreamForTests } from '../upstream/require.ts';
import { findContenders } from './contenders.ts';

test('ours takes part after C, and another Node after both', async () => {
  const upstream = await upstreamForTests('the benchmark beside C');
  const { all, c } = await findContenders({ node: process.execPath });
  const last = `ours, Node ${process.versions.node}`;
  expect(all.map(({ name }) => name)).toEqual([...(upstream ? ['C'] : []), 'ours', last]);
  expect(all.at(-1)?.subject.environment).toEqual({ SPIPED_NODE: process.execPath });
  expect(c).toBe(upstream?.version ?? null);
});

test('ours with workers is a column of its own for each number of them', async () => {
  const { all } = await findContenders({ workers: [1, 2] });
  const given = Object.fromEntries(all.map(({ name, more }) => [name, more.join(' ')]));
  expect(given).toMatchObject({
    ours: '',
    'ours, --workers 1': '--workers 1',
    'ours, --workers 2': '--workers 2',
  });
  expect(given.C ?? '').toBe('');
});

test('another Node that cannot be run ends the run before it begins', async () => {
  await expect(findContenders({ node: '/nowhere/node' })).rejects.toThrow('/nowhere/node');
});
