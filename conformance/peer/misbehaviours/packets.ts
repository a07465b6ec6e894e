/**
 * Packets that are wrong in one thing, or odd and right (PK-1 to PK-9, PK-11, PK-15, PK-16). Where
 * it can be, the first packet is right and the second is not: then what came before must have been
 * released, and nothing of the second or of the third, which comes in the same write.
 */

import { randomBytes } from 'node:crypto';
import { flipped, inverted, overwritten, reversed, swapped } from '../bytes.ts';
import { hmac, packetKeysOf } from '../key.ts';
import { accepted, type Misbehaviour, refusedFirst, refusedSecond } from '../misbehaviour.ts';
import { textsOf } from '../packets.ts';
import {
  be32,
  be64,
  CLEARTEXT_LENGTH,
  otherRole,
  PACKET_LENGTH,
  TEXT_LENGTH,
} from '../parameters.ts';
import { after, before, instead, type Step, without } from '../plan.ts';
import type { Known } from '../points.ts';

type Turn<T> = (value: T, known: Known) => T;

/** In the second packet only. */
const inSecond =
  <T>(turn: Turn<T>): Turn<T> =>
  (value, known) =>
    known.index === 1 ? turn(value, known) : value;

/** Among the packets of the second flight, packets 1 and 2. */
const inRest =
  (turn: Turn<readonly Buffer[]>): Turn<readonly Buffer[]> =>
  (packets, known) =>
    known.sealed.length > packets.length ? turn(packets, known) : packets;

/** The second packet is another when it is on its way. */
const secondAs = (turn: Turn<Buffer>) =>
  inRest(([second = Buffer.alloc(0), ...rest], known) => [turn(second, known), ...rest]);

/** The length field of the second packet, where the text has `is` bytes. */
const secondLength = (field: (is: number) => Buffer) =>
  inSecond<Buffer>((cleartext) =>
    overwritten(cleartext, TEXT_LENGTH, field(cleartext.readUInt32BE(TEXT_LENGTH))),
  );

const padded = (padding: (length: number) => Buffer) => (cleartext: Buffer) => {
  const length = cleartext.readUInt32BE(TEXT_LENGTH);
  return overwritten(cleartext, length, padding(TEXT_LENGTH - length));
};

const number = (bytes: Buffer) => bytes.readBigUInt64BE();

/** All three packets in one write. */
const atOnce = (plan: readonly Step[]): readonly Step[] =>
  after(
    before(without(plan, 'await first', 'read greeting'), 'send first', 'hold'),
    'send rest',
    'let go',
    'read greeting',
  );

export const numbers = {
  'number-from-1': refusedFirst('PK-5 PK-7', 'counts packets from 1', { number: (n) => n + 1n }),
  'number-skipped': refusedSecond('PK-5 PK-7', 'leaves out number 1', {
    number: (n) => (n > 0n ? n + 1n : n),
  }),
  'number-repeated': refusedSecond('PK-5 PK-7', 'gives number 0 to every packet', {
    number: () => 0n,
  }),
  'number-little-endian': refusedSecond('PK-3 PK-4', 'writes packet numbers little-endian', {
    number: (n) => number(reversed(be64(n))),
  }),
  'number-of-bytes': refusedSecond('PK-5', 'counts bytes and not packets', {
    number: (n) => n * BigInt(PACKET_LENGTH),
  }),
  'packet-replayed': refusedSecond('PK-7', 'sends the first packet again', {
    packets: inRest((packets, { sealed }) => [...sealed.slice(0, 1), ...packets]),
  }),
  'packet-replayed-later': refusedSecond(
    'PK-7 PK-11',
    'sends the first packet again after the third',
    {
      packets: inRest((packets, { sealed }) => [...packets, ...sealed.slice(0, 1)]),
      // All that it says is released by then: what has to come is the subject's close.
      plan: (plan) => instead(plan, 'await rest', 'read end'),
    },
    { releases: 3 },
  ),
  'packet-lost': refusedSecond('PK-7', 'does not send the second packet', {
    packets: inRest((packets) => packets.slice(1)),
  }),
  'packets-exchanged': refusedSecond('PK-7', 'sends the third packet before the second', {
    packets: inRest((packets) => [...packets].reverse()),
  }),
  'packet-reflected': refusedSecond('PK-7 HS-18', "sends back the subject's own packet", {
    packets: inRest((packets, { peerPackets }) => [...peerPackets.slice(0, 1), ...packets]),
  }),
  'packet-of-earlier': refusedFirst(
    'HS-1 PK-7',
    'sends the first packet of an earlier connection',
    {
      packets: (packets, { earlier }) => earlier?.packets.slice(0, 1) ?? packets,
    },
  ),
} satisfies Record<string, Misbehaviour>;

export const macs = {
  'mac-first-bit': refusedSecond('PK-7 PK-15', 'flips a bit in the first byte of a MAC', {
    mac: inSecond((mac) => flipped(mac, 0)),
  }),
  'mac-last-bit': refusedSecond('PK-7 PK-15', 'flips a bit in the last byte of a MAC', {
    mac: inSecond((mac) => flipped(mac, -1)),
  }),
  'mac-first-16-right': refusedSecond('PK-7', 'sends a MAC of which only bytes 0 to 15 are right', {
    mac: inSecond((mac) => inverted(mac, 16, 32)),
  }),
  'mac-last-16-right': refusedSecond('PK-7', 'sends a MAC of which only bytes 16 to 31 are right', {
    mac: inSecond((mac) => inverted(mac, 0, 16)),
  }),
  'mac-first-4-right': refusedSecond('PK-7', 'sends a MAC of which only bytes 0 to 3 are right', {
    mac: inSecond((mac) => inverted(mac, 4, 32)),
  }),
  'mac-zero': refusedSecond('PK-7', 'sends a MAC of zeros', {
    mac: inSecond((mac) => Buffer.alloc(mac.length)),
  }),
  'mac-without-number': refusedFirst('PK-4', 'makes the MAC without the packet number', {
    macInput: (_, { ciphertext }) => ciphertext,
  }),
  'mac-number-first': refusedFirst('PK-4', 'puts the packet number before the ciphertext', {
    macInput: (input) =>
      Buffer.concat([input.subarray(CLEARTEXT_LENGTH), input.subarray(0, CLEARTEXT_LENGTH)]),
  }),
  'mac-number-4-bytes': refusedFirst('PK-4', 'puts the packet number into the MAC as 4 bytes', {
    macInput: (input) => Buffer.concat([input.subarray(0, CLEARTEXT_LENGTH), be32(0)]),
  }),
  'mac-number-little-endian': refusedSecond('PK-4', 'reverses the packet number in the MAC', {
    macInput: (input) =>
      Buffer.concat([
        input.subarray(0, CLEARTEXT_LENGTH),
        reversed(input.subarray(CLEARTEXT_LENGTH)),
      ]),
  }),
  'mac-of-cleartext': refusedFirst('PK-4', 'makes the MAC over the cleartext', {
    macInput: (_, { cleartext, index }) => Buffer.concat([cleartext, be64(BigInt(index))]),
  }),
  'mac-without-length': refusedFirst('PK-4', 'makes the MAC over the first 1024 bytes', {
    macInput: (input) =>
      Buffer.concat([input.subarray(0, TEXT_LENGTH), input.subarray(CLEARTEXT_LENGTH)]),
  }),
  'mac-over-prior': refusedSecond('PK-4', 'chains each MAC to the packet before', {
    macInput: (input, { sealed }) => Buffer.concat([...sealed, input]),
  }),
  'mac-of-other-direction': refusedSecond('HS-18 PK-7', "makes one MAC with the subject's H", {
    mac: inSecond((_, { ciphertext, dk2, role, index }) =>
      hmac(packetKeysOf(dk2, otherRole(role)).h, ciphertext, be64(BigInt(index))),
    ),
  }),
  'cipher-first-bit': refusedSecond('PK-7', 'flips a bit in the first byte of a packet', {
    packets: secondAs((packet) => flipped(packet, 0)),
  }),
  'cipher-last-text-bit': refusedSecond('PK-7', 'flips a bit in byte 1023 of a packet', {
    packets: secondAs((packet) => flipped(packet, TEXT_LENGTH - 1)),
  }),
  'cipher-length-bit': refusedSecond('PK-7', 'flips a bit in byte 1027 of a packet', {
    packets: secondAs((packet) => flipped(packet, CLEARTEXT_LENGTH - 1)),
  }),
  'packet-random': refusedSecond('PK-7', 'sends 1060 random bytes', {
    packets: secondAs((packet) => randomBytes(packet.length)),
  }),
} satisfies Record<string, Misbehaviour>;

export const cleartexts = {
  'counter-index-little-endian': refusedFirst('PK-3 PK-8', 'counts blocks little-endian', {
    counterBlock: (block) => Buffer.concat([block.subarray(0, 8), reversed(block.subarray(8))]),
  }),
  'counter-from-1': refusedFirst('PK-3 PK-8', 'counts blocks from 1', {
    counterBlock: (block) =>
      Buffer.concat([block.subarray(0, 8), be64(number(block.subarray(8)) + 1n)]),
  }),
  'counter-halves-swapped': refusedFirst('PK-3 PK-8', 'puts the block index before the number', {
    counterBlock: swapped,
  }),
  'counter-without-number': refusedSecond('PK-3 PK-8', 'leaves the number out of counter blocks', {
    counterBlock: (block) => Buffer.concat([Buffer.alloc(8), block.subarray(8)]),
  }),
  'counter-goes-on': refusedSecond('PK-3 PK-8', 'counts blocks on from packet to packet', {
    counterBlock: (block) => {
      const [n, i] = [number(block.subarray(0, 8)), number(block.subarray(8))];
      return Buffer.concat([Buffer.alloc(8), be64(n * 65n + i)]);
    },
  }),
  'length-0': refusedSecond('PK-6 PK-8', 'sends a packet of length 0', {
    cleartext: secondLength(() => be32(0)),
  }),
  'length-1025': refusedSecond('PK-8', 'sends a packet of length 1025', {
    cleartext: secondLength(() => be32(1025)),
  }),
  'length-1028': refusedSecond('PK-8', 'sends a packet of length 1028, the whole cleartext', {
    cleartext: secondLength(() => be32(1028)),
  }),
  'length-65536-more': refusedSecond('PK-8', 'sets a bit above the low 16 of a length', {
    cleartext: secondLength((is) => be32(65_536 + is)),
  }),
  'length-2-31': refusedSecond('PK-8', 'sends a packet of length 2^31', {
    cleartext: secondLength(() => be32(2 ** 31)),
  }),
  'length-2-32-minus-1': refusedSecond('PK-8', 'sends a packet of length 2^32 − 1', {
    cleartext: secondLength(() => be32(2 ** 32 - 1)),
  }),
  'length-little-endian': refusedSecond('PK-2 PK-8', 'writes a length little-endian', {
    cleartext: secondLength((is) => reversed(be32(is))),
  }),
  'length-first': refusedSecond('PK-2 PK-8', 'puts the length before the text', {
    cleartext: inSecond((cleartext) =>
      Buffer.concat([cleartext.subarray(TEXT_LENGTH), cleartext.subarray(0, TEXT_LENGTH)]),
    ),
  }),
  'padding-ff': accepted('PK-9', 'pads with bytes FF', {
    cleartext: padded((length) => Buffer.alloc(length, 0xff)),
  }),
  'padding-random': accepted('PK-9', 'pads with random bytes', { cleartext: padded(randomBytes) }),
} satisfies Record<string, Misbehaviour>;

/** How a plaintext is divided, and good packets together with a bad one. */
export const flights = {
  'texts-at-every-edge': accepted('PK-1 PK-16', 'sends texts of 1, 15, 16, 17, 1023, 1024 bytes', {
    rest: () => [1, 15, 16, 17, 1023, 1024].map((length) => randomBytes(length)),
  }),
  'texts-of-one-byte': accepted('PK-5 PK-16', 'sends 300 packets of one byte', {
    rest: () => Array.from({ length: 300 }, () => randomBytes(1)),
  }),
  'texts-like-packets': accepted('CN-8 PK-1', 'sends packets that hold packets', {
    rest: (texts, { earlier }) =>
      earlier === undefined ? texts : textsOf(Buffer.concat([...earlier.packets, earlier.message])),
  }),
  'good-with-bad': refusedSecond(
    'PK-11 PK-15',
    'sends two good packets and a bad one in one write',
    {
      plan: atOnce,
      packets: inRest((packets) => packets.map((each, i) => (i === 1 ? flipped(each, 0) : each))),
    },
    { releases: 2 },
  ),
  'bad-63rd-of-64': refusedSecond(
    'PK-11 PK-15',
    'sends 64 packets in one write, the last but one of them bad',
    {
      rest: () => Array.from({ length: 64 }, (_, i) => Buffer.from(`text ${i} `)),
      packets: inRest((packets) => packets.map((each, i) => (i === 62 ? flipped(each, 9) : each))),
    },
    { releases: 63 },
  ),
  'bad-after-plain-end': refusedSecond(
    'CN-23 PK-7',
    'sends a bad packet when the plain end is over',
    {
      plan: (plan) => [
        ...plan.slice(0, plan.indexOf('send rest')),
        'plain farewell',
        'plain end',
        'read farewell',
        'read end',
        'send rest',
        'await plain end',
      ],
      packets: secondAs((packet) => flipped(packet, 0)),
    },
  ),
} satisfies Record<string, Misbehaviour>;
