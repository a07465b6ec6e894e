/**
 * The names of the working variables of SHA-256 from round to round (FIPS 180-4 §6.2.2, step 3).
 *
 * Where the standard moves the values (h becomes g, g becomes f, …), unrolled code moves the names.
 */

import type { Local } from './assembler.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;

export type Working = Readonly<Record<(typeof NAMES)[number], Local>>;

/** The variables at the beginning of round `t`, of eight locals that are a … h at round 0. */
export function workingVariables(t: number, locals: readonly Local[]): Working {
  const named = NAMES.map((name, i) => [name, at(locals, (i - (t & 7) + 8) & 7)]);
  // Every name has its entry.
  return Object.fromEntries(named) as Working;
}

/** The item at an index that is there. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`invariant: there is an item ${index}`);
  return item;
}
