/** What a row of the benchmark is: something that is set up once, and measured round by round. */

import type { Scope } from '../../subjects/scope.ts';
import type { Contender } from '../contender.ts';
import type { Answer } from '../load/requests.ts';
import type { Load } from '../load.ts';
import type { Figure } from '../report.ts';
import { percentile } from '../statistics.ts';

/** How much is done: in full, in a minute, or just enough to see that it works. */
export type Size = 'full' | 'quick' | 'tiny';

/** What a row gets: who takes part, the load, and a scope that ends what it starts. */
export interface Stage {
  readonly scope: Scope;
  readonly load: Load;
  /** In the order of the columns. C first, where it can be had. */
  readonly contenders: readonly Contender[];
  readonly size: Size;
  /** Something that a reader of the results has to know. */
  readonly note: (text: string) => void;
}

/** Values of one round: by figure, then by column. */
export type Round = Record<string, Record<string, number>>;

export interface Row {
  /** Its name for `--only`. */
  readonly name: string;
  readonly figures: readonly Figure[];
  /**
   * Starts and warms up what is measured, and returns what measures one round. Everything that is
   * started belongs to the stage's scope.
   */
  readonly open: (stage: Stage) => Promise<() => Promise<Round>>;
}

/** Bytes of a megabyte, as throughput counts them. */
export const MEGABYTE = 1e6;

/** Megabytes a second. */
export function throughput(bytes: number, { seconds }: Answer): number {
  return bytes / MEGABYTE / seconds;
}

export const p50 = ({ times }: Answer): number => percentile(times, 50);
export const p99 = ({ times }: Answer): number => percentile(times, 99);
