/**
 * The family of single packets: sealed, opened, refused (PK-1 … PK-4, PK-7 … PK-9).
 */

import { aes256Ctr, firstCounterBlock } from '../../src/crypto/aes-ctr.ts';
import { concat } from '../../src/protocol/bytes.ts';
import type { PacketKeys } from '../../src/protocol/suite.ts';
import type { Family, PacketVector } from '../family.ts';
import { toHex } from '../format.ts';
import { bigEndian, flipBit, frame, randomBytes, randomKeys, suite } from './material.ts';

/** Where a packet number's bytes carry, and where a 32-bit or floating-point number ends. */
const NUMBERS: readonly [name: string, number: bigint][] = [
  ['0', 0n],
  ['1', 1n],
  ['255', 255n],
  ['256', 256n],
  ['2-to-32-minus-1', 2n ** 32n - 1n],
  ['2-to-32', 2n ** 32n],
  ['2-to-53', 2n ** 53n],
  ['2-to-64-minus-1', 2n ** 64n - 1n],
];
const LENGTHS = [1, 15, 16, 17, 1023, 1024];

/** The largest number that a tester can count up to on a live connection. */
const REACHABLE = 256n;

const MAC = 'packet-mac-mismatch';
const LENGTH = 'packet-length-invalid';

interface Case {
  readonly name: string;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly number: bigint;
  readonly length: number;
  /** What the length field says, where it is not `length`. */
  readonly lengthField?: number;
  /** Fills the padding, in place of zero bytes. */
  readonly padding?: number;
  /** Makes the packet from the right one. */
  readonly damage?: (packet: Uint8Array, keys: PacketKeys) => Uint8Array;
  readonly fault?: string;
  readonly result?: 'acceptable';
}

const NUMBER_FLAG = (number: bigint): string =>
  number >= 2n ** 32n - 1n ? 'LargeNumber' : 'Plain';

const SEALED: readonly Case[] = NUMBERS.flatMap(([name, number]) =>
  LENGTHS.map((length) => ({
    name: `${name}-length-${length}`,
    comment: `${length} byte${length === 1 ? '' : 's'} in packet ${number}`,
    flags: [NUMBER_FLAG(number), ...(length < 1024 ? ['Padding'] : [])],
    number,
    length,
  })),
);

const LENGTH_FIELDS = NUMBERS.flatMap(([name, number]) =>
  [0, 1025].map(
    (lengthField): Case => ({
      name: `${name}-length-${lengthField}`,
      comment: `an authentic packet ${number} that says it has ${lengthField} bytes`,
      flags: ['BadLength', NUMBER_FLAG(number)],
      number,
      length: 1024,
      lengthField,
      fault: LENGTH,
    }),
  ),
);

const OTHER_LENGTH_FIELDS = (
  [
    [1026, 'the next value'],
    [1028, 'the whole cleartext'],
    [0x0400_0000, '4 with its bytes reversed: a length in the wrong byte order'],
    [0x0001_0001, '1 in the lower half, and something above it'],
    [0x7fff_ffff, 'the greatest signed number'],
    [0x8000_0000, 'negative, if it were signed'],
    [0xffff_ffff, '−1, if it were signed'],
  ] as const
).map(
  ([lengthField, comment]): Case => ({
    name: `length-field-${lengthField.toString(16)}`,
    comment: `length field ${lengthField}: ${comment}`,
    flags: ['BadLength'],
    number: 0n,
    length: 1024,
    lengthField,
    fault: LENGTH,
  }),
);

const PADDINGS = [1, 16, 1023].map(
  (length): Case => ({
    name: `padding-after-${length}`,
    comment: `${length} byte${length === 1 ? '' : 's'}, and padding that is not zero`,
    flags: ['NonzeroPadding'],
    number: 1n,
    length,
    padding: 0xa5,
    result: 'acceptable',
  }),
);

/** The first bit of a packet's MAC. */
const MAC_BIT = 8 * 1028;

const DAMAGED: readonly Case[] = [
  ...[0, 1, 63, 64, 255, 256, 2n ** 32n - 1n, 2n ** 53n].flatMap((number): Case[] => [
    {
      name: `number-${number}-as-the-next`,
      comment: `packet ${number} where packet ${BigInt(number) + 1n} is expected`,
      flags: ['WrongNumber'],
      number: BigInt(number) + 1n,
      length: 100,
      damage: (_, keys) => sealed(keys, BigInt(number), message(BigInt(number), 100)),
      fault: MAC,
    },
  ]),
  {
    name: 'number-2-to-32-as-0',
    comment: 'packet 2^32 where packet 0 is expected: equal in the lower 32 bits',
    flags: ['WrongNumber'],
    number: 0n,
    length: 100,
    damage: (_, keys) => sealed(keys, 2n ** 32n, message(0n, 100)),
    fault: MAC,
  },
  {
    name: 'number-2-to-56-as-1',
    comment: 'packet 2^56 where packet 1 is expected: the same bytes in reverse',
    flags: ['WrongNumber'],
    number: 1n,
    length: 100,
    damage: (_, keys) => sealed(keys, 2n ** 56n, message(0n, 100)),
    fault: MAC,
  },
  ...[0, 7, 8, 127, 128, 248, 255].map((bit) =>
    damagedBit('mac', MAC_BIT + bit, bit, 'ModifiedMac'),
  ),
  ...[0, 8191, 8192, 8223].map((bit) => damagedBit('ciphertext', bit, bit, 'ModifiedCiphertext')),
  {
    name: 'mac-of-ciphertext-alone',
    comment: 'the MAC does not cover the packet number',
    flags: ['ModifiedMac'],
    number: 0n,
    length: 100,
    damage: (packet, { h }) =>
      concat(packet.subarray(0, 1028), suite.hmac(h, packet.subarray(0, 1028))),
    fault: MAC,
  },
  {
    name: 'mac-before-number',
    comment: 'the MAC covers the packet number first, then the ciphertext',
    flags: ['ModifiedMac'],
    number: 5n,
    length: 100,
    damage: (packet, { h }) => {
      const ciphertext = packet.subarray(0, 1028);
      return concat(ciphertext, suite.hmac(h, concat(bigEndian(5n, 8), ciphertext)));
    },
    fault: MAC,
  },
  {
    name: 'other-keys',
    comment: 'a packet of the other direction, or of another connection',
    flags: ['WrongKey'],
    number: 0n,
    length: 100,
    damage: () => sealed(randomKeys('other packets'), 0n, message(0n, 100)),
    fault: MAC,
  },
  {
    name: 'zeros',
    comment: '1060 zero bytes',
    flags: ['ModifiedMac'],
    number: 0n,
    length: 100,
    damage: () => new Uint8Array(1060),
    fault: MAC,
  },
  {
    name: 'bad-length-and-wrong-mac',
    comment: 'a bad length in a packet that is not authentic: the MAC is looked at first',
    flags: ['BadLength', 'ModifiedMac'],
    number: 0n,
    length: 1024,
    lengthField: 2000,
    damage: (packet) => flipBit(packet, MAC_BIT),
    fault: MAC,
  },
];

function damagedBit(part: string, bit: number, named: number, flag: string): Case {
  return {
    name: `${part}-bit-${named}`,
    comment: `bit ${named} of the ${part === 'mac' ? 'MAC' : part} is wrong`,
    flags: [flag],
    number: 0n,
    length: 100,
    damage: (packet) => flipBit(packet, bit),
    fault: MAC,
  };
}

function message(number: bigint, length: number): Uint8Array {
  return randomBytes(`message of packet ${number}, ${length} bytes`, length);
}

function cleartextOf(text: Uint8Array, lengthField: number, padding: number): Uint8Array {
  const cleartext = new Uint8Array(1028).fill(padding);
  cleartext.set(text);
  cleartext.set(bigEndian(BigInt(lengthField), 4), 1024);
  return cleartext;
}

function sealed(keys: PacketKeys, number: bigint, text: Uint8Array): Uint8Array {
  return sealedCleartext(keys, number, cleartextOf(text, text.length, 0));
}

/** PK-3 and PK-4 for a cleartext that no honest sealer makes. */
function sealedCleartext(keys: PacketKeys, number: bigint, cleartext: Uint8Array): Uint8Array {
  const ciphertext = aes256Ctr(keys.e, firstCounterBlock(number), cleartext);
  return concat(ciphertext, suite.hmac(keys.h, concat(ciphertext, bigEndian(number, 8))));
}

function packetVector(given: Case): PacketVector {
  const { name, comment, flags, number, length, lengthField = length, padding = 0 } = given;
  const keys = randomKeys('single packets');
  const text = message(number, length);
  const cleartext = cleartextOf(text, lengthField, padding);
  const honest = given.fault === undefined && given.padding === undefined;
  const right = honest
    ? suite.sealPackets(keys, number, text)
    : sealedCleartext(keys, number, cleartext);
  const fault = given.fault ?? null;
  return {
    ...frame(`packets/${name}`, comment, flags, {
      result: fault === null ? (given.result ?? 'valid') : 'invalid',
      blackBox: number <= REACHABLE,
    }),
    operations: honest ? ['seal', 'open'] : ['open'],
    e: toHex(keys.e),
    h: toHex(keys.h),
    packetNumber: number.toString(),
    firstCounterBlock: toHex(firstCounterBlock(number)),
    message: fault === null ? toHex(text) : null,
    cleartext: toHex(cleartext),
    packet: toHex(given.damage?.(right, keys) ?? right),
    fault,
  };
}

/** One packet: sealed, opened, refused. */
export function packets(): Family<PacketVector> {
  const cases = [...SEALED, ...LENGTH_FIELDS, ...OTHER_LENGTH_FIELDS, ...PADDINGS, ...DAMAGED];
  return {
    format: 1,
    family: 'packets',
    about: 'One packet under E and H: sealed from its message, opened to it, or refused.',
    requirements: ['PK-1', 'PK-2', 'PK-3', 'PK-4', 'PK-7', 'PK-8', 'PK-9'],
    notes: {
      Plain: { bugType: 'FUNCTIONALITY', description: 'An ordinary packet.' },
      Padding: {
        bugType: 'FUNCTIONALITY',
        description: 'Found: a length field or padding in the wrong place.',
      },
      LargeNumber: {
        bugType: 'EDGE_CASE',
        description:
          'Found: a packet number of 32 bits, in floating point, signed, or in the wrong byte order.',
      },
      BadLength: {
        bugType: 'EDGE_CASE',
        description:
          'Only a peer with the keys can send it. Found: a length that is not checked, checked as a signed number, or before the MAC.',
      },
      NonzeroPadding: {
        bugType: 'FUNCTIONALITY',
        description:
          'C accepts and drops it. Found: padding that is delivered, or an end that refuses it.',
      },
      WrongNumber: {
        bugType: 'AUTH_BYPASS',
        description: 'Found: packets that can be lost, repeated or exchanged unnoticed.',
      },
      ModifiedMac: {
        bugType: 'AUTH_BYPASS',
        description: 'Found: a MAC that is compared in part, not first, or over something else.',
      },
      ModifiedCiphertext: {
        bugType: 'AUTH_BYPASS',
        description: 'Found: a MAC that does not cover the whole ciphertext.',
      },
      WrongKey: { bugType: 'AUTH_BYPASS', description: 'Found: one key for both directions.' },
    },
    vectors: cases.map(packetVector),
  };
}
