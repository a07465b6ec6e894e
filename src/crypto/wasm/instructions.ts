/**
 * The instructions of WebAssembly that the packet engine's code uses, as functions from operands
 * to code.
 *
 * Names and opcodes are those of the WebAssembly core specification 2.0, chapter 5.4. Addresses
 * are in bytes; every access of memory may be unaligned.
 */

import type { Code, FunctionSource, Output } from './assembler.ts';

type Binary = (a: Code, b: Code) => Code;

/** One after the other. */
export const sequence =
  (...codes: readonly Code[]): Code =>
  (out) => {
    for (const code of codes) code(out);
  };

const binary =
  (...opcode: readonly number[]): Binary =>
  (a, b) =>
  (out) => {
    a(out);
    b(out);
    out.put(...opcode);
  };

/** The sum, or whatever `operation` is, of two and more operands, from the left. */
export const fold =
  (operation: Binary) =>
  (first: Code, ...rest: readonly Code[]): Code =>
    rest.reduce(operation, first);

const access = (out: Output, opcode: readonly number[], offset: number): void => {
  out.put(...opcode, 0); // 0: no promise about alignment
  out.unsigned(offset);
};

const load =
  (...opcode: readonly number[]) =>
  (address: Code, offset = 0): Code =>
  (out) => {
    address(out);
    access(out, opcode, offset);
  };

const store =
  (...opcode: readonly number[]) =>
  (address: Code, offset: number, value: Code): Code =>
  (out) => {
    address(out);
    value(out);
    access(out, opcode, offset);
  };

export const i32 = {
  const:
    (value: number): Code =>
    (out) => {
      out.put(0x41);
      out.signed(value);
    },
  load: load(0x28),
  store: store(0x36),
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shiftRight: binary(0x76),
  rotateLeft: binary(0x77),
  rotateRight: binary(0x78),
  /** Unsigned comparisons; 1 or 0. */
  less: binary(0x49),
  greater: binary(0x4b),
  equal: binary(0x46),
};

export const i64 = {
  /** A small number, 0 … 63. */
  const:
    (value: number): Code =>
    (out) => {
      out.put(0x42);
      out.signed(value);
    },
  extend:
    (value: Code): Code =>
    (out) => {
      value(out);
      out.put(0xad);
    },
  load: load(0x29),
  store: store(0x37),
  add: binary(0x7c),
};

const simd = (code: number): readonly number[] =>
  code < 0x80 ? [0xfd, code] : [0xfd, (code & 0x7f) | 0x80, code >> 7];

/** Instructions on 128 bits; the arithmetic is on four 32-bit lanes. */
export const v128 = {
  load: load(...simd(0x00)),
  store: store(...simd(0x0b)),
  /** One 32-bit word of memory in all lanes. */
  loadSplat: load(...simd(0x09)),
  zero: ((out) => out.put(...simd(0x0c), ...new Array<number>(16).fill(0))) as Code,
  splat64:
    (value: Code): Code =>
    (out) => {
      value(out);
      out.put(...simd(0x12));
    },
  /** Bytes of `a` (0 – 15) and `b` (16 – 31), as `lanes` says. */
  shuffle:
    (a: Code, b: Code, lanes: readonly number[]): Code =>
    (out) => {
      a(out);
      b(out);
      out.put(...simd(0x0d), ...lanes);
    },
  and: binary(...simd(0x4e)),
  or: binary(...simd(0x50)),
  xor: binary(...simd(0x51)),
  add: binary(...simd(0xae)),
  shiftLeft: (a: Code, bits: number): Code => binary(...simd(0xab))(a, i32.const(bits)),
  shiftRight: (a: Code, bits: number): Code => binary(...simd(0xad))(a, i32.const(bits)),
  /** 1 if any bit is set. */
  anyTrue:
    (a: Code): Code =>
    (out) => {
      a(out);
      out.put(...simd(0x53));
    },
  /** The lower 64 bits, as an `i64`. */
  lowerHalf:
    (a: Code): Code =>
    (out) => {
      a(out);
      out.put(...simd(0x1d), 0);
    },
};

/** Call a function of the same module. */
export const call =
  (source: FunctionSource, ...operands: readonly Code[]): Code =>
  (out) => {
    for (const operand of operands) operand(out);
    out.put(0x10);
    out.functionIndex(source);
  };

/** Leave the function with a result. */
export const returning =
  (value: Code): Code =>
  (out) => {
    value(out);
    out.put(0x0f);
  };

/** Run `body` once, and again as long as `again` is not 0 after it. */
export const repeatWhile =
  (again: Code, ...body: readonly Code[]): Code =>
  (out) => {
    out.put(0x03, 0x40);
    for (const code of body) code(out);
    again(out);
    out.put(0x0d, 0x00, 0x0b);
  };

/** Run `body` if `condition` is not 0. */
export const when =
  (condition: Code, ...body: readonly Code[]): Code =>
  (out) => {
    condition(out);
    out.put(0x04, 0x40);
    for (const code of body) code(out);
    out.put(0x0b);
  };
