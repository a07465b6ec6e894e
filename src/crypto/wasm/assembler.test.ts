/**
 * The assembler's encodings, run: what a module computes is what was written down.
 *
 * The hash and packet functions are tested where they are; this is about numbers, control and calls.
 */

import { describe, expect, test } from 'vitest';
import { assemble, type FunctionSource } from './assembler.ts';
import { call, i32, i64, repeatWhile, returning, v128, when } from './instructions.ts';
import { webAssembly } from './web-assembly.ts';

function run(
  sources: readonly FunctionSource[],
  ...operands: readonly (number | bigint)[]
): unknown {
  const { Module, Instance } = webAssembly();
  const { exports } = new Instance(new Module(assemble(sources, 1)));
  const [main] = sources;
  return (exports[main?.name ?? ''] as (...from: readonly (number | bigint)[]) => unknown)(
    ...operands,
  );
}

const constant = (value: number): FunctionSource => ({
  name: 'constant',
  parameters: [],
  result: 'i32',
  body: () => [i32.const(value)],
});

/** `triangle(n)` = n + (n − 1) + … + 1, for n of 1 and more. */
const triangle: FunctionSource = {
  name: 'triangle',
  parameters: ['i32'],
  result: 'i32',
  body: (frame, n) => {
    const sum = frame.local('i32');
    return [
      repeatWhile(n.get, sum.set(i32.add(sum.get, n.get)), n.set(i32.sub(n.get, i32.const(1)))),
      sum.get,
    ];
  },
};

describe('an assembled module', () => {
  test.each([
    0, 1, 63, 64, 127, 128, 8191, 8192, 0x7fffffff, -1, -64, -65, -128, -8193, -0x80000000,
  ])('holds the constant %i', (value) => {
    expect(run([constant(value)])).toBe(value);
  });

  test('takes an unsigned constant for the signed one of the same bits', () => {
    expect(run([constant(0xff00ff00)])).toBe(0xff00ff00 | 0);
  });

  test('repeats a body as long as its condition holds after it', () => {
    expect(run([triangle], 100)).toBe(5050);
    expect(run([triangle], 1)).toBe(1);
  });

  test('calls a function of the same module, wherever it stands in it', () => {
    const twice: FunctionSource = {
      name: 'twice',
      parameters: ['i32'],
      result: 'i32',
      body: (_, n) => [i32.mul(call(triangle, n.get), i32.const(2))],
    };
    expect(run([twice, triangle], 100)).toBe(10_100);
    expect(() => assemble([twice], 1)).toThrow('invariant: triangle is in the module');
  });

  test('leaves a function early where a condition says so', () => {
    const early: FunctionSource = {
      name: 'early',
      parameters: ['i32'],
      result: 'i32',
      body: (_, n) => [when(i32.less(i32.const(9), n.get), returning(i32.const(1))), i32.const(2)],
    };
    expect(run([early], 9)).toBe(2);
    expect(run([early], 10)).toBe(1);
    expect(run([early], -1)).toBe(1);
  });

  test('reads and writes memory at any address, in any width', () => {
    const access: FunctionSource = {
      name: 'access',
      parameters: ['i64'],
      result: 'i32',
      body: (_, n) => [
        i64.store(i32.const(1001), 300, n.get),
        v128.store(i32.const(3), 0, v128.load(i32.const(1301))),
        i32.load(i32.const(7)),
      ],
    };
    expect(run([access], 0x11223344_55667788n)).toBe(0x11223344);
  });

  test('is as long as its parts say, however long a function gets', () => {
    const sum: FunctionSource = {
      name: 'sum',
      parameters: [],
      result: 'i32',
      body: (frame) => {
        const total = frame.local('i32');
        const steps = Array.from({ length: 50_000 }, () =>
          total.set(i32.add(total.get, i32.const(1))),
        );
        return [...steps, total.get];
      },
    };
    expect(run([sum])).toBe(50_000);
  });
});
