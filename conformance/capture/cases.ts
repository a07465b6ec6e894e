/**
 * What is captured: who stands at each end, what our own end does, and how much is said.
 *
 * Not here: doing it; see record.ts.
 */

import type { ExponentForm, PolicyOption } from '../../vectors/family.ts';

/** What our end sends as y, where it is no ordinary value. */
export type Speciality =
  | 'y begins with a zero byte'
  | 'ySC begins with a zero byte'
  | 'y = 0'
  | 'y = p − 1'
  | 'x = 1';

/** One connection. */
export interface CaptureCase {
  readonly name: string;
  readonly comment: string;
  readonly flags: readonly string[];
  /** The end that is our core; the other, or both, are C. */
  readonly ours?: 'client' | 'server';
  readonly client: PolicyOption;
  readonly server: PolicyOption;
  /** Our exponent; `2^258+x` where not said. */
  readonly form?: ExponentForm;
  readonly special?: Speciality;
  /** Lengths of what is written into each end, one after the other has arrived. */
  readonly up: readonly number[];
  readonly down: readonly number[];
  /** The fault with which the named end must refuse the handshake. */
  readonly refused?: { readonly by: 'client' | 'server'; readonly fault: string };
}

const EDGES = [1, 15, 16, 17, 1023, 1024, 1025];
const WEAK_FAULT = 'handshake-without-forward-secrecy';

const BETWEEN_C: readonly CaptureCase[] = [
  {
    name: 'f-f',
    comment: '-f at both ends',
    flags: ['Weak'],
    client: '-f',
    server: '-f',
    up: [100],
    down: [200],
  },
  {
    name: 'f-none',
    comment: '-f at the client only',
    flags: ['Weak'],
    client: '-f',
    server: 'none',
    up: [100],
    down: [200],
  },
  {
    name: 'none-f',
    comment: '-f at the server only',
    flags: ['Weak'],
    client: 'none',
    server: '-f',
    up: [100],
    down: [200],
  },
  {
    name: 'f-f-silent',
    comment: 'no packet in either direction',
    flags: ['Weak', 'Traffic'],
    client: '-f',
    server: '-f',
    up: [],
    down: [],
  },
  {
    name: 'f-f-edges',
    comment: 'messages at the edges of block and packet',
    flags: ['Weak', 'Traffic'],
    client: '-f',
    server: '-f',
    up: EDGES,
    down: [1],
  },
  {
    name: 'none-f-edges',
    comment: 'the same towards the client',
    flags: ['Weak', 'Traffic'],
    client: 'none',
    server: '-f',
    up: [1],
    down: EDGES,
  },
  {
    name: 'f-none-long',
    comment: 'more than a packet at once',
    flags: ['Weak', 'Traffic'],
    client: '-f',
    server: 'none',
    up: [5000],
    down: [3000],
  },
  {
    name: 'f-f-turns',
    comment: 'short messages in turns',
    flags: ['Weak', 'Traffic'],
    client: '-f',
    server: '-f',
    up: [1, 2, 3, 4],
    down: [4, 3, 2, 1],
  },
  {
    name: 'f-g',
    comment: 'the server demands forward secrecy: it refuses, and has sent its nonce only',
    flags: ['MustFail'],
    client: '-f',
    server: '-g',
    up: [],
    down: [],
    refused: { by: 'server', fault: WEAK_FAULT },
  },
  {
    name: 'g-f',
    comment: 'the client demands forward secrecy: it refuses after both values are sent',
    flags: ['MustFail'],
    client: '-g',
    server: '-f',
    up: [],
    down: [],
    refused: { by: 'client', fault: WEAK_FAULT },
  },
];

/** The same cases with our end as the client, and as the server. */
const WITH_US: readonly CaptureCase[] = (['client', 'server'] as const).flatMap((ours) => {
  const theirs = ours === 'client' ? 'server' : 'client';
  const ends = (own: PolicyOption, other: PolicyOption) =>
    ours === 'client' ? { client: own, server: other } : { client: other, server: own };
  const make = (
    name: string,
    comment: string,
    flag: string,
    more: Partial<CaptureCase> & { readonly own?: PolicyOption; readonly other?: PolicyOption },
  ): CaptureCase => {
    const { own = 'none', other = 'none', ...rest } = more;
    const talk = { up: [100], down: [1500] };
    return {
      ...{ name: `c-${theirs}-${name}`, comment: `C is the ${theirs}; ${comment}`, flags: [flag] },
      ...{ ours, ...ends(own, other), ...talk, ...rest },
    };
  };
  return [
    make('258', 'our exponent is 2^258 + x', 'ForwardSecrecy', {}),
    make('x', 'our exponent is x', 'Exponents', { form: 'x' }),
    make('g-258', 'C has -g', 'ForwardSecrecy', { other: '-g' }),
    make('g-x', 'C has -g and our exponent is x', 'Exponents', { other: '-g', form: 'x' }),
    make('we-f', 'we have -f: C computes 1', 'Weak', { own: '-f' }),
    make('c-f', 'C has -f: we compute 1', 'Weak', { other: '-f' }),
    make('y-zero-byte', 'our y begins with a zero byte', 'LeadingZeros', {
      special: 'y begins with a zero byte',
    }),
    make('y-0', 'we send y = 0, and C takes it: ySC = 0', 'SpecialValue', { special: 'y = 0' }),
    make('y-p-minus-1', 'we send y = p − 1, and C takes it', 'SpecialValue', {
      special: 'y = p − 1',
    }),
    make('x-1', 'our exponent is 1: y = 2, and ySC is the y of C', 'SpecialValue', {
      special: 'x = 1',
      form: 'x',
    }),
    make('edges', 'messages at the edges of block and packet', 'Traffic', {
      up: EDGES,
      down: EDGES,
    }),
  ];
});

/** A server chooses its exponent when it knows yC, so it can aim at ySC. */
const AIMED: CaptureCase = {
  name: 'c-client-ySC-zero-byte',
  comment: 'C is the client; our x is such that ySC begins with a zero byte',
  flags: ['LeadingZeros'],
  ours: 'server',
  client: 'none',
  server: 'none',
  special: 'ySC begins with a zero byte',
  up: [100],
  down: [1500],
};

export const CAPTURE_CASES: readonly CaptureCase[] = [...BETWEEN_C, ...WITH_US, AIMED];
