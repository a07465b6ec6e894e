/** Goal: two values differ exactly when a difference is named, and its place is the first. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstDifference } from './difference.ts';

describe('the first difference', () => {
  test('is none between a value and its copy', () => {
    const values = fc.dictionary(
      fc.string(),
      fc.oneof(fc.uint8Array(), fc.string(), fc.integer(), fc.array(fc.boolean())),
    );
    fc.assert(
      fc.property(values, (value) => {
        expect(firstDifference(value, structuredClone(value), 'at')).toBeUndefined();
      }),
    );
  });

  test.each([
    [1, 2, 'at: recorded 1, replayed 2'],
    ['a', undefined, 'at: recorded "a", replayed nothing'],
    [[1, 2], [1], 'at[1]: recorded 2, replayed nothing'],
    [[], [{ type: 'endWriting' }], 'at[0]: recorded nothing, replayed endWriting'],
    [{ a: { b: true } }, { a: { b: false } }, 'at.a.b: recorded true, replayed false'],
    [new Uint8Array(3), 3, 'at: recorded 3 bytes, replayed 3'],
    [new Uint8Array(3), new Uint8Array(2), 'at: recorded 3 bytes, replayed 2'],
    [
      new Uint8Array([1, 2, 3]),
      new Uint8Array([1, 9, 3]),
      'at: byte 1 of 3: recorded 0203, replayed 0903',
    ],
    [
      new Uint8Array(20),
      new Uint8Array(20).fill(1, 5),
      'at: byte 5 of 20: recorded 0000000000000000…, replayed 0101010101010101…',
    ],
  ])('between %j and %j is named', (recorded, computed, expected) => {
    expect(firstDifference(recorded, computed, 'at')).toBe(expected);
  });
});
