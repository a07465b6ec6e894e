/**
 * The same bytes in other pieces, streams that end early, connections that are lost, and peers that
 * take their time (HS-4, HS-19, HS-20, HS-25, HS-28, PK-12, CN-10 to CN-13, TM-3 to TM-6).
 */

import { accepted, endsEarly, lost, type Misbehaviour, refused } from '../misbehaviour.ts';
import { HANDSHAKE_LENGTH, NONCE_LENGTH, PACKET_LENGTH } from '../parameters.ts';
import { after, before, nonceLate, type Step, upTo, without } from '../plan.ts';
import type { Bends } from '../points.ts';
import { byteByByte, cutAt, inPacket, pausing, stopAt } from './writes.ts';

/** The first packet in the same write as y ‖ h. */
const earlyPlan = (plan: readonly Step[]): readonly Step[] =>
  after(before(firstUnread(plan), 'send message', 'hold'), 'send first', 'let go');

/** A client knows the keys by then if its y is 1. */
const early: Bends = {
  plan: earlyPlan,
  own: (fresh, { role }) => (role === 'client' ? { exponent: 0n, sign: 1 } : fresh),
};

/** The client's first packet before it has read the server's y ‖ h. */
const firstUnread = (plan: readonly Step[]): readonly Step[] =>
  plan.indexOf('read message') < plan.indexOf('send message')
    ? plan
    : after(without(plan, 'read message'), 'send first', 'read message');

export const segments = {
  'handshake-byte-by-byte': accepted('HS-20', 'sends its handshake byte by byte', {
    writes: byteByByte(0, HANDSHAKE_LENGTH),
  }),
  'packet-byte-by-byte': accepted('PK-12', 'sends a packet byte by byte', {
    writes: byteByByte(inPacket(0, 0), inPacket(1, 0)),
  }),
  'cut-everywhere': accepted('HS-20 PK-12', 'cuts its stream into pieces of 97 bytes', {
    writes: cutAt(Array.from({ length: 40 }, (_, i) => 97 * (i + 1))),
  }),
  'packet-in-pieces': accepted(
    'PK-12',
    'pauses within a packet after 1, 31, 32, 1023, 1024, 1027, 1028 and 1059 bytes',
    {
      writes: pausing(
        ...[1, 31, 32, 1023, 1024, 1027, 1028, 1059].map((bytes) => inPacket(0, bytes)),
      ),
    },
    { looks: Array.from({ length: 8 }, () => ({ released: 0 })) },
  ),
  'one-byte-short': accepted('PK-12', 'holds back the last byte of the last packet', {
    writes: pausing(inPacket(2, PACKET_LENGTH - 1)),
  }),
  'early-packet': accepted('HS-19 HS-25', 'sends a packet in the same write as y ‖ h', early),
  'early-half-packet': accepted(
    'HS-19 PK-12',
    'sends half a packet in the same write as y ‖ h, and later the other half',
    { ...early, writes: pausing(inPacket(0, 500)) },
    { looks: [{ released: 0 }] },
  ),
  'everything-at-once': accepted(
    'HS-19 HS-20 HS-25',
    'sends nonce, y ‖ h and a packet in one write',
    {
      // With y = 1 the keys need nothing of the subject but its nonce.
      own: () => ({ exponent: 0n, sign: 1 }),
      plan: (plan) => [
        'read nonce',
        'hold',
        'send nonce',
        'send message',
        'send first',
        'let go',
        'read message',
        ...plan.slice(plan.indexOf('await first')),
      ],
    },
  ),
  'early-packet-and-end': accepted(
    'HS-19 HS-28 CN-10',
    'sends a packet in the same write as y ‖ h, and ends',
    {
      ...early,
      plan: (plan) =>
        after(without(earlyPlan(plan), 'send rest', 'await rest', 'end'), 'let go', 'end'),
    },
  ),
} satisfies Record<string, Misbehaviour>;

const earlyEnds = [0, 1, 31, 32, 33, 160, 287, 288, 300, 319];
const earlyResets = [0, 16, 32, 200, 319];
const endsInPacket = [1, 500, 1028, 1059];

/** One misbehaviour for each of these numbers. */
function forEach(
  numbers: readonly number[],
  name: string,
  of: (n: number) => Misbehaviour,
): Readonly<Record<string, Misbehaviour>> {
  return Object.fromEntries(numbers.map((n) => [`${name}-${n}`, of(n)]));
}

export const ends: Readonly<Record<string, Misbehaviour>> = {
  ...forEach(earlyEnds, 'end-after', (n) =>
    refused(
      'HS-4 HS-21',
      `ends after ${n} bytes of its handshake`,
      { writes: stopAt(n, 'fin'), plan: nonceLate },
      // Without the whole nonce there is no answer to it.
      n < NONCE_LENGTH ? { sends: [NONCE_LENGTH] } : {},
    ),
  ),
  ...forEach(earlyResets, 'reset-after', (n) =>
    lost('HS-4 CN-11 CN-15', `resets after ${n} bytes of its handshake`, {
      writes: stopAt(n, 'reset'),
    }),
  ),
  ...forEach(endsInPacket, 'end-in-packet', (n) =>
    endsEarly(
      'CN-10 CN-13',
      `ends after ${n} bytes of the second packet`,
      {
        writes: stopAt(inPacket(1, n), 'fin'),
      },
      { releases: 1 },
    ),
  ),
  'end-after-handshake': endsEarly(
    'HS-28 CN-10',
    'ends when its handshake is complete',
    { writes: stopAt(HANDSHAKE_LENGTH, 'fin') },
    { releases: 0 },
  ),
  'end-without-packets': accepted('PK-6 CN-12', 'ends without a packet', {
    first: () => [],
    rest: () => [],
  }),
  'plain-ends-first': accepted('CN-10 PK-17', 'goes on when the plain end is over', {
    plan: (plan) =>
      upTo(
        plan,
        'send rest',
        'plain farewell',
        'plain end',
        'read farewell',
        'read end',
        'send rest',
        'await rest',
        'end',
        'await plain end',
      ),
  }),
  'both-end-at-once': accepted('CN-10 CN-12', 'ends just as the plain end does', {
    plan: (plan) =>
      upTo(
        plan,
        'end',
        'plain farewell',
        'plain end',
        'end',
        'read farewell',
        'read end',
        'await plain end',
      ),
  }),
  'reset-in-packet': lost(
    'CN-11 CN-13',
    'resets within the second packet',
    {
      writes: stopAt(inPacket(1, 500), 'reset'),
    },
    { releases: 1 },
  ),
  'reset-when-idle': lost(
    'CN-11 CN-15',
    'resets between two packets',
    {
      plan: (plan) => upTo(plan, 'send rest', 'reset'),
    },
    { releases: 1 },
  ),
  'plain-resets': lost(
    'CN-11',
    'is there when the plain end resets',
    {
      plan: (plan) => upTo(plan, 'send rest', 'plain reset', 'read end'),
    },
    { releases: 1 },
  ),
};

/** Seconds of `-o` with which the subjects of these are started. */
const TIMEOUT = 2;
const short = { needs: { timeout: TIMEOUT } };
/** Closed when that is over. Clocks that count whole milliseconds may differ by some. */
const timely = { ...short, notBefore: 1_000 * TIMEOUT - 10 };
/** Milliseconds of silence that are longer. */
const IDLE = 1_000 * TIMEOUT + 300;

export const times = {
  'silent-from-the-start': refused(
    'TM-3 TM-5',
    'sends nothing',
    {
      writes: stopAt(0, 'silence'),
    },
    { ...timely, sends: [NONCE_LENGTH] },
  ),
  'silent-after-nonce': refused(
    'TM-3 TM-5',
    'sends its nonce and nothing more',
    {
      writes: stopAt(NONCE_LENGTH, 'silence'),
    },
    { ...timely },
  ),
  'silent-before-last-byte': refused(
    'TM-3 TM-5',
    'sends all of its handshake but one byte',
    {
      writes: stopAt(HANDSHAKE_LENGTH - 1, 'silence'),
    },
    { ...timely },
  ),
  'byte-now-and-then': refused(
    'TM-6',
    'sends a byte every 250 milliseconds',
    {
      writes: cutAt(
        Array.from({ length: 31 }, (_, i) => i + 1),
        { wait: 250 },
      ),
    },
    { ...timely, sends: [NONCE_LENGTH] },
  ),
  'idle-between-packets': accepted(
    'TM-4 TM-5',
    'is silent for longer than the time of -o',
    {
      writes: cutAt([inPacket(2, 0)], { wait: IDLE }),
    },
    short,
  ),
  'idle-in-packet': accepted(
    'TM-4 TM-5',
    'is silent within a packet',
    {
      writes: cutAt([inPacket(1, 500)], { wait: IDLE }),
    },
    short,
  ),
} satisfies Record<string, Misbehaviour>;
