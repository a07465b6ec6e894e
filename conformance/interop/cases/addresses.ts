/**
 * Address cases: every kind of address, in every spelling, at each of the three places.
 */

import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { canListen, type Spelling } from '../../subjects/addresses.ts';
import type { InteropCase } from '../case.ts';
import { Pipe } from '../pipe.ts';
import { sumOf } from '../receiver.ts';
import { echo, Target } from '../targets.ts';

type Place = 'source' | 'middle' | 'target';

/** IPv4 in brackets is what every other case uses. */
const SPELLINGS: Readonly<Record<Exclude<Spelling, 'ipv4'>, string>> = {
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

export const addresses: readonly InteropCase[] = entriesOf(PLACES).flatMap(([place, where]) =>
  entriesOf(SPELLINGS).map(([spelling, what]) => addressCase(place, where, spelling, what)),
);

function addressCase(place: Place, where: string, spelling: Spelling, what: string): InteropCase {
  return {
    id: `address-${place}-${spelling}`,
    goal: `${where} may be ${what}`,
    entries: place === 'source' ? ['spiped'] : ['spiped', 'spipe'],
    cannotRun: async () =>
      spelling === 'ipv6' && !(await canListen({ host: '::1', port: 0 }))
        ? 'this machine has no IPv6 loopback address'
        : undefined,
    async run({ pairing, scope }) {
      const bytes = randomBytes(5_000);
      const target = await Target.start(scope, echo, place === 'target' ? spelling : 'ipv4');
      const pipe = await Pipe.open(scope, pairing, {
        target: target.address,
        ...(place === 'source' && { source: spelling }),
        ...(place === 'middle' && { middle: spelling }),
      });
      const { end } = pipe.connect();
      end.end(bytes);
      expect(await end.over()).toBe('in order');
      expect(end.received.sum).toBe(sumOf(bytes));
      expect((await target.visit()).received.sum).toBe(sumOf(bytes));
    },
  };
}

/** The entries of a record, with the keys' own type. */
function entriesOf<Key extends string>(record: Readonly<Record<Key, string>>): [Key, string][] {
  return Object.entries(record) as [Key, string][];
}
