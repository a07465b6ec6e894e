/** The load's content: that it is one endless stream, and that a wrong place in it is seen. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHUNK, isPattern, PERIOD, patternAt } from './pattern.ts';

const anOffset = fc.integer({ min: 0, max: 5 * PERIOD });
const aLength = fc.oneof(fc.integer({ min: 1, max: CHUNK }), fc.constant(CHUNK));

test('whatever stands at an offset is recognised there, at any length up to a chunk', () => {
  fc.assert(
    fc.property(anOffset, aLength, (offset, length) => {
      const bytes = patternAt(offset, length);
      expect(bytes.length).toBe(length);
      expect(isPattern(bytes, 0, length, offset)).toBe(true);
    }),
    { examples: [[PERIOD - 1, CHUNK]] },
  );
});

test('two parts in a row are what stands there as a whole', () => {
  fc.assert(
    fc.property(anOffset, aLength, fc.nat(CHUNK), (offset, length, cut) => {
      const first = patternAt(offset, Math.min(cut, length));
      const second = patternAt(offset + first.length, length - first.length);
      expect(Buffer.concat([first, second]).equals(patternAt(offset, length))).toBe(true);
    }),
  );
});

test('a part that is moved by any number of packets is not what belongs there', () => {
  fc.assert(
    fc.property(anOffset, fc.integer({ min: 1, max: 400 }), (offset, packets) => {
      const bytes = patternAt(offset, 1_024);
      expect(isPattern(bytes, 0, bytes.length, offset + packets * 1_024)).toBe(false);
    }),
    { examples: [[0, CHUNK / 1_024]] },
  );
});

test('one wrong bit is seen', () => {
  fc.assert(
    fc.property(anOffset, aLength, fc.nat(), (offset, length, where) => {
      const bytes = Buffer.from(patternAt(offset, length));
      bytes[where % length] = (bytes[where % length] ?? 0) ^ 1;
      expect(isPattern(bytes, 0, length, offset)).toBe(false);
    }),
  );
});
