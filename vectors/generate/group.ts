/**
 * The families of the group: public values (HS-6, HS-8) and shared secrets (HS-13, HS-16), with
 * both exponents that HS-8 allows.
 *
 * Leading zero bytes are searched for, from a labelled beginning upwards.
 */

import type { ExponentForm, Family, PublicValueVector, SharedSecretVector } from '../family.ts';
import { toHex } from '../format.ts';
import {
  bigEndian,
  exponentOf,
  frame,
  numberOf,
  P,
  sharedSecret as powerOf,
  publicValue,
  random,
} from './material.ts';

const FORMS: readonly ExponentForm[] = ['2^258+x', 'x'];
const p = numberOf(P);

/** `2^258+x` is no good part of an id. */
const idOf = (form: ExponentForm): string => (form === 'x' ? 'x' : '258');

interface Exponent {
  readonly name: string;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly x: Uint8Array;
}

const EXPONENTS: readonly Exponent[] = [
  ...Array.from({ length: 8 }, (_, i) => ({
    name: `random-${i + 1}`,
    comment: 'a random x',
    flags: ['Plain'],
    x: random(`x ${i}`),
  })),
  ...(
    [
      ['zero', 0n, 'x = 0'],
      ['one', 1n, 'x = 1'],
      ['two', 2n, 'x = 2'],
      ['2047', 2047n, 'x = 2047: the last power of 2 that is below p without reduction'],
      ['2048', 2048n, 'x = 2048: the first power of 2 that is reduced'],
      ['high-bit', 1n << 255n, 'only the highest bit of x is set'],
      ['ff', (1n << 256n) - 1n, 'every bit of x is set'],
      ['leading-zeros', numberOf(random('a short x')) >> 64n, 'x begins with 8 zero bytes'],
    ] as const
  ).map(([name, x, comment]) => ({
    name,
    comment,
    flags: ['SpecialExponent'],
    x: bigEndian(x, 32),
  })),
];

const NOTES = {
  Plain: { bugType: 'FUNCTIONALITY', description: 'Random values.' },
  SpecialExponent: {
    bugType: 'EDGE_CASE',
    description:
      'Found: an x taken in the wrong byte order, cut, or added to 2^258 in the wrong place.',
  },
  LeadingZeros: {
    bugType: 'FUNCTIONALITY',
    description:
      'Found: a result written as a number, without its leading zero bytes. With random values one connection in 256 shows it.',
  },
  NotSecret: {
    bugType: 'CONFIDENTIALITY',
    description:
      'The exponent gives y = 1 or a small power of 2. Chance never does; a broken random source may. No rule forbids it.',
  },
  SpecialValue: {
    bugType: 'EDGE_CASE',
    description:
      'A y that must be accepted and that libraries like to refuse. Found: a library whose refusal ends the connection or the process.',
  },
  WeakPeer: {
    bugType: 'FUNCTIONALITY',
    description: 'y = 1 from a peer with -f: the computation gives 1 by itself.',
  },
  NonResidue: {
    bugType: 'EDGE_CASE',
    description: 'y is not a square modulo p. Found: a library that takes squares only.',
  },
} as const;

/** x → y. */
export function publicValues(): Family<PublicValueVector> {
  const found = FORMS.flatMap((form) =>
    zeroCounts(form).map((zeros) => ({
      form,
      name: `y-${zeros}-leading-zero${zeros === 1 ? '' : 's'}`,
      comment: `y begins with ${zeros === 1 ? 'a zero byte' : `${zeros} zero bytes`}; all 256 bytes are sent`,
      flags: ['LeadingZeros'],
      x: search(form, 2n, random(`start of the search for y, ${form}, ${zeros}`), zeros),
    })),
  );
  const all = FORMS.flatMap((form) => EXPONENTS.map((exponent) => ({ form, ...exponent })));
  return {
    format: 1,
    family: 'public-values',
    about: 'y = 2^e mod p, 256 bytes, where e is 2^258 + x or x.',
    requirements: ['HS-6', 'HS-8'],
    notes: pick(['Plain', 'SpecialExponent', 'LeadingZeros', 'NotSecret']),
    vectors: [...all, ...found].map(({ form, name, comment, flags, x }) => {
      const small = form === 'x' && numberOf(x) < 2048n;
      return {
        ...frame(
          `public-values/${idOf(form)}-${name}`,
          comment,
          small ? [...flags, 'NotSecret'] : flags,
          { blackBox: false, result: small ? 'acceptable' : 'valid' },
        ),
        exponentForm: form,
        x: toHex(x),
        exponent: toHex(exponentOf(form, x)),
        y: toHex(publicValue(form, x)),
      };
    }),
  };
}

const EVEN = random('x of shared secrets').map((byte, i) => (i === 31 ? byte & 0xfe : byte));
const ODD = EVEN.map((byte, i) => (i === 31 ? byte | 1 : byte));

const SPECIAL_VALUES: readonly [name: string, y: bigint, flags: string[], comment: string][] = [
  ['zero', 0n, ['SpecialValue'], 'y = 0 gives 0'],
  ['one', 1n, ['WeakPeer'], 'y = 1 gives 1'],
  ['p-minus-1', p - 1n, ['SpecialValue', 'NonResidue'], 'y = p − 1 gives 1 or p − 1'],
  ['two', 2n, ['SpecialValue'], 'y = 2, the generator'],
  ['p-minus-2', p - 2n, ['SpecialValue', 'NonResidue'], 'y = p − 2'],
  ['three', 3n, ['SpecialValue'], 'y = 3'],
  ['p-minus-3', p - 3n, ['SpecialValue'], 'y = p − 3'],
];

/** An exponent and the peer's y → ySC. */
export function sharedSecrets(): Family<SharedSecretVector> {
  const ordinary = FORMS.flatMap((form) =>
    Array.from({ length: 5 }, (_, i) => ({
      form,
      name: `random-${i + 1}`,
      comment: 'random values at both ends',
      flags: ['Plain'],
      x: random(`x of ySC ${i}`),
      y: publicValue('2^258+x', random(`x of the peer ${i}`)),
    })),
  );
  const special = FORMS.flatMap((form) =>
    SPECIAL_VALUES.flatMap(([name, y, flags, comment]) =>
      (
        [
          ['even', EVEN],
          ['odd', ODD],
        ] as const
      ).map(([parity, x]) => ({
        form,
        name: `${name}-${parity}`,
        comment: `${comment}; x is ${parity}`,
        flags,
        x,
        y: bigEndian(y, 256),
      })),
    ),
  );
  const found = FORMS.flatMap((form) =>
    zeroCounts(form).map((zeros) => {
      const y = publicValue('2^258+x', random(`x of the peer, ${zeros}`));
      return {
        form,
        name: `ySC-${zeros}-leading-zero${zeros === 1 ? '' : 's'}`,
        comment: `ySC begins with ${zeros === 1 ? 'a zero byte' : `${zeros} zero bytes`}; all 256 bytes are hashed`,
        flags: ['LeadingZeros'],
        x: search(form, numberOf(y), random(`start of the search for ySC, ${form}`), zeros),
        y,
      };
    }),
  );
  return {
    format: 1,
    family: 'shared-secrets',
    about: 'ySC = y^e mod p, 256 bytes, from the own exponent and the y of the peer.',
    requirements: ['HS-13', 'HS-16'],
    notes: pick(['Plain', 'SpecialValue', 'WeakPeer', 'NonResidue', 'LeadingZeros']),
    vectors: [...ordinary, ...special, ...found].map(({ form, name, comment, flags, x, y }) => ({
      ...frame(`shared-secrets/${idOf(form)}-${name}`, comment, flags, { blackBox: false }),
      exponentForm: form,
      x: toHex(x),
      exponent: toHex(exponentOf(form, x)),
      y: toHex(y),
      ySC: toHex(powerOf(form, x, y)),
    })),
  };
}

/** A search for two takes a second; the exponent that our end uses has one. */
function zeroCounts(form: ExponentForm): readonly number[] {
  return form === 'x' ? [1] : [1, 2];
}

/** The first x, from `start` upwards, whose power of `base` begins with exactly `zeros` zero bytes. */
function search(form: ExponentForm, base: bigint, start: Uint8Array, zeros: number): Uint8Array {
  const limit = 1n << BigInt(2048 - 8 * zeros);
  const floor = limit >> 8n;
  const first = powerOf(form, start, bigEndian(base, 256));
  // The next exponent's power is one multiplication away.
  for (let x = numberOf(start), y = numberOf(first); ; x++, y = (y * base) % p) {
    if (y < limit && y >= floor) return bigEndian(x, 32);
  }
}

function pick<Name extends keyof typeof NOTES>(names: readonly Name[]) {
  return Object.fromEntries(names.map((name) => [name, NOTES[name]]));
}
