/**
 * Numbers by C's rules. Each expected result was confirmed with C spiped 1.6.2, as `-n` or `-o`.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_COUNT, parseCount, parseNonNegative } from './numbers.ts';

const FORM = { ok: false, reason: 'form' };
const RANGE = { ok: false, reason: 'range' };

//= CL-14
//# A count (`-n`) MUST be read as `strtoumax` reads it with base 0, and be refused when it does not
//# fit 64 bits or is followed by anything.
describe('a count', () => {
  test.each<[string, bigint]>([
    ['0', 0n],
    ['1', 1n],
    ['100', 100n],
    ['00', 0n],
    ['010', 8n],
    ['0777', 511n],
    ['0x10', 16n],
    ['0XfF', 255n],
    ['+3', 3n],
    [' \t\n\v\f\r7', 7n],
    [' +0x1', 1n],
    ['-0', 0n],
    ['-1', MAX_COUNT],
    ['-0x2', MAX_COUNT - 1n],
    ['-18446744073709551615', 1n],
    ['18446744073709551615', MAX_COUNT],
  ])('%j is %s, as strtoumax has it', (text, value) => {
    expect(parseCount(text)).toEqual({ ok: true, value });
  });

  test.each(['', ' ', '-', '+', 'x', '08', '0x', '0xg', '0b1', '0o7', '1.5', '1e2', '7 ', '7x'])(
    '%j is none',
    (text) => expect(parseCount(text)).toEqual(FORM),
  );

  test.each(['--1', '+-1', '- 1', '1_000', '1,000', '\u00a07', '٣'])('%j is none', (text) =>
    expect(parseCount(text)).toEqual(FORM),
  );

  test.each([
    '18446744073709551616',
    '-18446744073709551616',
    '0x10000000000000000',
    `1${'0'.repeat(100)}`,
  ])('%j is out of range', (text) => expect(parseCount(text)).toEqual(RANGE));

  test('is read in every base alike', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: MAX_COUNT }), (value) => {
        for (const text of [value.toString(), `0x${value.toString(16)}`, `0${value.toString(8)}`]) {
          expect(parseCount(text)).toEqual({ ok: true, value });
        }
      }),
    );
  });
});

//= CL-12
//# A time (`-o`, `-r`) MUST be read as `strtod` reads it in the C locale, and be refused when it is
//# negative, too large or too small for a double, or followed by anything.
describe('a number that is 0 or more', () => {
  test.each<[string, number]>([
    ['0', 0],
    ['-0', -0],
    ['0e999999', 0],
    ['-0.0', -0],
    ['5', 5],
    ['5.', 5],
    ['.5', 0.5],
    ['007.50', 7.5],
    ['1e-3', 0.001],
    ['1E+3', 1000],
    ['+2', 2],
    [' \t\n\v\f\r2', 2],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['2.2250738585072014e-308', 2 ** -1022],
    ['inf', Number.POSITIVE_INFINITY],
    ['+Infinity', Number.POSITIVE_INFINITY],
    ['nan', Number.NaN],
    ['-NaN', Number.NaN],
    ['nan(abc_1)', Number.NaN],
    ['0x10', 16],
    ['0X.8', 0.5],
    ['0x1.8p3', 12],
    ['0xAp-1', 5],
    ['0x0p99999', 0],
    ['0x1p-1074', Number.MIN_VALUE],
    ['0x1p1023', 2 ** 1023],
    [`0x1${'0'.repeat(300)}p-1200`, 1],
    [`0x${'0'.repeat(300)}1`, 1],
    [`0x0.${'0'.repeat(299)}1p1200`, 1],
  ])('%j is %d, as strtod has it', (text, value) => {
    expect(parseNonNegative(text)).toEqual({ ok: true, value });
  });

  test.each(['', ' ', '.', '-', '+', 'e5', '1e', '1e+', '5 ', '5s', '1,5', '1_0', '--1', '+-1'])(
    '%j is none',
    (text) => expect(parseNonNegative(text)).toEqual(FORM),
  );

  test.each(['0x', '0x.', '0x.p1', '0x1p', '0xg', '0b1', 'in', 'infi', 'nan(', 'nan(-)', '1 2'])(
    '%j is none',
    (text) => expect(parseNonNegative(text)).toEqual(FORM),
  );

  test.each(['-1', '-1e-3', '-inf', '-0x1', '1e400', '1e-400', '1e-310', '0x1p1024', '0x1p-9999'])(
    '%j is out of range',
    (text) => expect(parseNonNegative(text)).toEqual(RANGE),
  );

  test('in decimal is what JavaScript reads', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -1022, noNaN: true }), (value) => {
        const text = value === Number.POSITIVE_INFINITY ? 'inf' : String(value);
        expect(parseNonNegative(text)).toEqual({ ok: true, value });
      }),
    );
  });
});
