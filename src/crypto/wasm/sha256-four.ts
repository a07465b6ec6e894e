/**
 * SHA-256 of four messages at once (FIPS 180-4 §6.2.2) as WebAssembly: lane i of every vector
 * belongs to message i.
 *
 * The letters are those of the standard. Padding, and what is hashed, is not decided here.
 */

import type { Code, Frame, FunctionSource, Local } from './assembler.ts';
import { fold, i32, repeatWhile, sequence, v128 } from './instructions.ts';
import { at, workingVariables } from './sha256-round.ts';

const adds = fold(v128.add);

/**
 * `hashFour(state, message, stride, blocks, constants)`: go on hashing with `blocks` (1 or more)
 * blocks of 64 bytes of four messages, of which the first begins at address `message` and each
 * further one `stride` bytes later. `state` is the address of eight vectors, read and written;
 * `constants` that of the 64 words K.
 */
export const hashFour: FunctionSource = {
  name: 'hashFour',
  parameters: ['i32', 'i32', 'i32', 'i32', 'i32'],
  body(frame) {
    const [state, message, stride, blocks, constants] = frame.parameters as readonly [
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const rows = [message, ...frame.locals(3, 'i32')];
    const k = frame.local('i32');
    const hash = frame.locals(8, 'v128');
    const work = frame.locals(8, 'v128');
    const w = frame.locals(16, 'v128');
    const round = roundOf(frame, work, w, k);
    const rounds = [...Array(16).keys()];
    const words = [...hash.keys()];

    return [
      ...[1, 2, 3].map((i) => at(rows, i).set(i32.add(at(rows, i - 1).get, stride.get))),
      ...words.map((i) => at(hash, i).set(v128.load(state.get, 16 * i))),
      repeatWhile(
        blocks.get,
        ...words.map((i) => at(work, i).set(at(hash, i).get)),
        k.set(constants.get),
        transposeWords(frame, rows, w),
        round.begin,
        ...rounds.map((t) => round.step(t)),
        k.set(i32.add(constants.get, i32.const(64))),
        repeatWhile(
          i32.less(k.get, i32.add(constants.get, i32.const(256))),
          ...rounds.map((t) => sequence(schedule(w, t), round.step(t))),
          k.set(i32.add(k.get, i32.const(64))),
        ),
        ...words.map((i) => at(hash, i).set(v128.add(at(hash, i).get, at(work, i).get))),
        ...rows.map((row) => row.set(i32.add(row.get, i32.const(64)))),
        blocks.set(i32.sub(blocks.get, i32.const(1))),
      ),
      ...words.map((i) => v128.store(state.get, 16 * i, at(hash, i).get)),
    ];
  },
};

/** Exclusive or of rotations to the right, and of a plain shift where one is given. */
function mix(x: Code, rotations: readonly number[], shift?: number): Code {
  const parts = rotations.flatMap((bits) => [
    v128.shiftRight(x, bits),
    v128.shiftLeft(x, 32 - bits),
  ]);
  if (shift !== undefined) parts.push(v128.shiftRight(x, shift));
  return parts.reduce((sum, part) => v128.xor(sum, part));
}

/** W of round t + 16 in place of W of round t. */
function schedule(w: readonly Local[], t: number): Code {
  const word = (i: number): Code => at(w, i & 15).get;
  return at(w, t).set(
    adds(
      v128.add(word(t), word(t + 9)),
      mix(word(t + 1), [7, 18], 3),
      mix(word(t + 14), [17, 19], 10),
    ),
  );
}

/**
 * The rounds. `k` is a local with the address of the constants of the current sixteen.
 *
 * Maj(a, b, c) = b ⊕ ((a ⊕ b) ∧ (b ⊕ c)), and b ⊕ c is what a ⊕ b was one round ago.
 */
function roundOf(frame: Frame, work: readonly Local[], w: readonly Local[], k: Local) {
  const t1 = frame.local('v128');
  const differences = frame.locals(2, 'v128');
  const begin = at(differences, 1).set(v128.xor(at(work, 1).get, at(work, 2).get));
  const step = (t: number): Code => {
    const { a, b, d, e, f, g, h } = workingVariables(t, work);
    const ab = at(differences, t % 2);
    const bc = at(differences, (t + 1) % 2);
    const choose = v128.xor(g.get, v128.and(e.get, v128.xor(f.get, g.get)));
    return sequence(
      t1.set(
        adds(
          v128.add(v128.loadSplat(k.get, 4 * t), at(w, t).get),
          h.get,
          choose,
          mix(e.get, [6, 11, 25]),
        ),
      ),
      d.set(v128.add(d.get, t1.get)),
      ab.set(v128.xor(a.get, b.get)),
      h.set(adds(t1.get, v128.xor(b.get, v128.and(ab.get, bc.get)), mix(a.get, [2, 13, 22]))),
    );
  };
  return { begin, step };
}

/** Bytes of each 32-bit word in the opposite order: messages are big-endian. */
const SWAPPED = [...Array(16).keys()].map((i) => (i & ~3) | (3 - (i & 3)));
const LOW_WORDS = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
const HIGH_WORDS = LOW_WORDS.map((byte) => byte + 8);
const LOW_HALVES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const HIGH_HALVES = LOW_HALVES.map((byte) => byte + 8);

/** Four vectors that are the rows of a square of words become its columns. */
export function transpose(frame: Frame, from: readonly Code[], to: readonly Local[]): Code {
  const [a, b, c, d] = from as readonly [Code, Code, Code, Code];
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

/** The words of a vector between big-endian and the machine's order. */
export function swapBytes(vector: Code): Code {
  return v128.shuffle(vector, v128.zero, SWAPPED);
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
