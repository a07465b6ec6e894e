/**
 * The family of y ‖ h: what a receiver accepts and what it must refuse (HS-10 … HS-13).
 */

import type { Family, HandshakeMessageVector } from '../family.ts';
import { toHex } from '../format.ts';
import {
  bigEndian,
  flipBit,
  frame,
  macKeys,
  numberOf,
  ONE,
  P,
  publicValue,
  random,
  suite,
} from './material.ts';

const p = numberOf(P);
const Y = publicValue('2^258+x', random('x of y ‖ h'));
const ROLES = ['server', 'client'] as const;
type Receiver = (typeof ROLES)[number];

const { dhmacC, dhmacS } = macKeys(random('K'), random('nonceC'), random('nonceS'));
const dhmacOf = (receiver: Receiver): Uint8Array => (receiver === 'server' ? dhmacC : dhmacS);
const otherDhmac = (receiver: Receiver): Uint8Array => (receiver === 'server' ? dhmacS : dhmacC);

interface Case {
  readonly name: string;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly fault: HandshakeMessageVector['fault'];
  readonly y: Uint8Array;
  /** The right one where not said. */
  readonly h?: (receiver: Receiver) => Uint8Array;
  readonly strict?: boolean;
}

const MAC = 'handshake-mac-mismatch';
const RANGE = 'handshake-value-out-of-range';
const WEAK = 'handshake-without-forward-secrecy';

const value = (name: string, y: bigint, comment: string, fault: Case['fault'], flag: string) => ({
  name,
  comment,
  flags: [flag],
  fault,
  y: bigEndian(y, 256),
});

const CASES: readonly Case[] = [
  { name: 'ordinary', comment: 'an ordinary value', flags: ['Plain'], fault: null, y: Y },
  {
    name: 'ordinary-g',
    comment: 'the same with -g',
    flags: ['Plain'],
    fault: null,
    y: Y,
    strict: true,
  },
  value('zero', 0n, 'y = 0 is accepted', null, 'SpecialValue'),
  value('one', 1n, 'y = 1 without -g is accepted', null, 'WeakPeer'),
  { ...value('one-g', 1n, 'y = 1 with -g is refused', WEAK, 'WeakPeer'), strict: true },
  {
    ...value('zero-g', 0n, 'y = 0 with -g is accepted: -g is about 1 only', null, 'SpecialValue'),
    strict: true,
  },
  value('two', 2n, 'y = 2', null, 'SpecialValue'),
  value('p-minus-1', p - 1n, 'y = p − 1, the greatest value, is accepted', null, 'SpecialValue'),
  value('p-minus-2', p - 2n, 'y = p − 2', null, 'SpecialValue'),
  value(
    '256',
    256n,
    'y = 256: only the last byte but one is set, so it is not 1',
    null,
    'SpecialValue',
  ),
  {
    ...value(
      '2-to-2040-plus-1',
      (1n << 2040n) + 1n,
      'first and last byte are 1: not 1, though -g is on',
      null,
      'SpecialValue',
    ),
    strict: true,
  },
  value('p', p, 'y = p', RANGE, 'OutOfRange'),
  value('p-plus-1', p + 1n, 'y = p + 1, which is 1 modulo p', RANGE, 'OutOfRange'),
  {
    ...value(
      'p-plus-1-g',
      p + 1n,
      'y = p + 1 with -g: out of range all the same',
      RANGE,
      'OutOfRange',
    ),
    strict: true,
  },
  value('p-plus-2', p + 2n, 'y = p + 2', RANGE, 'OutOfRange'),
  value('2-to-2048-minus-1', (1n << 2048n) - 1n, 'every byte is ff', RANGE, 'OutOfRange'),
  value(
    'differs-late',
    p - 1n + (1n << 64n),
    'equal to p up to the last 9 bytes, and greater',
    RANGE,
    'OutOfRange',
  ),
  value(
    'below-late',
    p - (1n << 64n),
    'equal to p up to the last 9 bytes, and less',
    null,
    'SpecialValue',
  ),
  ...[0, 7, 8, 127, 128, 248, 255].map((bit) => ({
    name: `h-bit-${bit}`,
    comment: `bit ${bit} of h is wrong`,
    flags: ['ModifiedMac'],
    fault: MAC,
    y: Y,
    h: (receiver: Receiver) => flipBit(suite.hmac(dhmacOf(receiver), Y), bit),
  })),
  ...[0, 1023, 2047].map((bit) => ({
    name: `y-bit-${bit}`,
    comment: `bit ${bit} of y is wrong, h belongs to the right one`,
    flags: ['ModifiedValue'],
    fault: MAC,
    y: flipBit(Y, bit),
    h: (receiver: Receiver) => suite.hmac(dhmacOf(receiver), Y),
  })),
  {
    name: 'zero-h',
    comment: 'h is zero bytes',
    flags: ['ModifiedMac'],
    fault: MAC,
    y: Y,
    h: () => new Uint8Array(32),
  },
  {
    name: 'other-direction',
    comment: 'h is made with the dhmac of the receiver itself',
    flags: ['Reflection'],
    fault: MAC,
    y: Y,
    h: (receiver) => suite.hmac(otherDhmac(receiver), Y),
  },
  {
    name: 'other-key',
    comment: 'h is made with another key file',
    flags: ['WrongKey'],
    fault: MAC,
    y: Y,
    h: (receiver) => {
      const other = macKeys(random('another K'), random('nonceC'), random('nonceS'));
      return suite.hmac(receiver === 'server' ? other.dhmacC : other.dhmacS, Y);
    },
  },
  {
    name: 'other-nonces',
    comment: 'h is made with the nonces of another connection',
    flags: ['Replay'],
    fault: MAC,
    y: Y,
    h: (receiver) => {
      const other = macKeys(random('K'), random('an earlier nonceC'), random('an earlier nonceS'));
      return suite.hmac(receiver === 'server' ? other.dhmacC : other.dhmacS, Y);
    },
  },
  {
    name: 'out-of-range-and-wrong-h',
    comment: 'y ≥ p and a wrong h: the MAC is looked at first',
    flags: ['OutOfRange', 'ModifiedMac'],
    fault: MAC,
    y: bigEndian(p, 256),
    h: () => new Uint8Array(32),
  },
  {
    name: 'one-g-and-wrong-h',
    comment: 'y = 1 with -g and a wrong h: the MAC is looked at first',
    flags: ['WeakPeer', 'ModifiedMac'],
    fault: MAC,
    y: ONE,
    h: () => new Uint8Array(32),
    strict: true,
  },
];

/** y ‖ h → accepted, or a fault. */
export function handshakeMessages(): Family<HandshakeMessageVector> {
  return {
    format: 1,
    family: 'handshake-messages',
    about:
      'A receiver with this dhmac (of its peer) gets y ‖ h: it accepts, or ends the connection with the fault.',
    requirements: ['HS-6', 'HS-7', 'HS-10', 'HS-11', 'HS-12', 'HS-13', 'HS-15'],
    notes: {
      Plain: { bugType: 'FUNCTIONALITY', description: 'An ordinary message.' },
      SpecialValue: {
        bugType: 'EDGE_CASE',
        description:
          'A value at an edge that must be accepted. Found: a comparison with p that is off by one or stops early, a test for 1 that looks at one byte, a library that refuses.',
      },
      WeakPeer: {
        bugType: 'CONFIDENTIALITY',
        description: 'y = 1. Found: -g that does not refuse it, or an end without -g that does.',
      },
      OutOfRange: {
        bugType: 'EDGE_CASE',
        description: 'y ≥ p. Found: a missing comparison, or one made after a reduction.',
      },
      ModifiedMac: {
        bugType: 'AUTH_BYPASS',
        description: 'Found: an h that is compared in part, or not first, or not at all.',
      },
      ModifiedValue: {
        bugType: 'AUTH_BYPASS',
        description: 'Found: a MAC that does not cover all of y.',
      },
      Reflection: {
        bugType: 'AUTH_BYPASS',
        description: 'Found: one MAC key for both directions, so that an echo passes.',
      },
      WrongKey: { bugType: 'AUTH_BYPASS', description: 'Found: a MAC key that K is no part of.' },
      Replay: {
        bugType: 'AUTH_BYPASS',
        description: 'Found: a MAC key that the nonces are no part of.',
      },
    },
    vectors: CASES.flatMap(({ name, comment, flags, fault, y, h, strict }) =>
      ROLES.map((receiver) => ({
        ...frame(`handshake-messages/${receiver}-${name}`, comment, flags, {
          result: fault === null ? 'valid' : 'invalid',
          blackBox: true,
        }),
        receiver,
        requireForwardSecrecy: strict ?? false,
        dhmac: toHex(dhmacOf(receiver)),
        y: toHex(y),
        h: toHex(h?.(receiver) ?? suite.hmac(dhmacOf(receiver), y)),
        fault,
      })),
    ),
  };
}
