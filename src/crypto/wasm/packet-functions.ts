/**
 * What is done with a batch of packets, as WebAssembly: counter blocks, exclusive or, padding and
 * length field, MACs and their comparison.
 *
 * Answers PK-1 … PK-4 and PK-7 … PK-9, with `hashFour` and `hashOne` for the hash and, for the key stream, AES
 * outside: these functions only prepare its input and use its output. Where the parts lie is
 * `layout.ts`. Packet numbers are 64 bits that the caller has checked not to wrap around.
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
import { bigEndian, hashOne } from './sha256-one.ts';

const { STREAM_BYTES, BLOCK_BYTES } = layout;
const LANES = 4;
const constant = i32.const;

/** `writeCounters(count, first)`: the counter blocks of packets `first` … (PK-3). */
export const writeCounters: FunctionSource = {
  name: 'writeCounters',
  parameters: ['i32', 'i64'],
  body(frame) {
    const [count, number] = frame.parameters as readonly [Local, Local];
    const address = frame.local('i32');
    const swapped = frame.local('i64');
    const blocks = [...Array(STREAM_BYTES / 16).keys()];
    return [
      address.set(constant(layout.COUNTERS)),
      repeatWhile(
        count.get,
        swapped.set(bigEndian64(number.get)),
        ...blocks.map((block) => i64.store(address.get, 16 * block, swapped.get)),
        number.set(i64.add(number.get, i64.const(1))),
        address.set(i32.add(address.get, constant(STREAM_BYTES))),
        count.set(i32.sub(count.get, constant(1))),
      ),
    ];
  },
};

/** `writeCounterIndices()`: be64(index) in the counter blocks of a whole batch, once for all (PK-3). */
export const writeCounterIndices: FunctionSource = {
  name: 'writeCounterIndices',
  parameters: [],
  body(frame) {
    const address = frame.local('i32');
    const index = frame.local('i32');
    const last = layout.COUNTERS + (layout.BATCH_PACKETS - 1) * STREAM_BYTES;
    return [
      address.set(constant(layout.COUNTERS)),
      repeatWhile(
        i32.less(address.get, constant(last + STREAM_BYTES)),
        i64.store(address.get, 8, bigEndian64(i64.extend(index.get))),
        address.set(i32.add(address.get, constant(16))),
        index.set(
          i32.mul(
            i32.add(index.get, constant(1)),
            // Back to 0 after the last block of a packet.
            i32.less(index.get, constant(STREAM_BYTES / 16 - 1)),
          ),
        ),
      ),
    ];
  },
};

/**
 * `encrypt(count, lastLength)`: the ciphertexts of `count` messages, all of 1024 bytes but the
 * last, whose padding is in place (PK-2, PK-3). The messages are in PLAINTEXT one after the other.
 */
export const encrypt: FunctionSource = {
  name: 'encrypt',
  parameters: ['i32', 'i32'],
  body(frame) {
    const [count, lastLength] = frame.parameters as readonly [Local, Local];
    const [from, stream, to] = frame.locals(3, 'i32') as readonly [Local, Local, Local];
    const lengthField = (length: Code): Code =>
      i32.store(
        to.get,
        MAX_MESSAGE_BYTES,
        i32.xor(bigEndian(frame, length), i32.load(stream.get, MAX_MESSAGE_BYTES)),
      );
    return [
      from.set(constant(layout.PLAINTEXT)),
      stream.set(constant(layout.KEY_STREAM)),
      to.set(constant(layout.PACKETS)),
      repeatWhile(
        count.get,
        xorMessage(from, stream, to),
        lengthField(constant(MAX_MESSAGE_BYTES)),
        count.set(i32.sub(count.get, constant(1))),
        when(i32.equal(count.get, constant(0)), lengthField(lastLength.get)),
        from.set(i32.add(from.get, constant(MAX_MESSAGE_BYTES))),
        stream.set(i32.add(stream.get, constant(STREAM_BYTES))),
        to.set(i32.add(to.get, constant(PACKET_BYTES))),
      ),
    ];
  },
};

/**
 * `decrypt(count)`: the messages of `count` packets whose MACs were right, one after the other
 * without their padding, up to the first with a bad length (PK-8, PK-9). Returns how many were
 * good; their length altogether is written to PLAINTEXT_LENGTH.
 */
export const decrypt: FunctionSource = {
  name: 'decrypt',
  parameters: ['i32'],
  result: 'i32',
  body(frame) {
    const [count] = frame.parameters as readonly [Local];
    const [done, from, stream, to, length] = frame.locals(5, 'i32') as readonly [
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const noteLength = i32.store(
      constant(layout.PLAINTEXT_LENGTH),
      0,
      i32.sub(to.get, constant(layout.PLAINTEXT)),
    );
    return [
      from.set(constant(layout.PACKETS)),
      stream.set(constant(layout.KEY_STREAM)),
      to.set(constant(layout.PLAINTEXT)),
      repeatWhile(
        i32.less(done.get, count.get),
        length.set(
          bigEndian(
            frame,
            i32.xor(i32.load(from.get, MAX_MESSAGE_BYTES), i32.load(stream.get, MAX_MESSAGE_BYTES)),
          ),
        ),
        // One comparison for both bounds: 0 − 1 is the largest number.
        when(
          i32.less(constant(MAX_MESSAGE_BYTES - 1), i32.sub(length.get, constant(1))),
          noteLength,
          returning(done.get),
        ),
        xorMessage(from, stream, to),
        // The next message takes the place of this one's padding.
        to.set(i32.add(to.get, length.get)),
        from.set(i32.add(from.get, constant(PACKET_BYTES))),
        stream.set(i32.add(stream.get, constant(STREAM_BYTES))),
        done.set(i32.add(done.get, constant(1))),
      ),
      noteLength,
      done.get,
    ];
  },
};

/**
 * `macFour(packet, first)`: HMAC over the ciphertexts of four packets, of which the first is at
 * address `packet` and has number `first`, and over their numbers (PK-4), to MACS.
 */
export const macFour: FunctionSource = {
  name: 'macFour',
  parameters: ['i32', 'i64'],
  body(frame) {
    const [packet, number] = frame.parameters as readonly [Local, Local];
    const lanes = [...Array(LANES).keys()];
    const state = constant(layout.STATE);
    const blocksOf = (address: number): Code =>
      call(hashFour, state, constant(address), constant(BLOCK_BYTES), constant(1), K);
    const wholeBlocks = Math.floor(CIPHERTEXT_BYTES / BLOCK_BYTES);
    const rest = wholeBlocks * BLOCK_BYTES;
    return [
      ...lanes.flatMap((lane) => {
        const block = constant(layout.INNER_BLOCKS + lane * BLOCK_BYTES);
        return [
          i32.store(block, 0, i32.load(packet.get, lane * PACKET_BYTES + rest)),
          i64.store(block, 4, bigEndian64(i64.add(number.get, i64.const(lane)))),
        ];
      }),
      loadStates(0),
      call(hashFour, state, packet.get, constant(PACKET_BYTES), constant(wholeBlocks), K),
      blocksOf(layout.INNER_BLOCKS),
      storeDigests(frame, layout.OUTER_BLOCKS, BLOCK_BYTES),
      loadStates(32),
      blocksOf(layout.OUTER_BLOCKS),
      storeDigests(frame, layout.MACS, MAC_BYTES),
    ];
  },
};

/**
 * `beginSingle(packet, number)`: what the MAC of the packet at address `packet` is computed over,
 * behind the inner padded key in SINGLE. The inner hash of it is computed outside, where a long
 * single message is hashed faster than here; the digest is expected in OUTER_BLOCKS.
 */
export const beginSingle: FunctionSource = {
  name: 'beginSingle',
  parameters: ['i32', 'i64'],
  body(frame) {
    const [packet, number] = frame.parameters as readonly [Local, Local];
    const to = constant(layout.SINGLE + BLOCK_BYTES);
    return [
      ...MESSAGE_VECTORS.map((i) => v128.store(to, 16 * i, v128.load(packet.get, 16 * i))),
      i32.store(to, MAX_MESSAGE_BYTES, i32.load(packet.get, MAX_MESSAGE_BYTES)),
      i64.store(to, CIPHERTEXT_BYTES, bigEndian64(number.get)),
    ];
  },
};

/** `finishSingle()`: the MAC of that packet, in MACS. */
export const finishSingle: FunctionSource = {
  name: 'finishSingle',
  parameters: [],
  body(frame) {
    const state = constant(layout.STATE);
    const words = [...Array(8).keys()].map((word) => 4 * word);
    return [
      ...words.map((word) =>
        i32.store(state, word, i32.load(constant(layout.KEY_STATES), 32 + word)),
      ),
      call(hashOne, state, constant(layout.OUTER_BLOCKS), constant(1), K),
      ...words.map((word) =>
        i32.store(constant(layout.MACS), word, bigEndian(frame, i32.load(state, word))),
      ),
    ];
  },
};

/** `putMacs(packet, count)`: the first `count` of MACS into packets, from address `packet` on. */
export const putMacs: FunctionSource = {
  name: 'putMacs',
  parameters: ['i32', 'i32'],
  body(frame) {
    const [packet, count] = frame.parameters as readonly [Local, Local];
    const mac = frame.local('i32');
    return [
      mac.set(constant(layout.MACS)),
      repeatWhile(
        count.get,
        v128.store(packet.get, CIPHERTEXT_BYTES, v128.load(mac.get)),
        v128.store(packet.get, CIPHERTEXT_BYTES + 16, v128.load(mac.get, 16)),
        packet.set(i32.add(packet.get, constant(PACKET_BYTES))),
        mac.set(i32.add(mac.get, constant(MAC_BYTES))),
        count.set(i32.sub(count.get, constant(1))),
      ),
    ];
  },
};

/**
 * `matchMacs(packet, count)`: how many of `count` packets from address `packet` on come before the
 * first whose MAC is not the one in MACS (PK-7). The time does not depend on where in a MAC the
 * difference is.
 */
export const matchMacs: FunctionSource = {
  name: 'matchMacs',
  parameters: ['i32', 'i32'],
  result: 'i32',
  body(frame) {
    const [packet, count] = frame.parameters as readonly [Local, Local];
    const [mac, done] = frame.locals(2, 'i32') as readonly [Local, Local];
    const difference = (offset: number): Code =>
      v128.xor(v128.load(mac.get, offset), v128.load(packet.get, CIPHERTEXT_BYTES + offset));
    return [
      mac.set(constant(layout.MACS)),
      repeatWhile(
        i32.less(done.get, count.get),
        when(v128.anyTrue(v128.or(difference(0), difference(16))), returning(done.get)),
        packet.set(i32.add(packet.get, constant(PACKET_BYTES))),
        mac.set(i32.add(mac.get, constant(MAC_BYTES))),
        done.set(i32.add(done.get, constant(1))),
      ),
      done.get,
    ];
  },
};

const K = constant(layout.CONSTANTS);

/** The state of all four lanes is that of the loaded key: its inner one, or at 32 its outer one. */
function loadStates(offset: number): Code {
  return sequence(
    ...[...Array(8).keys()].map((word) =>
      v128.store(
        constant(layout.STATE),
        16 * word,
        v128.loadSplat(constant(layout.KEY_STATES), offset + 4 * word),
      ),
    ),
  );
}

/** The state of the lanes as digests, 32 bytes each, `stride` bytes from one to the next. */
function storeDigests(frame: Frame, to: number, stride: number): Code {
  const rows = frame.locals(LANES, 'v128');
  const half = (first: number): Code =>
    sequence(
      transpose(
        frame,
        [0, 1, 2, 3].map((word) => v128.load(constant(layout.STATE), 16 * (first + word))),
        rows,
      ),
      ...rows.map((row, lane) =>
        v128.store(constant(to + lane * stride), 4 * first, swapBytes(row.get)),
      ),
    );
  return sequence(half(0), half(4));
}

const MESSAGE_VECTORS = [...Array(MAX_MESSAGE_BYTES / 16).keys()];

/** 1024 bytes at `from`, exclusive or those at `stream`, at `to`. */
function xorMessage(from: Local, stream: Local, to: Local): Code {
  return sequence(
    ...MESSAGE_VECTORS.map((i) =>
      v128.store(
        to.get,
        16 * i,
        v128.xor(v128.load(from.get, 16 * i), v128.load(stream.get, 16 * i)),
      ),
    ),
  );
}

const REVERSED_HALVES = [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8];

/** The 64-bit number between big-endian and the machine's order. */
function bigEndian64(value: Code): Code {
  return v128.lowerHalf(v128.shuffle(v128.splat64(value), v128.zero, REVERSED_HALVES));
}
