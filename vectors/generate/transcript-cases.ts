/**
 * The cases of the transcripts: what a peer does, in the order in which a connection goes on.
 *
 * Each is made for both roles where not said otherwise.
 */

import { concat } from '../../src/protocol/bytes.ts';
import type { PolicyOption, Result } from '../family.ts';
import { bigEndian, flipBit, numberOf, ONE, P, random, suite } from './material.ts';
import type { PeerSettings, Session } from './peer.ts';

/** What arrives: on which side, what it is, the bytes or null for the end of the stream. */
export type Input = readonly ['cipher' | 'plain', string, Uint8Array | null];

export interface Case {
  readonly name: string;
  readonly comment: string;
  readonly flags: readonly string[];
  /** The role of the end under test, where there is but one. */
  readonly role?: 'client' | 'server';
  readonly policy?: PolicyOption;
  readonly peer?: PeerSettings;
  readonly result?: Result;
  readonly input: (session: Session) => readonly Input[];
}

const HELLO = new TextEncoder().encode('hello');
const WORLD = new TextEncoder().encode('wonderful world');
const LAST = new TextEncoder().encode('never delivered');
const p = numberOf(P);

const nonce = (s: Session): Input => ['cipher', 'nonce', s.nonce];
const message = (s: Session): Input => ['cipher', 'y ‖ h', concat(s.y, s.h)];
const packet = (s: Session, number: bigint, text: Uint8Array): Input => [
  'cipher',
  `packet ${number}`,
  s.packet(number, text),
];
const END: Input = ['cipher', 'end', null];
const PLAIN_END: Input = ['plain', 'end', null];
const handshake = (s: Session): readonly Input[] => [nonce(s), message(s)];

/** The handshake, then what the function says. */
const after =
  (more: (s: Session) => readonly Input[]) =>
  (s: Session): readonly Input[] => [...handshake(s), ...more(s)];

/** A short connection that goes well. */
const talk = after((s) => [packet(s, 0n, HELLO), ['plain', 'data', WORLD], END, PLAIN_END]);

const WELL: readonly Case[] = [
  { name: 'talk', comment: 'a packet each way, and both ends', flags: ['Plain'], input: talk },
  {
    name: 'talk-f',
    comment: 'the same with -f here',
    flags: ['ForwardSecrecy'],
    policy: '-f',
    input: talk,
  },
  {
    name: 'talk-peer-f',
    comment: 'the same with -f at the peer',
    flags: ['ForwardSecrecy'],
    peer: { y: ONE },
    input: talk,
  },
  {
    name: 'talk-g',
    comment: 'the same with -g here',
    flags: ['ForwardSecrecy'],
    policy: '-g',
    input: talk,
  },
  {
    name: 'silence',
    comment: 'both streams end without a packet',
    flags: ['Plain'],
    input: after(() => [END, PLAIN_END]),
  },
  {
    name: 'half-close',
    comment: 'the peer ends first; data still goes to it',
    flags: ['Plain'],
    input: after((s) => [packet(s, 0n, HELLO), END, ['plain', 'data', WORLD], PLAIN_END]),
  },
  {
    name: 'one-segment',
    comment: 'nonce, y ‖ h and two packets in one piece',
    flags: ['Segments'],
    input: (s) => [
      [
        'cipher',
        'nonce, y ‖ h, packets 0 and 1',
        concat(s.nonce, s.y, s.h, s.packet(0n, HELLO), s.packet(1n, WORLD)),
      ],
      END,
      PLAIN_END,
    ],
  },
  {
    name: 'odd-segments',
    comment: 'the same bytes, cut inside each part',
    flags: ['Segments'],
    input: (s) => {
      const all = concat(s.nonce, s.y, s.h, s.packet(0n, HELLO), s.packet(1n, WORLD));
      const cuts = [0, 1, 31, 33, 287, 288, 319, 321, 1379, 1381, 2439, 2440];
      return [
        ...cuts
          .slice(1)
          .map(
            (cut, i): Input => [
              'cipher',
              `bytes ${cuts[i] ?? 0} to ${cut - 1}`,
              all.subarray(cuts[i], cut),
            ],
          ),
        END,
        PLAIN_END,
      ];
    },
  },
  {
    name: 'equal-nonce',
    comment: 'the peer sends our own nonce back: any nonce is valid',
    flags: ['SpecialValue'],
    input: talk,
  },
  ...(
    [
      ['zero', 0n],
      ['p-minus-1', p - 1n],
      ['two', 2n],
    ] as const
  ).map(
    ([name, y]): Case => ({
      name: `y-${name}`,
      comment: `the peer sends y = ${name.replaceAll('-', ' ')}`,
      flags: ['SpecialValue'],
      peer: { y: bigEndian(y, 256) },
      input: talk,
    }),
  ),
  {
    name: 'padding',
    comment: 'a packet whose padding is not zero',
    flags: ['Padding'],
    input: after((s) => [
      ['cipher', 'packet 0 with padding a5', s.oddPacket(0n, HELLO, 5, 0xa5)],
      END,
      PLAIN_END,
    ]),
  },
];

const IN_HANDSHAKE: readonly Case[] = [
  {
    name: 'end-at-once',
    comment: 'the stream ends before a byte',
    flags: ['EarlyEnd'],
    input: () => [END],
  },
  {
    name: 'end-in-nonce',
    comment: 'the stream ends after 31 bytes',
    flags: ['EarlyEnd'],
    input: (s) => [['cipher', '31 bytes of the nonce', s.nonce.subarray(0, 31)], END],
  },
  {
    name: 'end-after-nonce',
    comment: 'the stream ends after the nonce',
    flags: ['EarlyEnd'],
    input: (s) => [nonce(s), END],
  },
  ...[1, 256, 287].map(
    (length): Case => ({
      name: `end-after-${length}-of-288`,
      comment: `the stream ends ${length} byte${length === 1 ? '' : 's'} into y ‖ h`,
      flags: ['EarlyEnd'],
      input: (s) => [
        nonce(s),
        ['cipher', `${length} of 288 bytes of y ‖ h`, concat(s.y, s.h).subarray(0, length)],
        END,
      ],
    }),
  ),
  ...[
    ['y-first-bit', 0],
    ['y-last-bit', 2047],
    ['h-first-bit', 2048],
    ['h-last-bit', 2303],
  ].map(
    ([name, bit]): Case => ({
      name: `flip-${name}`,
      comment: `bit ${bit} of y ‖ h is turned over`,
      flags: ['Unauthentic'],
      input: (s) => [
        nonce(s),
        ['cipher', 'y ‖ h with a wrong bit', flipBit(concat(s.y, s.h), Number(bit))],
      ],
    }),
  ),
  {
    name: 'wrong-key',
    comment: 'the peer has another key file',
    flags: ['Unauthentic'],
    peer: { keyFile: random('another key file') },
    input: handshake,
  },
  {
    name: 'nonce-flipped',
    comment: 'a bit of the nonce was turned over on the way here, not at the peer',
    flags: ['Unauthentic'],
    input: (s) => [['cipher', 'nonce with a wrong bit', flipBit(s.nonce, 100)], message(s)],
  },
  {
    name: 'echo',
    comment: 'the peer sends our own y ‖ h back',
    flags: ['Unauthentic'],
    role: 'client',
    input: (s) => [nonce(s), ['cipher', 'our own y ‖ h', s.ownMessage]],
  },
  {
    name: 'zeros',
    comment: '320 zero bytes',
    flags: ['Unauthentic'],
    input: () => [['cipher', '320 zero bytes', new Uint8Array(320)]],
  },
  {
    name: 'http',
    comment: 'something else speaks: 320 bytes of an HTTP request',
    flags: ['Unauthentic'],
    input: () => [
      ['cipher', 'text', new TextEncoder().encode('GET / HTTP/1.1\r\n'.padEnd(320, 'x'))],
    ],
  },
  ...(
    [
      ['p', p],
      ['p-plus-1', p + 1n],
      ['2-to-2048-minus-1', 2n ** 2048n - 1n],
    ] as const
  ).map(
    ([name, y]): Case => ({
      name: `y-${name}`,
      comment: `the peer sends y = ${name.replaceAll('-', ' ')}, with a right h`,
      flags: ['OutOfRange'],
      peer: { y: bigEndian(y, 256) },
      input: handshake,
    }),
  ),
  {
    name: 'y-one-g',
    comment: 'the peer sends y = 1 and -g is on here',
    flags: ['ForwardSecrecy'],
    policy: '-g',
    peer: { y: ONE },
    input: handshake,
  },
];

const GOOD_TWO = (s: Session): readonly Input[] => [packet(s, 0n, HELLO), packet(s, 1n, WORLD)];

/** Two good packets, then a bad one and another good one, all in one piece or not. */
const bad = (
  name: string,
  comment: string,
  flag: string,
  make: (s: Session) => Uint8Array,
): Case => ({
  name,
  comment: `two good packets, then ${comment}`,
  flags: [flag],
  input: after((s) => [...GOOD_TWO(s), ['cipher', comment, make(s)], packet(s, 3n, LAST)]),
});

const flipped = (bit: number) => (s: Session) => flipBit(s.packet(2n, LAST), bit);

const IN_PACKETS: readonly Case[] = [
  bad('mac-first-bit', 'one with the first bit of its MAC wrong', 'BadPacket', flipped(8224)),
  bad('mac-last-bit', 'one with the last bit of its MAC wrong', 'BadPacket', flipped(8479)),
  bad('ciphertext-first-bit', 'one with its first bit wrong', 'BadPacket', flipped(0)),
  bad(
    'ciphertext-last-bit',
    'one with the last bit of its ciphertext wrong',
    'BadPacket',
    flipped(8223),
  ),
  bad('length-0', 'one that says 0 bytes', 'BadPacket', (s) => s.oddPacket(2n, LAST, 0, 0)),
  bad('length-1025', 'one that says 1025 bytes', 'BadPacket', (s) =>
    s.oddPacket(2n, LAST, 1025, 0),
  ),
  bad('length-negative', 'one that says 2^32 − 1 bytes', 'BadPacket', (s) =>
    s.oddPacket(2n, LAST, 0xffff_ffff, 0),
  ),
  bad('replay', 'packet 1 again', 'Order', (s) => s.packet(1n, WORLD)),
  bad('replay-of-0', 'packet 0 again', 'Order', (s) => s.packet(0n, HELLO)),
  bad('skip', 'packet 3, packet 2 is lost', 'Order', (s) => s.packet(3n, LAST)),
  bad('reflection', 'a packet made with our own keys', 'Order', (s) => {
    return suite.sealPackets(s.ownKeys, 2n, LAST);
  }),
  {
    name: 'exchanged',
    comment: 'packet 1 before packet 0',
    flags: ['Order'],
    input: after((s) => [packet(s, 1n, WORLD), packet(s, 0n, HELLO)]),
  },
  {
    name: 'bad-in-one-segment',
    comment: 'two good packets, a bad one and a good one in one piece',
    flags: ['BadPacket', 'Segments'],
    input: after((s) => [
      [
        'cipher',
        'packets 0, 1, 2 with a wrong bit, 3',
        concat(s.packet(0n, HELLO), s.packet(1n, WORLD), flipped(8224)(s), s.packet(3n, LAST)),
      ],
    ]),
  },
  {
    name: 'bad-first',
    comment: 'the first packet is bad: nothing is delivered',
    flags: ['BadPacket'],
    input: after((s) => [['cipher', 'packet 0 with a wrong bit', flipBit(s.packet(0n, HELLO), 5)]]),
  },
  {
    name: 'bad-with-handshake',
    comment: 'a bad packet in one piece with y ‖ h',
    flags: ['BadPacket', 'Segments'],
    input: (s) => [
      nonce(s),
      [
        'cipher',
        'y ‖ h, packet 0 with a wrong bit',
        concat(s.y, s.h, flipBit(s.packet(0n, HELLO), 8224)),
      ],
    ],
  },
  {
    name: 'earlier-connection',
    comment: 'the packets of another connection with the same key file',
    flags: ['Order'],
    input: (s) => {
      const sealedElsewhere = suite.sealPackets(
        { e: random('E of an earlier connection'), h: random('H of an earlier connection') },
        0n,
        HELLO,
      );
      return [...handshake(s), ['cipher', 'packet 0 of another connection', sealedElsewhere]];
    },
  },
  ...[1, 1028, 1059].map(
    (length): Case => ({
      name: `truncated-after-${length}`,
      comment: `a good packet, ${length} byte${length === 1 ? '' : 's'} of the next, the end`,
      flags: ['Truncation'],
      result: 'acceptable',
      input: after((s) => [
        packet(s, 0n, HELLO),
        ['cipher', `${length} of 1060 bytes of packet 1`, s.packet(1n, LAST).subarray(0, length)],
        END,
        PLAIN_END,
      ]),
    }),
  ),
  {
    name: 'truncated-between-packets',
    comment: 'the stream ends where more was meant to come: no difference to a clean end',
    flags: ['Truncation'],
    input: after((s) => [packet(s, 0n, HELLO), END, PLAIN_END]),
  },
];

/** `equal-nonce` needs the nonce of the end under test, which depends on its role. */
function withOwnNonce(given: Case): readonly Case[] {
  if (given.name !== 'equal-nonce') return [given];
  return (['server', 'client'] as const).map((role) => ({
    ...given,
    role,
    peer: { nonce: random(`nonce of the ${role} under test`) },
  }));
}

export const CASES: readonly Case[] = [...WELL, ...IN_HANDSHAKE, ...IN_PACKETS].flatMap(
  withOwnNonce,
);
