/**
 * Address cases: every kind of address, in every spelling, at each of the three places.
 *
 * One pipe serves three cells: it has another spelling at each place, in four ways such that each
 * spelling comes to each place once.
 */

import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { canListen, type Spelling } from '../../subjects/addresses.ts';
import type { InteropCase } from '../case.ts';
import { sumOf } from '../receiver.ts';
import { echo } from '../targets.ts';

/** IPv4 in brackets is what every other case uses. */
type OtherSpelling = Exclude<Spelling, 'ipv4'>;
type Place = 'source' | 'middle' | 'target';

const SPELLINGS: Readonly<Record<OtherSpelling, string>> = {
  ipv6: '[::1]:port',
  unix: "a UNIX socket's path",
  bare: '127.0.0.1:port without brackets',
  name: 'localhost:port, a name',
};

const PLACES: Readonly<Record<Place, string>> = {
  source: 'the source of -e',
  middle: 'the source of -d and target of the client',
  target: 'the target of -d',
};

/** The pipes: together a Latin square. */
const PIPES: readonly Readonly<Record<Place, OtherSpelling>>[] = [
  { source: 'ipv6', middle: 'unix', target: 'bare' },
  { source: 'unix', middle: 'ipv6', target: 'name' },
  { source: 'bare', middle: 'name', target: 'ipv6' },
  { source: 'name', middle: 'bare', target: 'unix' },
];

export const addresses: readonly InteropCase[] = PIPES.flatMap((pipe) =>
  (Object.keys(PLACES) as Place[]).map((place) => addressCase(place, pipe)),
);

function addressCase(place: Place, pipe: Readonly<Record<Place, OtherSpelling>>): InteropCase {
  const spelling = pipe[place];
  return {
    id: `address-${place}-${spelling}`,
    goal: `${PLACES[place]} may be ${SPELLINGS[spelling]}`,
    entries: place === 'source' ? ['spiped'] : ['spiped', 'spipe'],
    cannotRun: async () =>
      spelling === 'ipv6' && !(await hasIpv6())
        ? 'this machine has no IPv6 loopback address'
        : undefined,
    async run({ line }) {
      const bytes = randomBytes(5_000);
      const { end, visit } = (await line(await runnable(pipe))).connect(echo);
      end.end(bytes);
      expect(await end.over()).toBe('in order');
      expect(end.received.sum).toBe(sumOf(bytes));
      expect((await visit()).received.sum).toBe(sumOf(bytes));
    },
  };
}

/** Without IPv6 the other two places of a pipe are still tested. */
async function runnable(
  pipe: Readonly<Record<Place, Spelling>>,
): Promise<Readonly<Record<Place, Spelling>>> {
  if (await hasIpv6()) return pipe;
  const or4 = (spelling: Spelling) => (spelling === 'ipv6' ? 'ipv4' : spelling);
  return { source: or4(pipe.source), middle: or4(pipe.middle), target: or4(pipe.target) };
}

let ipv6: Promise<boolean> | undefined;

function hasIpv6(): Promise<boolean> {
  ipv6 ??= canListen({ host: '::1', port: 0 });
  return ipv6;
}
