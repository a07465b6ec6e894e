/** What meets what in the matrix: programs, engines and cases. */

import { expect, test } from 'vitest';
import { ENGINES, type Subject, withEngine } from '../subjects/subject.ts';
import { addresses } from './cases/addresses.ts';
import { crashes } from './cases/crashes.ts';
import { payloads } from './cases/payloads.ts';
import { policies } from './cases/policies.ts';
import { streams } from './cases/streams.ts';
import { isFor } from './matrix.ts';
import { type Entry, type Pairing, pairingsAmong, pairingsOf } from './pairing.ts';

const cases = [...addresses, ...crashes, ...payloads, ...policies, ...streams];

const C: Subject = {
  name: 'C',
  spiped: ['spiped'],
  spipe: ['spipe'],
  version: '1.6.2',
  reportsFailures: false,
  spipeMayDieBySignal: true,
};
const ours: Subject = { ...C, name: 'ours', engines: ENGINES };

const all: readonly Pairing[] = (['spiped', 'spipe'] as const).flatMap((entry) =>
  [ours, C].flatMap((client) => [ours, C].flatMap((server) => pairingsOf(client, server, entry))),
);

/** The pairings of a case, as `client engine → server engine` of one entry. */
function meetings(id: string, entry: Entry): readonly string[] {
  const each = cases.find((one) => one.id === id);
  if (each === undefined) throw new Error(`no case ${id}`);
  const said = ({ name, engine }: Subject) => engine ?? name;
  return all
    .filter((pairing) => pairing.entry === entry && isFor(pairing, each))
    .map(({ client, server }) => `${said(client)} → ${said(server)}`);
}

test('every case has an id of its own', () => {
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
});

test('every case meets all four pairs of programs, through each of its entries', () => {
  for (const each of cases) {
    for (const entry of each.entries ?? (['spiped', 'spipe'] as const)) {
      const pairs = all
        .filter((pairing) => pairing.entry === entry && isFor(pairing, each))
        .map(({ client, server }) => `${client.name} → ${server.name}`);
      expect([...new Set(pairs)].sort(), each.id).toEqual([
        'C → C',
        'C → ours',
        'ours → C',
        'ours → ours',
      ]);
    }
  }
});

const aboutPackets = cases.filter(({ everyEngine }) => everyEngine);

test('each engine meets C in both directions in every case about packets', () => {
  expect(aboutPackets.length).toBe(15);
  for (const { id } of aboutPackets) {
    for (const engine of ENGINES) {
      expect(meetings(id, 'spiped'), id).toContain(`${engine} → C`);
      expect(meetings(id, 'spiped'), id).toContain(`C → ${engine}`);
    }
  }
});

test('the engines meet each other in every case about packets but that of 64 MiB', () => {
  for (const { id } of aboutPackets.filter((each) => each.id !== 'payload-64MiB')) {
    expect(meetings(id, 'spiped'), id).toContain('batched → reference');
    expect(meetings(id, 'spiped'), id).toContain('reference → batched');
  }
});

test('both engines run in spipe, too', () => {
  expect(meetings('payload-1025', 'spipe')).toEqual([
    'batched → batched',
    'batched → C',
    'reference → C',
    'C → batched',
    'C → reference',
    'C → C',
  ]);
});

test('cases that are not about packets run with the engine that is taken by itself', () => {
  for (const entry of ['spiped', 'spipe'] as const) {
    expect(meetings('policy-f-g', entry)).toEqual(['ours → ours', 'ours → C', 'C → ours', 'C → C']);
  }
});

test('a program without engines of its own has one column for each meeting', () => {
  const other: Subject = { ...C, name: 'subject' };
  const names = pairingsOf(other, C, 'spiped').map(({ name }) => name);
  expect(names).toEqual(['subject -e → C -d']);
});

test('the name of a pairing says which engines run', () => {
  expect(pairingsOf(C, ours, 'spipe').map(({ name }) => name)).toEqual([
    'C spipe → ours -d',
    'C spipe → ours -d (batched)',
    'C spipe → ours -d (reference)',
  ]);
  expect(withEngine(ours, 'reference').environment).toEqual({ SPIPED_ENGINE: 'reference' });
});

test('who lacks spipe or a role is at no end that needs it, and everybody else meets', () => {
  const named = (lacks: readonly string[]) => {
    const { runnable, skipped } = pairingsAmong([{ ...C, name: 'it', lacks }, C], ['it', 'C']);
    return { runnable: runnable.map(({ name }) => name), skipped };
  };
  expect(named(['spipe', '-e'])).toEqual({
    runnable: ['C -e → it -d', 'C -e → C -d', 'C spipe → it -d', 'C spipe → C -d'],
    skipped: ['it -e → it -d', 'it -e → C -d', 'it spipe → it -d', 'it spipe → C -d'],
  });
  expect(named(['-d']).runnable).toEqual([
    ...['it -e → C -d', 'C -e → C -d'],
    ...['it spipe → C -d', 'C spipe → C -d'],
  ]);
});

test('who lacks an option is not started with it, and has all other cells', () => {
  const it: Subject = { ...C, name: 'it', lacks: ['-g'] };
  const [pairing] = pairingsOf(it, C, 'spiped');
  if (pairing === undefined) throw new Error('no pairing');
  const without = policies.filter((each) => !isFor(pairing, each)).map(({ id }) => id);
  expect(without).toEqual(['policy-g-none', 'policy-g-f', 'policy-g-g']);
});
