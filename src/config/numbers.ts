/**
 * Numbers on the command line, read as C spiped reads them: `strtod` for durations, `strtoumax`
 * with base 0 for counts (PARSENUM in libcperciva's parsenum.h), in the C locale.
 *
 * These are C's rules, surprises included (`010` is eight, `-1` is the largest count, `1e400` is
 * an error and `inf` is not), because a command line that works with C works here. What a number
 * means is not decided here.
 */

/** What a text stands for, or why for nothing: `form` is C's EINVAL, `range` its ERANGE. */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: 'form' | 'range' };

/** The largest `uintmax_t`: the same 64 bits on every system that runs Node. */
export const MAX_COUNT = (1n << 64n) - 1n;

const COUNT = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/;

/**
 * An unsigned integer by the rules of `strtoumax(text, …, 0)`: white space and a sign may stand
 * before it, `0x` makes it hexadecimal, a leading `0` octal; nothing may follow. A minus sign
 * wraps around 2⁶⁴, so `-1` is {@link MAX_COUNT}, as in C.
 */
//= CL-14
//# A count (`-n`) MUST be read as `strtoumax` reads it with base 0, and be refused when it does not
//# fit 64 bits or is followed by anything.
export function parseCount(text: string): Parsed<bigint> {
  const [, sign, digits] = COUNT.exec(text) ?? [];
  if (digits === undefined) return { ok: false, reason: 'form' };
  const octal = /^0[0-7]+$/.test(digits);
  const magnitude = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  if (magnitude > MAX_COUNT) return { ok: false, reason: 'range' };
  return { ok: true, value: sign === '-' ? BigInt.asUintN(64, -magnitude) : magnitude };
}

const SPACE_AND_SIGN = /^[ \t\n\v\f\r]*([+-]?)(.*)$/s;
const DECIMAL = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const HEXADECIMAL = /^0x(?=\.?[0-9a-f])([0-9a-f]*)\.?([0-9a-f]*)(?:p([+-]?\d+))?$/i;
const NOT_A_NUMBER = /^nan(?:\(\w*\))?$/i;
const INFINITE = /^inf(?:inity)?$/i;
const SMALLEST_NORMAL = 2 ** -1022;

/**
 * A number that is 0 or more, by the rules of `strtod`: decimal, hexadecimal (`0x1.8p3`), `inf`
 * and `nan`, after white space and a sign; nothing may follow. What a double cannot hold, at
 * either end, is out of range, and so is a number below 0. `nan` passes here, as it passes C's
 * comparison with the bounds: the caller says what that means.
 */
//= CL-12
//# A time (`-o`, `-r`) MUST be read as `strtod` reads it in the C locale, and be refused when it is
//# negative, too large or too small for a double, or followed by anything.
export function parseNonNegative(text: string): Parsed<number> {
  const [, sign, digits] = SPACE_AND_SIGN.exec(text) ?? [];
  const magnitude = magnitudeOf(digits ?? '');
  if (magnitude === undefined) return { ok: false, reason: 'form' };
  if (magnitude === 'range') return { ok: false, reason: 'range' };
  if (sign === '-' && magnitude > 0) return { ok: false, reason: 'range' };
  return { ok: true, value: sign === '-' ? -magnitude : magnitude };
}

function magnitudeOf(digits: string): number | 'range' | undefined {
  if (INFINITE.test(digits)) return Number.POSITIVE_INFINITY;
  if (NOT_A_NUMBER.test(digits)) return Number.NaN;
  if (DECIMAL.test(digits)) {
    const isZero = !/[1-9]/.test(digits.replace(/e.*$/i, ''));
    return isZero ? 0 : inRange(Number(digits));
  }
  const [, whole, fraction, exponent] = HEXADECIMAL.exec(digits) ?? [];
  if (whole === undefined || fraction === undefined) return undefined;
  const mantissa = BigInt(`0x${whole}${fraction}`);
  if (mantissa === 0n) return 0;
  const value = scale(mantissa, Number(exponent ?? 0) - 4 * fraction.length);
  // Unlike a decimal number, a hexadecimal one is subnormal without loss: no underflow for strtod.
  return Number.isFinite(value) && value > 0 ? value : 'range';
}

/** mantissa · 2^exponent; infinite, 0 or not a number where a double ends. */
function scale(mantissa: bigint, exponent: number): number {
  // Shortened so that neither factor leaves a double's range while the product is inside it.
  const dropped = Math.max(0, mantissa.toString(2).length - 64);
  const power = exponent + dropped;
  const half = Math.trunc(power / 2);
  return Number(mantissa >> BigInt(dropped)) * 2 ** half * 2 ** (power - half);
}

// strtod reports a result that underflows, also where a subnormal number comes close to it.
function inRange(value: number): number | 'range' {
  return Number.isFinite(value) && value >= SMALLEST_NORMAL ? value : 'range';
}
