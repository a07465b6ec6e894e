/**
 * What is done with a batch of packets, as WebAssembly: counter blocks, exclusive or, padding and
 * length field, MACs and their comparison.
 *
 * Answers PK-1 … PK-4 and PK-7 … PK-9, with `hashFour` for the hash and, for the key stream, AES
 * outside: these functions only prepare its input and use its output. Where things lie in memory
 * is said in `layout.ts`. Packet numbers are 64 bits that the caller has checked not to wrap around.
 */

import {
  CIPHERTEXT_BYTES,
  MAC_BYTES,
  MAX_MESSAGE_BYTES,
  PACKET_BYTES,
} from '../../protocol/parameters.ts';
import type { Code, Frame, FunctionSource, Local } from './assembler.ts';
import { call, i32, i64, repeatWhile, returning, sequence, v128, when } from './instructions.ts';
import * as layout from './layout.ts';
import { hashFour, swapBytes, transpose } from './sha256-four.ts';

const { STREAM_BYTES, BLOCK_BYTES } = layout;
const LANES = [0, 1, 2, 3];
const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7];
const constant = i32.const;

const increase = (local: Local, by: number): Code => local.set(i32.add(local.get, constant(by)));
const decrement = (local: Local): Code => local.set(i32.sub(local.get, constant(1)));

/** `writeCounters(count, first)`: be64(packet number) in the counter blocks of `count` packets (PK-3). */
const writeCounters: FunctionSource = {
  name: 'writeCounters',
  parameters: ['i32', 'i64'],
  body(frame, count, number) {
    const [address, swapped] = [frame.local('i32'), frame.local('i64')];
    const blocks = [...Array(STREAM_BYTES / 16).keys()];
    return [
      address.set(constant(layout.COUNTERS)),
      repeatWhile(
        count.get,
        swapped.set(bigEndian64(number.get)),
        ...blocks.map((block) => i64.store(address.get, 16 * block, swapped.get)),
        number.set(i64.add(number.get, i64.const(1))),
        increase(address, STREAM_BYTES),
        decrement(count),
      ),
    ];
  },
};

/** `xorMessage(from, stream, to)`: 1024 bytes at `from`, exclusive or those at `stream`, at `to`. */
const xorMessage: FunctionSource = {
  name: 'xorMessage',
  parameters: ['i32', 'i32', 'i32'],
  body(frame, from, stream, to) {
    const left = frame.local('i32');
    return [
      left.set(constant(MAX_MESSAGE_BYTES / 128)),
      repeatWhile(
        left.get,
        ...EIGHT.map((i) => {
          const sum = v128.xor(v128.load(from.get, 16 * i), v128.load(stream.get, 16 * i));
          return v128.store(to.get, 16 * i, sum);
        }),
        increase(from, 128),
        increase(stream, 128),
        increase(to, 128),
        decrement(left),
      ),
    ];
  },
};

/**
 * `encrypt(count, lastLength)`: the ciphertexts of `count` messages in PLAINTEXT, one after the
 * other, all of 1024 bytes but the last, whose padding is in place (PK-2, PK-3).
 */
const encrypt: FunctionSource = {
  name: 'encrypt',
  parameters: ['i32', 'i32'],
  body(frame, count, lastLength) {
    const [from, stream, to] = [frame.local('i32'), frame.local('i32'), frame.local('i32')];
    const lengthField = (length: Code): Code => {
      const mask = i32.load(stream.get, MAX_MESSAGE_BYTES);
      return i32.store(to.get, MAX_MESSAGE_BYTES, i32.xor(bigEndian(length), mask));
    };
    return [
      from.set(constant(layout.PLAINTEXT)),
      stream.set(constant(layout.KEY_STREAM)),
      to.set(constant(layout.PACKETS)),
      repeatWhile(
        count.get,
        call(xorMessage, from.get, stream.get, to.get),
        lengthField(constant(MAX_MESSAGE_BYTES)),
        decrement(count),
        when(i32.equal(count.get, constant(0)), lengthField(lastLength.get)),
        increase(from, MAX_MESSAGE_BYTES),
        increase(stream, STREAM_BYTES),
        increase(to, PACKET_BYTES),
      ),
    ];
  },
};

/**
 * `decrypt(count)`: the messages of `count` packets whose MACs were right, one after the other
 * without their padding, up to the first with a bad length (PK-8, PK-9). Returns how many were
 * good; their length altogether is written to PLAINTEXT_LENGTH.
 */
const decrypt: FunctionSource = {
  name: 'decrypt',
  parameters: ['i32'],
  result: 'i32',
  body(frame, count) {
    const [from, stream, to] = [frame.local('i32'), frame.local('i32'), frame.local('i32')];
    const [done, length] = [frame.local('i32'), frame.local('i32')];
    const masked = i32.load(from.get, MAX_MESSAGE_BYTES);
    const mask = i32.load(stream.get, MAX_MESSAGE_BYTES);
    const total = i32.sub(to.get, constant(layout.PLAINTEXT));
    const noteTotal = i32.store(constant(layout.PLAINTEXT_LENGTH), 0, total);
    // One comparison for both bounds: 0 − 1 is the largest number.
    const bad = i32.less(constant(MAX_MESSAGE_BYTES - 1), i32.sub(length.get, constant(1)));
    return [
      from.set(constant(layout.PACKETS)),
      stream.set(constant(layout.KEY_STREAM)),
      to.set(constant(layout.PLAINTEXT)),
      repeatWhile(
        i32.less(done.get, count.get),
        length.set(bigEndian(i32.xor(masked, mask))),
        when(bad, noteTotal, returning(done.get)),
        call(xorMessage, from.get, stream.get, to.get),
        // The next message takes the place of this one's padding.
        to.set(i32.add(to.get, length.get)),
        increase(from, PACKET_BYTES),
        increase(stream, STREAM_BYTES),
        increase(done, 1),
      ),
      noteTotal,
      done.get,
    ];
  },
};

/**
 * `macFour(packet, first)`: the MACs of four packets, of which the first is at address `packet` and
 * has number `first`, to MACS (PK-4).
 */
const macFour: FunctionSource = {
  name: 'macFour',
  parameters: ['i32', 'i64'],
  body(frame, packet, number) {
    const wholeBlocks = Math.floor(CIPHERTEXT_BYTES / BLOCK_BYTES);
    const rest = wholeBlocks * BLOCK_BYTES;
    return [
      ...LANES.flatMap((lane) => {
        const block = constant(layout.INNER_BLOCKS + lane * BLOCK_BYTES);
        return [
          i32.store(block, 0, i32.load(packet.get, lane * PACKET_BYTES + rest)),
          i64.store(block, 4, bigEndian64(i64.add(number.get, i64.const(lane)))),
        ];
      }),
      loadStates(0),
      hashBlocks(packet.get, PACKET_BYTES, wholeBlocks),
      hashBlocks(constant(layout.INNER_BLOCKS), BLOCK_BYTES, 1),
      storeDigests(frame, layout.OUTER_BLOCKS, BLOCK_BYTES),
      call(finishMacs),
    ];
  },
};

/**
 * `finishMacs()`: the outer hash of the four inner digests in OUTER_BLOCKS, to MACS. The first may be
 * that of a single packet, which OpenSSL has hashed.
 */
const finishMacs: FunctionSource = {
  name: 'finishMacs',
  parameters: [],
  body: (frame) => [
    loadStates(32),
    hashBlocks(constant(layout.OUTER_BLOCKS), BLOCK_BYTES, 1),
    storeDigests(frame, layout.MACS, MAC_BYTES),
  ],
};

/** `putMacs(packet, count)`: the first `count` of MACS into packets, from address `packet` on. */
const putMacs: FunctionSource = {
  name: 'putMacs',
  parameters: ['i32', 'i32'],
  body(frame, packet, count) {
    const mac = frame.local('i32');
    return [
      mac.set(constant(layout.MACS)),
      repeatWhile(
        count.get,
        v128.store(packet.get, CIPHERTEXT_BYTES, v128.load(mac.get)),
        v128.store(packet.get, CIPHERTEXT_BYTES + 16, v128.load(mac.get, 16)),
        increase(packet, PACKET_BYTES),
        increase(mac, MAC_BYTES),
        decrement(count),
      ),
    ];
  },
};

/**
 * `matchMacs(packet, count)`: how many of `count` packets from address `packet` on come before the
 * first whose MAC is not the one in MACS (PK-7). All 32 bytes of a MAC are compared, in the same
 * time whatever they are.
 */
const matchMacs: FunctionSource = {
  name: 'matchMacs',
  parameters: ['i32', 'i32'],
  result: 'i32',
  body(frame, packet, count) {
    const [mac, done] = [frame.local('i32'), frame.local('i32')];
    const difference = (offset: number): Code =>
      v128.xor(v128.load(mac.get, offset), v128.load(packet.get, CIPHERTEXT_BYTES + offset));
    return [
      mac.set(constant(layout.MACS)),
      repeatWhile(
        i32.less(done.get, count.get),
        when(v128.anyTrue(v128.or(difference(0), difference(16))), returning(done.get)),
        increase(packet, PACKET_BYTES),
        increase(mac, MAC_BYTES),
        increase(done, 1),
      ),
      done.get,
    ];
  },
};

/** All of them, with the hash. */
export const PACKET_FUNCTIONS: readonly FunctionSource[] = [
  hashFour,
  writeCounters,
  xorMessage,
  encrypt,
  decrypt,
  macFour,
  finishMacs,
  putMacs,
  matchMacs,
];

/** Go on with the state of the lanes, over `blocks` blocks of each. */
function hashBlocks(address: Code, stride: number, blocks: number): Code {
  const state = constant(layout.STATE);
  const constants = constant(layout.CONSTANTS);
  return call(hashFour, state, address, constant(stride), constant(blocks), constants);
}

/** The state of all four lanes is that of the loaded key: its inner one, or at 32 its outer one. */
function loadStates(offset: number): Code {
  return sequence(
    ...EIGHT.map((word) => {
      const inAllLanes = v128.loadSplat(constant(layout.LOADED_KEY), offset + 4 * word);
      return v128.store(constant(layout.STATE), 16 * word, inAllLanes);
    }),
  );
}

/** The state of the lanes as digests, 32 bytes each, `stride` bytes from one to the next. */
function storeDigests(frame: Frame, to: number, stride: number): Code {
  const rows = frame.locals(4, 'v128');
  const half = (first: number): Code =>
    sequence(
      transpose(
        frame,
        LANES.map((word) => v128.load(constant(layout.STATE), 16 * (first + word))),
        rows,
      ),
      ...rows.map((row, lane) =>
        v128.store(constant(to + lane * stride), 4 * first, swapBytes(row.get)),
      ),
    );
  return sequence(half(0), half(4));
}

/** The 32-bit number between big-endian and the machine's order. */
function bigEndian(value: Code): Code {
  return v128.firstWord(swapBytes(v128.splat32(value)));
}

const REVERSED_HALVES = [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8];

/** The 64-bit number between big-endian and the machine's order. */
function bigEndian64(value: Code): Code {
  return v128.lowerHalf(v128.shuffle(v128.splat64(value), v128.zero, REVERSED_HALVES));
}
