/** What is made of the rounds' values: medians, percentiles, ratios pair by pair. */

/** Several rounds of one figure. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * The value in the middle; of an even count, the mean of the two there.
 *
 * @throws RangeError when there is no value: a median of nothing is a defect of the caller.
 */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError('there is no median of no values');
  const lower = sorted.length % 2 === 1 ? upper : (sorted[middle - 1] ?? upper);
  return (lower + upper) / 2;
}

/**
 * The smallest value that is not below `percent` of all of them (the nearest rank).
 *
 * @throws RangeError when there is no value, or no such percentage.
 */
export function percentile(values: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * values.length));
  const value = ascending(values)[rank - 1];
  if (value === undefined) {
    throw new RangeError(`there is no ${percent}th percentile of ${values.length} values`);
  }
  return value;
}

/** @throws RangeError when there is no value. */
export function summarize(values: readonly number[]): Summary {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * The ratio of each pair of rounds: both of a pair were measured one right after the other, so
 * that what else the machine did met both. Rounds that only one of them has are left out.
 */
export function ratios(numerators: readonly number[], denominators: readonly number[]): number[] {
  const pairs = Math.min(numerators.length, denominators.length);
  return numerators.slice(0, pairs).map((value, round) => value / (denominators[round] ?? NaN));
}

function ascending(values: readonly number[]): readonly number[] {
  return [...values].sort((a, b) => a - b);
}
