/** Rows that measure the same for every column: a pipe each, one after the other in each round. */

import { noPipe, type Pipe, type PipeSettings, startPipe } from '../contender.ts';
import { NO_PIPE } from '../report.ts';
import type { Round, Stage } from './row.ts';

export interface Columns {
  readonly settings?: PipeSettings;
  /** Is the load also measured without a pipe? */
  readonly bare: boolean;
  /** Brings everything to its speed: compiled code, grown buffers, files in the cache. */
  readonly warmUp: (pipe: Pipe) => Promise<unknown>;
  /** One measurement, by figure. */
  readonly measure: (pipe: Pipe) => Promise<Readonly<Record<string, number>>>;
  /** More figures of the same column, from those of the column without a pipe. */
  readonly derive?: (
    found: Readonly<Record<string, number>>,
    bare: Readonly<Record<string, number>>,
  ) => Readonly<Record<string, number>>;
}

export async function openColumns(stage: Stage, columns: Columns): Promise<() => Promise<Round>> {
  const { scope, load, contenders } = stage;
  const pipes: { readonly name: string; readonly pipe: Pipe }[] = [];
  if (columns.bare) pipes.push({ name: NO_PIPE, pipe: noPipe(load.target) });
  for (const contender of contenders) {
    const ends = { e: contender, d: contender };
    const pipe = await startPipe(scope, ends, load.target, columns.settings);
    pipes.push({ name: contender.name, pipe });
  }
  for (const { name, pipe } of pipes) await naming(name, columns.warmUp(pipe));

  return async () => {
    const round: Round = {};
    let bare: Readonly<Record<string, number>> | undefined;
    for (const { name, pipe } of pipes) {
      const found = await naming(name, columns.measure(pipe));
      if (name === NO_PIPE) bare = found;
      const more = name === NO_PIPE || bare === undefined ? {} : columns.derive?.(found, bare);
      for (const [figure, value] of Object.entries({ ...found, ...more })) {
        round[figure] = { ...round[figure], [name]: value };
      }
    }
    return round;
  };
}

/** What fails says in which column. */
async function naming<T>(column: string, measuring: Promise<T>): Promise<T> {
  try {
    return await measuring;
  } catch (error) {
    throw new Error(`${column}: ${error instanceof Error ? error.message : error}`);
  }
}
