/**
 * SHA-256 of four messages at once (FIPS 180-4 §6.2.2) as WebAssembly: lane i of every vector
 * belongs to message i.
 *
 * The letters are those of the standard. Padding, and what is hashed, is not decided here.
 */

import type { Code, Frame, FunctionSource, Local } from './assembler.ts';
import { fold, i32, repeatWhile, sequence, v128, when } from './instructions.ts';

const adds = fold(v128.add);
const xors = fold(v128.xor);

const SIXTEEN = [...Array(16).keys()];
const EIGHT = SIXTEEN.slice(0, 8);

/**
 * `hashFour(state, message, stride, blocks, constants)`: go on hashing with `blocks` (1 or more)
 * blocks of 64 bytes of four messages, of which the first begins at address `message` and each
 * further one `stride` bytes later. `state` is the address of eight vectors, read and written;
 * `constants` that of the 64 words K.
 */
export const hashFour: FunctionSource = {
  name: 'hashFour',
  parameters: ['i32', 'i32', 'i32', 'i32', 'i32'],
  body(frame, state, message, stride, blocks, constants) {
    const rows = [message, ...frame.locals(3, 'i32')];
    const [k, end] = [frame.local('i32'), frame.local('i32')];
    const hash = frame.locals(8, 'v128');
    const work = frame.locals(8, 'v128');
    const w = frame.locals(16, 'v128');
    const round = roundOf(frame, work, w, k);

    return [
      ...[1, 2, 3].map((i) => at(rows, i).set(i32.add(at(rows, i - 1).get, stride.get))),
      ...EIGHT.map((i) => at(hash, i).set(v128.load(state.get, 16 * i))),
      end.set(i32.add(constants.get, i32.const(256))),
      repeatWhile(
        blocks.get,
        ...EIGHT.map((i) => at(work, i).set(at(hash, i).get)),
        k.set(constants.get),
        transposeWords(frame, rows, w),
        round.begin,
        // Sixteen rounds at a time: the names of the variables and words are in place again then.
        repeatWhile(
          i32.less(k.get, end.get),
          ...SIXTEEN.map(round.step),
          k.set(i32.add(k.get, i32.const(64))),
          when(i32.less(k.get, end.get), ...SIXTEEN.map((t) => schedule(w, t))),
        ),
        ...EIGHT.map((i) => at(hash, i).set(v128.add(at(hash, i).get, at(work, i).get))),
        ...rows.map((row) => row.set(i32.add(row.get, i32.const(64)))),
        blocks.set(i32.sub(blocks.get, i32.const(1))),
      ),
      ...EIGHT.map((i) => v128.store(state.get, 16 * i, at(hash, i).get)),
    ];
  },
};

const right = v128.shiftRight;
/** ROTR of the standard, as the two parts of it that have no bit in common. */
const rotated = (x: Code, bits: number): readonly [Code, Code] => [
  right(x, bits),
  v128.shiftLeft(x, 32 - bits),
];

const bigSigma0 = (x: Code): Code => xors(...rotated(x, 2), ...rotated(x, 13), ...rotated(x, 22));
const bigSigma1 = (x: Code): Code => xors(...rotated(x, 6), ...rotated(x, 11), ...rotated(x, 25));
const sigma0 = (x: Code): Code => xors(...rotated(x, 7), ...rotated(x, 18), right(x, 3));
const sigma1 = (x: Code): Code => xors(...rotated(x, 17), ...rotated(x, 19), right(x, 10));

/** W of round t + 16 in place of W of round t. */
function schedule(w: readonly Local[], t: number): Code {
  const word = (i: number): Code => at(w, i & 15).get;
  return at(w, t).set(adds(word(t), word(t + 9), sigma0(word(t + 1)), sigma1(word(t + 14))));
}

/**
 * The rounds, of sixteen words `w`. `work` is a … h at round 0: where the standard moves the values
 * (h becomes g, g becomes f, …), unrolled code moves the names. `k` is a local with the address of
 * the constants of these rounds.
 */
function roundOf(frame: Frame, work: readonly Local[], w: readonly Local[], k: Local) {
  const t1 = frame.local('v128');
  const differences = frame.locals(2, 'v128');
  const begin = at(differences, 1).set(v128.xor(at(work, 1).get, at(work, 2).get));

  const step = (t: number): Code => {
    const variable = (i: number): Local => at(work, (i - t) & 7);
    const [a, b, d, h] = [variable(0), variable(1), variable(3), variable(7)];
    const [e, f, g] = [variable(4).get, variable(5).get, variable(6).get];
    const choose = v128.xor(g, v128.and(e, v128.xor(f, g)));
    // Maj(a, b, c) = b ⊕ ((a ⊕ b) ∧ (b ⊕ c)), and b ⊕ c is what a ⊕ b was one round ago.
    const [ab, bc] = [at(differences, t & 1), at(differences, (t + 1) & 1)];
    const majority = v128.xor(b.get, v128.and(ab.get, bc.get));
    const input = v128.add(v128.loadSplat(k.get, 4 * t), at(w, t).get);
    return sequence(
      t1.set(adds(input, h.get, choose, bigSigma1(e))),
      d.set(v128.add(d.get, t1.get)),
      ab.set(v128.xor(a.get, b.get)),
      h.set(adds(t1.get, majority, bigSigma0(a.get))),
    );
  };
  return { begin, step };
}

/** Bytes of each 32-bit word in the opposite order. */
const SWAPPED = SIXTEEN.map((i) => (i & ~3) | (3 - (i & 3)));
const LOW_WORDS = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
const HIGH_WORDS = LOW_WORDS.map((byte) => byte + 8);
const LOW_HALVES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const HIGH_HALVES = LOW_HALVES.map((byte) => byte + 8);

/** The words of a vector between big-endian, as messages have them, and the machine's order. */
export function swapBytes(vector: Code): Code {
  return v128.shuffle(vector, v128.zero, SWAPPED);
}

/** Four vectors that are the rows of a square of words become its columns. */
export function transpose(frame: Frame, from: readonly Code[], to: readonly Local[]): Code {
  const [a, b, c, d] = [at(from, 0), at(from, 1), at(from, 2), at(from, 3)];
  const halves = frame.locals(4, 'v128');
  const half = (i: number): Code => at(halves, i).get;
  return sequence(
    at(halves, 0).set(v128.shuffle(a, b, LOW_WORDS)),
    at(halves, 1).set(v128.shuffle(c, d, LOW_WORDS)),
    at(halves, 2).set(v128.shuffle(a, b, HIGH_WORDS)),
    at(halves, 3).set(v128.shuffle(c, d, HIGH_WORDS)),
    at(to, 0).set(v128.shuffle(half(0), half(1), LOW_HALVES)),
    at(to, 1).set(v128.shuffle(half(0), half(1), HIGH_HALVES)),
    at(to, 2).set(v128.shuffle(half(2), half(3), LOW_HALVES)),
    at(to, 3).set(v128.shuffle(half(2), half(3), HIGH_HALVES)),
  );
}

/** One block of each message: its sixteen words, each a vector of four messages' words. */
function transposeWords(frame: Frame, rows: readonly Local[], w: readonly Local[]): Code {
  const square = frame.locals(4, 'v128');
  return sequence(
    ...[0, 4, 8, 12].map((first) =>
      sequence(
        ...rows.map((row, i) => at(square, i).set(swapBytes(v128.load(row.get, 4 * first)))),
        transpose(
          frame,
          square.map(({ get }) => get),
          w.slice(first, first + 4),
        ),
      ),
    ),
  );
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`invariant: there is an item ${index}`);
  return item;
}
