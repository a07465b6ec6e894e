/**
 * The instructions of WebAssembly that the packet engine's code uses, as functions from operands
 * to code.
 *
 * Names and opcodes are those of the WebAssembly core specification 2.0, chapter 5.4; vector
 * instructions have 0xfd in front. Addresses are in bytes; every access may be unaligned.
 */

import type { Code, FunctionSource, Output } from './assembler.ts';

type Unary = (a: Code) => Code;
type Binary = (a: Code, b: Code) => Code;

/** One after the other. */
export const sequence =
  (...codes: readonly Code[]): Code =>
  (out) => {
    for (const code of codes) code(out);
  };

/** The sum, or whatever `operation` is, of two and more operands, from the left. */
export const fold =
  (operation: Binary) =>
  (first: Code, ...rest: readonly Code[]): Code =>
    rest.reduce(operation, first);

const unary =
  (opcode: number, ...immediate: readonly number[]): Unary =>
  (a) =>
  (out) => {
    a(out);
    out.opcode(opcode);
    out.put(...immediate);
  };

const binary =
  (opcode: number): Binary =>
  (a, b) =>
  (out) => {
    a(out);
    b(out);
    out.opcode(opcode);
  };

const access = (out: Output, opcode: number, offset: number): void => {
  out.opcode(opcode);
  out.put(0); // no promise about alignment
  out.unsigned(offset);
};

const load =
  (opcode: number) =>
  (address: Code, offset = 0): Code =>
  (out) => {
    address(out);
    access(out, opcode, offset);
  };

const store =
  (opcode: number) =>
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
      out.opcode(0x41);
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
  rotateLeft: binary(0x77),
  rotateRight: binary(0x78),
  equal: binary(0x46),
  /** Unsigned; 1 or 0. */
  less: binary(0x49),
};

export const i64 = {
  /** A small number, 0 … 63. */
  const:
    (value: number): Code =>
    (out) => {
      out.opcode(0x42);
      out.signed(value);
    },
  /** From `i32`, unsigned. */
  extend: unary(0xad),
  load: load(0x29),
  store: store(0x37),
  add: binary(0x7c),
};

/** Instructions on 128 bits; the arithmetic is on four 32-bit lanes. */
export const v128 = {
  load: load(0xfd00),
  store: store(0xfd0b),
  /** One 32-bit word of memory in all lanes. */
  loadSplat: load(0xfd09),
  zero: ((out) => {
    out.opcode(0xfd0c);
    out.put(...Array<number>(16).fill(0));
  }) as Code,
  /** An `i32` in all four lanes. */
  splat32: unary(0xfd11),
  /** The first lane, as an `i32`. */
  firstWord: unary(0xfd1b, 0),
  /** A 64-bit number in both halves. */
  splat64: unary(0xfd12),
  /** The lower 64 bits, as an `i64`. */
  lowerHalf: unary(0xfd1d, 0),
  /** Bytes of `a` (0 – 15) and `b` (16 – 31), as `lanes` says. */
  shuffle:
    (a: Code, b: Code, lanes: readonly number[]): Code =>
    (out) => {
      a(out);
      b(out);
      out.opcode(0xfd0d);
      out.put(...lanes);
    },
  and: binary(0xfd4e),
  or: binary(0xfd50),
  xor: binary(0xfd51),
  add: binary(0xfdae),
  shiftLeft: (a: Code, bits: number): Code => shiftedLeft(a, i32.const(bits)),
  shiftRight: (a: Code, bits: number): Code => shiftedRight(a, i32.const(bits)),
  /** 1 if any bit is set. */
  anyTrue: unary(0xfd53),
};

const shiftedLeft = binary(0xfdab);
const shiftedRight = binary(0xfdad);

/** Call a function of the same module. */
export const call =
  (source: FunctionSource, ...operands: readonly Code[]): Code =>
  (out) => {
    for (const operand of operands) operand(out);
    out.opcode(0x10);
    out.functionIndex(source);
  };

/** Leave the function with a result. */
export const returning = unary(0x0f);

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
