/**
 * A wrong digit in any value of any family is found by the confirmation.
 *
 * Without this, a confirmation that looks at nothing would be as green as one that looks.
 */

import { expect, test } from 'vitest';
import { type Families, type FamilyName, readFamily } from '../family.ts';
import { confirmVector } from './families.ts';
import { Tape } from './primitives.ts';

/** The values that each family promises, as paths into a vector. */
const PROMISED: { readonly [Name in FamilyName]: readonly string[] } = {
  'key-files': ['K'],
  'mac-keys': ['dk1', 'dhmacC', 'dhmacS'],
  'public-values': ['exponent', 'y'],
  'handshake-messages': ['y', 'h', 'dhmac'],
  'shared-secrets': ['exponent', 'ySC'],
  'session-keys': ['dk2', 'eC', 'hC', 'eS', 'hS'],
  packets: ['firstCounterBlock', 'message', 'cleartext', 'packet'],
  streams: ['plaintext', 'packets'],
  accumulated: ['plaintextSha256', 'packetsSha256'],
  connections: [
    ...['K', 'dk1', 'dhmacC', 'dhmacS', 'ySC', 'dk2', 'packetKeys.eC', 'packetKeys.hS'],
    ...['client.y', 'client.h', 'client.sends', 'server.y', 'server.h', 'server.sends'],
    'client.messages.0',
  ],
  transcripts: ['sends', 'releases', 'nonce', 'input.0.bytes'],
  'c-captures': [
    ...['ySC', 'client.y', 'client.h', 'client.packets', 'client.plaintext', 'client.nonce'],
    ...['server.y', 'server.h', 'server.packets', 'server.plaintext', 'server.nonce', 'keyFile'],
  ],
};

const cases = Object.entries(PROMISED).flatMap(([name, paths]) =>
  paths.map((path) => [name as FamilyName, path] as const),
);

test.each(cases)('%s: a wrong digit in %s', (name, path) => {
  // The first vectors are ordinary ones; a refused message stays refused with another wrong byte.
  const tape = new Tape();
  const chosen = readFamily(name).vectors.slice(0, 3);
  for (const digit of ['first', 'last'] as const) {
    for (const vector of chosen) {
      const wrong = structuredClone(vector);
      turn(wrong, path.split('.'), digit);
      expect(
        confirmVector(name, tape, wrong as Families[typeof name]),
        `${vector.id}, ${digit} digit`,
      ).not.toEqual([]);
    }
  }
});

/** Replaces the first or the last digit of the value at a path. */
function turn(within: object, path: readonly string[], digit: 'first' | 'last'): void {
  const [name = '', ...rest] = path;
  const holder = within as Record<string, unknown>;
  const value = holder[name];
  if (rest.length > 0) turn(value as object, rest, digit);
  else if (typeof value !== 'string' || value === '') throw new Error(`no value at ${name}`);
  else {
    const at = digit === 'first' ? 0 : value.length - 1;
    const other = value[at] === '0' ? '1' : '0';
    holder[name] = value.slice(0, at) + other + value.slice(at + 1);
  }
}
