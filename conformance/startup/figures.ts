/** The times of several rounds as one cell of a table. */

/** The value in the middle; of an even count, the mean of the two there. NaN when there is none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** `61.2 ms (57.9)`: the median, and in brackets the quickest; `-` when nothing was measured. */
export function cell(milliseconds: readonly number[]): string {
  if (milliseconds.length === 0) return '-';
  return `${median(milliseconds).toFixed(1)} ms (${Math.min(...milliseconds).toFixed(1)})`;
}
