/** Who takes part in the benchmark. */

import { execa } from 'execa';
import { expect, test } from 'vitest';
import { ours } from '../subjects/subject.ts';
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
  const [file, ...before] = (await ours()).spiped;
  const { stdout: help } = await execa(file, [...before, '--help']);
  const { all, notes } = await findContenders({ workers: 2 });
  const given = Object.fromEntries(all.map(({ name, more }) => [name, more.join(' ')]));
  if (help.includes('--workers')) {
    expect(given).toMatchObject({ ours: '--workers 2' });
    expect(notes).toContain('our daemons run with --workers 2');
  } else {
    expect(given).toMatchObject({ ours: '' });
    expect(notes.join()).toContain('--workers: our spiped does not have this option');
  }
  expect(given.C ?? '').toBe('');
});

test('another Node that cannot be run ends the run before it begins', async () => {
  await expect(findContenders({ node: '/nowhere/node' })).rejects.toThrow('/nowhere/node');
});
