/**
 * One vector, given to C spiped and to the subject: how their answers differ, and why.
 */

import { canListen } from '../subjects/addresses.ts';
import { Scope } from '../subjects/scope.ts';
import type { Subject } from '../subjects/subject.ts';
import { type Accepted, acceptanceOf } from './accepted.ts';
import { compare, type Difference } from './compare.ts';
import { observe } from './observe.ts';
import type { Vector } from './vector.ts';

/** A difference, and the entry that accepts it, if there is one. */
export interface JudgedDifference extends Difference {
  readonly accepted: Accepted | undefined;
}

/** Gives the vector to both; the differences of their answers. */
export async function judge(
  vector: Vector,
  c: Subject,
  subject: Subject,
): Promise<readonly JudgedDifference[]> {
  const scope = await Scope.open();
  try {
    const ofC = await observe(scope, c, vector);
    const ofSubject = await observe(scope, subject, vector);
    return compare(vector, ofC, ofSubject).map((difference) => ({
      ...difference,
      accepted: acceptanceOf(vector, difference),
    }));
  } finally {
    await scope.close();
  }
}

/** Why a vector cannot be tried on this machine; undefined where it can. */
export async function obstacleTo(vector: Vector): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'processes are looked at through /proc, which is Linux';
  if (vector.needs === 'root' && process.geteuid?.() !== 0) return 'only root can change its user';
  if (vector.needs === 'IPv6' && !(await canListen({ host: '::1', port: 0 }))) {
    return 'this machine has no IPv6';
  }
  return undefined;
}

/** One line for a difference. */
export function describeDifference({ aspect, c, subject }: Difference): string {
  return `${aspect}: C ${JSON.stringify(c)}, subject ${JSON.stringify(subject)}`;
}
