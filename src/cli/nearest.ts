/** The word that somebody probably meant by one that is unknown. */

/**
 * The nearest of `words`, or undefined when none is near: at most a third of the letters may
 * differ, be missing, be too many or be swapped with their neighbour, or the word be cut short.
 */
export function nearest(unknown: string, words: readonly string[]): string | undefined {
  const near = words
    .map((word) => ({ word, distance: distanceOf(unknown, word) }))
    .filter(({ word, distance }) => distance <= Math.floor(lettersOf(word) / 3))
    .sort((one, other) => one.distance - other.distance);
  if (near[0] !== undefined) return near[0].word;
  const begun = words.filter((word) => lettersOf(unknown) >= 3 && word.startsWith(unknown));
  return begun.length === 1 ? begun[0] : undefined;
}

function lettersOf(word: string): number {
  return word.replaceAll('-', '').length;
}

/** How many letters must be changed, left out, added or swapped (optimal string alignment). */
function distanceOf(from: string, to: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const next = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      next.push(
        Math.min(
          at(last, column) + 1,
          at(next, column - 1) + 1,
          at(last, column - 1) + (same ? 0 : 1),
          swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    beforeLast = last;
    last = next;
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
