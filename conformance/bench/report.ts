/**
 * What a run found: the values of every round, by row, figure and column. This is what `--json`
 * writes, and what the tables and the comparison of two runs are made from.
 *
 * Not here: how it looks; see table.ts.
 */

import { ratios, type Summary, summarize } from './statistics.ts';

/** The column without a pipe. */
export const NO_PIPE = 'no pipe';
/** The column that others are compared with. */
export const C = 'C';
export const OURS = 'ours';

/** One line of the table. */
export interface Figure {
  /** Its name in the JSON, unique within the row: `throughput`. */
  readonly name: string;
  /** For a person, with what it is for: `eight streams`. */
  readonly title: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  /** The ratio to C that is aimed at, where there is one. */
  readonly reach?: number;
}

/** A figure with its values: for each column that has it, one for each round. */
export interface Measured extends Figure {
  readonly row: string;
  readonly values: Readonly<Record<string, readonly number[]>>;
}

export interface Report {
  /** The layout of this object. */
  readonly format: 1;
  /** When the run began, as UTC. */
  readonly date: string;
  readonly quick: boolean;
  readonly rounds: number;
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly system: string;
    /** Average load over one minute, as the run began and ended. */
    readonly load: readonly [begin: number, end: number];
  };
  readonly versions: {
    readonly node: string;
    readonly ours: string;
    /** Of C spiped; null where it could not be had. */
    readonly c: string | null;
  };
  /** The titles of the columns, in order. */
  readonly columns: readonly string[];
  /** What a reader has to know of this run: what could not be measured, and why. */
  readonly notes: readonly string[];
  readonly measured: readonly Measured[];
}

/** Median, least and most of a column's rounds; undefined where it has none. */
export function summaryOf(measured: Measured, column: string): Summary | undefined {
  const values = measured.values[column];
  return values === undefined || values.length === 0 ? undefined : summarize(values);
}

/** The same of the ratios to C, pair by pair. */
export function ratioOf(measured: Measured, column: string): Summary | undefined {
  const pairs = ratios(measured.values[column] ?? [], measured.values[C] ?? []);
  return pairs.length === 0 ? undefined : summarize(pairs);
}
