/**
 * Values of y, each with its right h: those that are refused for what they are, and the odd ones
 * that are not (HS-6, HS-8, HS-11 to HS-16).
 */

import { reversed } from '../bytes.ts';
import { grind, type OwnValue, toBytes, toNumber } from '../group.ts';
import { accepted, type Misbehaviour, refused, refusedFirst } from '../misbehaviour.ts';
import { P, Y_LENGTH } from '../parameters.ts';
import { before, type Step, without } from '../plan.ts';

/** y = ± 2^exponent. */
const own = (exponent: bigint, sign: OwnValue['sign'] = 1) => ({
  own: (): OwnValue => ({ exponent, sign }),
});

/** For a y whose ySC only the subject knows: its first packet tells, so that one is heard first. */
const hearsFirst = {
  plan: (plan: readonly Step[]) =>
    before(without(plan, 'read greeting'), 'send first', 'read greeting'),
};

const exactly = (y: bigint) => ({ y: () => toBytes(y) });

export const values = {
  'y-0': accepted('HS-13 HS-16', 'sends y = 0', own(1n, 0)),
  'y-1': accepted('HS-13 HS-14 HS-16', 'sends y = 1, as with -f', own(0n)),
  'y-2': accepted('HS-13', 'sends y = 2', own(1n)),
  'y-p-minus-1': accepted('HS-13', 'sends y = p − 1', { ...own(0n, -1), ...hearsFirst }),
  'y-p-minus-2': accepted('HS-13', 'sends y = p − 2', { ...own(1n, -1), ...hearsFirst }),
  'y-no-square': accepted('HS-13', 'sends a y that is no square modulo p', {
    own: (fresh) => ({ ...fresh, sign: -1 }),
    ...hearsFirst,
  }),
  'y-leading-zero': accepted('HS-6 HS-16', 'sends a y that begins with a zero byte', {
    own: (fresh) => grind(fresh, { y: 1 }),
  }),
  'y-two-leading-zeros': accepted('HS-6 HS-16', 'sends a y that begins with two zero bytes', {
    own: (fresh) => grind(fresh, { y: 2 }),
  }),
  'ysc-leading-zero': accepted(
    'HS-16 HS-17',
    'chooses its y so that ySC begins with a zero byte',
    {
      own: (fresh, { peerMessage }) =>
        grind(fresh, { ySC: 1 }, toNumber(peerMessage.subarray(0, Y_LENGTH))),
    },
    { subjects: ['client'] },
  ),
  'exponent-x-alone': accepted('HS-8', 'uses the exponent x and not 2^258 + x', {
    own: (fresh) => ({ ...fresh, exponent: fresh.exponent - 2n ** 258n }),
  }),
  'y-0-under-g': accepted('HS-12 HS-13', 'sends y = 0', own(1n, 0), { needs: { policy: '-g' } }),
  'y-2-under-g': accepted('HS-12 HS-13', 'sends y = 2', own(1n), { needs: { policy: '-g' } }),
  'y-p-minus-1-under-g': accepted(
    'HS-12 HS-13',
    'sends y = p − 1',
    { ...own(0n, -1), ...hearsFirst },
    { needs: { policy: '-g' } },
  ),
  'y-1-under-g': refused('HS-9 HS-12', 'sends y = 1 to one that requires more', own(0n), {
    needs: { policy: '-g' },
  }),
  'y-0-under-f': accepted(
    'HS-14',
    'sends y = 0, and expects ySC = 1',
    {
      // With exponent 0 the peer has 1 for ySC, too, where the arithmetic would give 0.
      ...own(0n),
      y: () => toBytes(0n),
    },
    { needs: { policy: '-f' } },
  ),
  'y-p-under-f': refused('HS-11 HS-14', 'sends y = p', exactly(P), { needs: { policy: '-f' } }),
  'y-p': refused('HS-9 HS-11', 'sends y = p', exactly(P)),
  'y-p-plus-1': refused('HS-9 HS-11', 'sends y = p + 1', exactly(P + 1n)),
  'y-p-middle-plus-1': refused(
    'HS-9 HS-11',
    'sends p with 1 added to its byte 128',
    exactly(P + 2n ** 1016n),
  ),
  'y-max': refused('HS-9 HS-11', 'sends y = 2^2048 − 1', exactly(2n ** 2048n - 1n)),
  'y-max-minus-low-word': refused(
    'HS-9 HS-11',
    'sends 2^2048 − 2^64, whose last 8 bytes are 0',
    exactly(2n ** 2048n - 2n ** 64n),
  ),
  'y-little-endian': refusedFirst(
    'HS-6 HS-16',
    'sends y with its least significant byte first',
    { y: reversed },
    { deaf: true },
  ),
  'y-shifted': refusedFirst(
    'HS-6 HS-16',
    'sends a y without its leading zero, and a zero at its end',
    {
      own: (fresh) => grind(fresh, { y: 1 }),
      y: (y) => Buffer.concat([y.subarray(1), Buffer.alloc(1)]),
    },
    { deaf: true },
  ),
} satisfies Record<string, Misbehaviour>;
