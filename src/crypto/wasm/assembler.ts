/**
 * A small assembler for WebAssembly: one module of functions over one memory.
 *
 * The machine code of the batched packet engine is generated when it is first needed: it is
 * unrolled code that follows from a few lines, and no compiler and no binary has to be trusted.
 * Codes and encodings are those of the WebAssembly core specification 2.0, chapter 5. It checks
 * no types: the engine's validator does, when the module is made. The instructions are in
 * `instructions.ts`.
 */

/** Writes the instructions of an expression or a statement, in the order of the stack machine. */
export type Code = (out: Output) => void;

export type ValueType = 'i32' | 'i64' | 'v128';

/** A function of the module. */
export interface FunctionSource {
  /** The name it is exported by. */
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly result?: ValueType;
  /** The body, of its parameters: statements, and at the end the result if there is one. */
  body(frame: Frame, ...parameters: readonly Local[]): readonly Code[];
}

/** A parameter or a local variable. */
export interface Local {
  readonly get: Code;
  set(value: Code): Code;
}

/** What one function may declare. */
export interface Frame {
  /** A local variable, zero at the beginning. */
  local(type: ValueType): Local;
  /** Several of them. */
  locals(count: number, type: ValueType): readonly Local[];
}

const TYPES: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, v128: 0x7b };

/** Bytes of a module in the making. */
export class Output {
  /** An array and no byte array: this code runs once, uncompiled, and `push` is quick from the start. */
  private readonly bytes: number[] = [];
  /** The position of each function in the module, for calls. */
  private readonly indexOf: ReadonlyMap<FunctionSource, number>;

  constructor(indexOf: ReadonlyMap<FunctionSource, number>) {
    this.indexOf = indexOf;
  }

  put(...bytes: readonly number[]): void {
    this.bytes.push(...bytes);
  }

  /** An instruction's opcode: one byte, or after the byte 0xfd a number, here 0xfd00 + the number. */
  opcode(code: number): void {
    this.bytes.push(code > 0xff ? 0xfd : code);
    if (code > 0xff) this.unsigned(code & 0xff);
  }

  /** An unsigned number below 2³¹ in LEB128. */
  unsigned(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.bytes.push((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.bytes.push(rest);
  }

  /** A signed 32-bit number in LEB128. */
  signed(value: number): void {
    let rest = value | 0;
    while (rest < -0x40 || rest >= 0x40) {
      this.bytes.push((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.bytes.push(rest & 0x7f);
  }

  text(value: string): void {
    this.unsigned(value.length);
    for (const letter of value) this.bytes.push(letter.charCodeAt(0));
  }

  functionIndex(source: FunctionSource): void {
    const index = this.indexOf.get(source);
    if (index === undefined) throw new Error(`invariant: ${source.name} is in the module`);
    this.unsigned(index);
  }

  /** What `write` writes, with its length in front: in five bytes always, to be filled in later. */
  sized(write: () => void): void {
    const start = this.bytes.push(0, 0, 0, 0, 0);
    write();
    const length = this.bytes.length - start;
    for (let i = 0; i < 5; i++) {
      this.bytes[start - 5 + i] = ((length >>> (7 * i)) & 0x7f) | (i < 4 ? 0x80 : 0);
    }
  }

  section(id: number, write: () => void): void {
    this.bytes.push(id);
    this.sized(write);
  }

  result(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }
}

/**
 * The bytes of a module with these functions, all exported, and a memory of `pages` × 64 KiB that
 * cannot grow, exported as `memory`.
 */
export function assemble(functions: readonly FunctionSource[], pages: number): Uint8Array {
  const out = new Output(new Map(functions.map((source, index) => [source, index])));
  out.put(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
  out.section(1, () => {
    out.unsigned(functions.length);
    for (const { parameters, result } of functions) {
      out.put(0x60, parameters.length, ...parameters.map((type) => TYPES[type]));
      out.put(...(result === undefined ? [0] : [1, TYPES[result]]));
    }
  });
  out.section(3, () => {
    out.unsigned(functions.length);
    for (let index = 0; index < functions.length; index++) out.unsigned(index);
  });
  out.section(5, () => {
    out.put(1, 0x01);
    out.unsigned(pages);
    out.unsigned(pages);
  });
  out.section(7, () => {
    out.unsigned(functions.length + 1);
    out.text('memory');
    out.put(0x02, 0);
    for (const source of functions) {
      out.text(source.name);
      out.put(0x00);
      out.functionIndex(source);
    }
  });
  out.section(10, () => {
    out.unsigned(functions.length);
    for (const source of functions) out.sized(() => writeBody(out, source));
  });
  return out.result();
}

function writeBody(out: Output, source: FunctionSource): void {
  const types = [...source.parameters];
  const local = (type: ValueType): Local => localAt(types.push(type) - 1);
  const frame: Frame = {
    local,
    locals: (count, type) => Array.from({ length: count }, () => local(type)),
  };
  const codes = source.body(frame, ...source.parameters.map((_, index) => localAt(index)));
  const declared = types.slice(source.parameters.length);
  out.unsigned(declared.length);
  for (const type of declared) out.put(1, TYPES[type]);
  for (const code of codes) code(out);
  out.put(0x0b);
}

function localAt(index: number): Local {
  const access = (opcode: number, out: Output): void => {
    out.put(opcode);
    out.unsigned(index);
  };
  return {
    get: (out) => access(0x20, out),
    set: (value) => (out) => {
      value(out);
      access(0x21, out);
    },
  };
}
