/**
 * Where ours answers otherwise than C on purpose: each difference with its reason, as data.
 *
 * An entry covers a difference when everything that it names matches. What no entry covers is
 * unexplained, and a failure; an entry that covers nothing any more is one, too.
 */

import type { Difference } from './compare.ts';
import type { Vector } from './vector.ts';

/** One way to differ, and why. */
export interface Accepted {
  readonly id: string;
  /** One sentence for the table. */
  readonly reason: string;
  /** Matches the whole name of an aspect. */
  readonly aspect: RegExp;
  /** What C shows, and what ours shows; anything where absent. */
  readonly c?: RegExp;
  readonly subject?: RegExp;
  /** Matches the words of the command line, joined by spaces; any where absent. */
  readonly line?: RegExp;
  /** Matches the id of the vector; any where absent. */
  readonly vector?: RegExp;
}

export const ACCEPTED: readonly Accepted[] = [];

/** The first entry that covers a difference. */
export function acceptanceOf(
  vector: Vector,
  difference: Difference,
  accepted: readonly Accepted[] = ACCEPTED,
): Accepted | undefined {
  const line = vector.args.join(' ');
  return accepted.find(
    (each) =>
      new RegExp(`^(?:${each.aspect.source})$`, each.aspect.flags).test(difference.aspect) &&
      (each.c?.test(difference.c) ?? true) &&
      (each.subject?.test(difference.subject) ?? true) &&
      (each.line?.test(line) ?? true) &&
      (each.vector?.test(vector.id) ?? true),
  );
}
