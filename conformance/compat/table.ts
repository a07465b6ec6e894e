/**
 * The differential table, as it is printed.
 */

import type { Subject } from '../subjects/subject.ts';
import { ACCEPTED, SAYS_MORE } from './accepted.ts';
import { describeDifference, type JudgedDifference } from './judge.ts';
import type { Vector } from './vector.ts';
import { TOPICS } from './vectors/index.ts';

/** A vector after it was tried, or the reason why it could not be. */
export type Tried =
  | { readonly vector: Vector; readonly differences: readonly JudgedDifference[] }
  | { readonly vector: Vector; readonly obstacle: string };

/** What came of one vector. */
type Verdict = 'equal' | 'says more' | 'accepted' | 'unexplained' | 'not tried';

/** The verdicts on what was tried, as columns: `says more` differs in nothing but that. */
const COLUMNS = [
  'equal',
  SAYS_MORE,
  'accepted',
  'unexplained',
] as const satisfies readonly Verdict[];

/** Prints the whole table; returns how many vectors have an unexplained difference. */
export function printTable(c: Subject, subject: Subject, tried: readonly Tried[]): number {
  const rows = TOPICS.map(({ title, vectors }) => ({
    title,
    of: tried.filter(({ vector }) => vectors.includes(vector)),
  })).filter(({ of }) => of.length > 0);
  const total = { title: 'all', of: tried };

  console.log(`\nC spiped ${c.version} and ${subject.name} ${subject.version}, side by side\n`);
  console.log(line('vectors', ['tried', ...COLUMNS]));
  for (const { title, of } of [...rows, total]) {
    const counts = COLUMNS.map((column) => of.filter((each) => verdictOf(each) === column).length);
    const all = counts.reduce((sum, count) => sum + count, 0);
    const figures = [all, ...counts].map(String);
    console.log(line(title, figures));
  }
  printAccepted(tried);
  printNotTried(tried);
  return printUnexplained(tried);
}

/** Prints one vector with everything in which the answers differ. */
export function printVector(tried: Tried): void {
  console.log(`${verdictOf(tried).padEnd(12)}${quote(tried.vector.id)}`);
  if ('obstacle' in tried) return;
  for (const difference of tried.differences) {
    const why = difference.accepted?.id ?? 'UNEXPLAINED';
    console.log(`            ${describeDifference(difference)}  [${why}]`);
  }
}

function verdictOf(tried: Tried): Verdict {
  if ('obstacle' in tried) return 'not tried';
  if (tried.differences.length === 0) return 'equal';
  const ids = tried.differences.map(({ accepted }) => accepted?.id);
  if (ids.includes(undefined)) return 'unexplained';
  return ids.every((id) => id === SAYS_MORE) ? SAYS_MORE : 'accepted';
}

function printAccepted(tried: readonly Tried[]): void {
  console.log('\naccepted differences');
  for (const { id, reason } of ACCEPTED) {
    const covered = tried.filter(
      (each) =>
        'differences' in each && each.differences.some(({ accepted }) => accepted?.id === id),
    );
    if (covered.length === 0) continue;
    const example = covered[0]?.vector.id ?? '';
    console.log(`  ${id} (${covered.length})\n    ${reason}\n    such as: ${quote(example)}`);
  }
}

function printNotTried(tried: readonly Tried[]): void {
  for (const each of tried) {
    if ('obstacle' in each) console.log(`*** NOT TRIED: ${each.vector.id}: ${each.obstacle} ***`);
  }
}

function printUnexplained(tried: readonly Tried[]): number {
  const unexplained = tried.filter((each) => verdictOf(each) === 'unexplained');
  if (unexplained.length === 0) {
    console.log('\nunexplained differences: none');
    return 0;
  }
  console.log('\nunexplained differences');
  for (const each of unexplained) printVector(each);
  return unexplained.length;
}

function line(title: string, figures: readonly string[]): string {
  return `${title.padEnd(34)}${figures.map((figure) => figure.padStart(13)).join('')}`;
}

function quote(id: string): string {
  return JSON.stringify(id).slice(1, -1).replaceAll('\\"', '"');
}
