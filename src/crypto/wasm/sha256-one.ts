/**
 * SHA-256 of one message (FIPS 180-4 §6.2.2) as WebAssembly, in plain 32-bit instructions.
 *
 * It is what a single packet is hashed with, where four lanes would have nothing to do in three of
 * them. The letters are those of the standard.
 */

import type { Code, Frame, FunctionSource, Local } from './assembler.ts';
import { fold, i32, repeatWhile, sequence } from './instructions.ts';
import { at, workingVariables } from './sha256-round.ts';

const xors = fold(i32.xor);
const adds = fold(i32.add);

/**
 * `hashOne(state, message, blocks, constants)`: go on hashing with `blocks` (1 or more) blocks of
 * 64 bytes at address `message`. `state` is the address of eight words, read and written;
 * `constants` that of the 64 words K.
 */
export const hashOne: FunctionSource = {
  name: 'hashOne',
  parameters: ['i32', 'i32', 'i32', 'i32'],
  body(frame) {
    const [state, message, blocks, constants] = frame.parameters as readonly [
      Local,
      Local,
      Local,
      Local,
    ];
    const k = frame.local('i32');
    const work = frame.locals(8, 'i32');
    const w = frame.locals(16, 'i32');
    const round = roundOf(frame, work, w, k);
    const rounds = [...Array(16).keys()];
    const words = [...work.keys()];

    return [
      repeatWhile(
        blocks.get,
        ...words.map((i) => at(work, i).set(i32.load(state.get, 4 * i))),
        k.set(constants.get),
        round.begin,
        ...rounds.map((t) =>
          sequence(at(w, t).set(bigEndian(frame, i32.load(message.get, 4 * t))), round.step(t)),
        ),
        k.set(i32.add(constants.get, i32.const(64))),
        repeatWhile(
          i32.less(k.get, i32.add(constants.get, i32.const(256))),
          ...rounds.map((t) => sequence(schedule(w, t), round.step(t))),
          k.set(i32.add(k.get, i32.const(64))),
        ),
        ...words.map((i) =>
          i32.store(state.get, 4 * i, i32.add(i32.load(state.get, 4 * i), at(work, i).get)),
        ),
        message.set(i32.add(message.get, i32.const(64))),
        blocks.set(i32.sub(blocks.get, i32.const(1))),
      ),
    ];
  },
};

const rotate = (x: Code, bits: number): Code => i32.rotateRight(x, i32.const(bits));

/** W of round t + 16 in place of W of round t. */
function schedule(w: readonly Local[], t: number): Code {
  const word = (i: number): Code => at(w, i & 15).get;
  const sigma = (x: Code, first: number, second: number, shift: number): Code =>
    xors(rotate(x, first), rotate(x, second), i32.shiftRight(x, i32.const(shift)));
  return at(w, t).set(
    adds(word(t), word(t + 9), sigma(word(t + 1), 7, 18, 3), sigma(word(t + 14), 17, 19, 10)),
  );
}

/** The rounds; see `sha256-four.ts`, which they follow. */
function roundOf(frame: Frame, work: readonly Local[], w: readonly Local[], k: Local) {
  const t1 = frame.local('i32');
  const differences = frame.locals(2, 'i32');
  const begin = at(differences, 1).set(i32.xor(at(work, 1).get, at(work, 2).get));
  const step = (t: number): Code => {
    const { a, b, d, e, f, g, h } = workingVariables(t, work);
    const ab = at(differences, t % 2);
    const bc = at(differences, (t + 1) % 2);
    const choose = i32.xor(g.get, i32.and(e.get, i32.xor(f.get, g.get)));
    return sequence(
      t1.set(
        adds(
          i32.add(i32.load(k.get, 4 * t), at(w, t).get),
          h.get,
          choose,
          xors(rotate(e.get, 6), rotate(e.get, 11), rotate(e.get, 25)),
        ),
      ),
      d.set(i32.add(d.get, t1.get)),
      ab.set(i32.xor(a.get, b.get)),
      h.set(
        adds(
          t1.get,
          i32.xor(b.get, i32.and(ab.get, bc.get)),
          xors(rotate(a.get, 2), rotate(a.get, 13), rotate(a.get, 22)),
        ),
      ),
    );
  };
  return { begin, step };
}

/** The word between big-endian and the machine's order. */
export function bigEndian(frame: Frame, value: Code): Code {
  const word = frame.local('i32');
  return sequence(
    word.set(value),
    i32.or(
      i32.and(i32.rotateLeft(word.get, i32.const(8)), i32.const(0x00ff00ff)),
      i32.and(i32.rotateRight(word.get, i32.const(8)), i32.const(0xff00ff00)),
    ),
  );
}
