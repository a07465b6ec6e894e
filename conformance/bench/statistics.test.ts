/** Medians, percentiles and ratios of pairs. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median, percentile, ratios, summarize } from './statistics.ts';

const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 });

test('the median is the value in the middle, or the mean of the two there', () => {
  expect(median([30, 1, 20])).toBe(20);
  expect(median([30, 1, 20, 2])).toBe(11);
  expect(median([7])).toBe(7);
});

test('as many values are above the median as below it', () => {
  fc.assert(
    fc.property(values, (all) => {
      const middle = median(all);
      expect(all.filter((value) => value < middle).length).toBeLessThanOrEqual(all.length / 2);
      expect(all.filter((value) => value > middle).length).toBeLessThanOrEqual(all.length / 2);
    }),
  );
});

test('a percentile is the smallest value that so many percent do not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(hundred, 99)).toBe(99);
  expect(percentile(hundred, 50)).toBe(50);
  expect(percentile(hundred, 100)).toBe(100);
  expect(percentile([5], 99)).toBe(5);
  expect(percentile([1, 2, 3], 99)).toBe(3);
});

test('a percentile is one of the values, and at least so many percent are not above it', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 100 }), (all, percent) => {
      const found = percentile(all, percent);
      expect(all).toContain(found);
      const notAbove = all.filter((value) => value <= found).length;
      expect(notAbove * 100).toBeGreaterThanOrEqual(percent * all.length);
    }),
  );
});

test('of nothing there is neither median nor percentile', () => {
  expect(() => median([])).toThrow(RangeError);
  expect(() => percentile([], 50)).toThrow(RangeError);
});

test('ratios are those of rounds measured together, not of the medians', () => {
  // Twice as much in each round, though the machine was four times slower in the second.
  expect(ratios([200, 50], [100, 25])).toEqual([2, 2]);
  expect(summarize(ratios([200, 50, 90], [100, 50, 30]))).toEqual({ median: 2, min: 1, max: 3 });
});

test('a round without its other half has no ratio', () => {
  expect(ratios([1, 2, 3], [2])).toEqual([0.5]);
  expect(ratios([1], [])).toEqual([]);
});
