/**
 * A run of the benchmark: row after row, each in a scope of its own with a load of its own, so that
 * a row's figures do not depend on the rows before it. Only the short forms, which are not quoted,
 * save the time that it takes to start a load for each.
 */

import type { Contender } from './contender.ts';
import { findContenders } from './contenders.ts';
import { Load } from './load.ts';
import { describeMachine, loadNow } from './machine.ts';
import type { Options } from './options.ts';
import { type Measured, NO_PIPE, type Report } from './report.ts';
import type { Round, Row, Size } from './rows/row.ts';
import { refuseIfEnded, withScope } from './scopes.ts';

/** What a run tells while it goes on. */
export interface Progress {
  /** Something that was asked for cannot be had. */
  readonly noted: (note: string) => void;
  readonly began: (row: Row) => void;
  readonly measured: (row: readonly Measured[]) => void;
  /** A row that could not be measured. */
  readonly failed: (row: Row, reason: string) => void;
}

/**
 * Runs the rows that are asked for. A row that fails is a note, and told; the others go on.
 *
 * @throws Error when the run was interrupted, and when nothing can be measured at all.
 */
export async function runBench(options: Options, progress: Progress): Promise<Report> {
  if (options.size === 'full') return await runRows(options, progress);
  return await withScope(async (scope) => runRows(options, progress, await Load.start(scope)));
}

async function runRows(options: Options, progress: Progress, load?: Load): Promise<Report> {
  const date = new Date().toISOString();
  const begin = loadNow();
  const contenders = await findContenders(options);
  const notes = [...contenders.notes];
  for (const note of notes) progress.noted(note);
  const measured: Measured[] = [];
  for (const row of options.rows) {
    progress.began(row);
    try {
      const { rounds, size } = options;
      const found = await runRow(row, { contenders: contenders.all, rounds, size, notes, load });
      measured.push(...found);
      progress.measured(found);
    } catch (error) {
      refuseIfEnded();
      const reason = error instanceof Error ? error.message : String(error);
      notes.push(`${row.name} was not measured: ${reason}`);
      progress.failed(row, reason);
    }
  }
  return {
    format: 1,
    date,
    quick: options.size !== 'full',
    rounds: options.rounds,
    machine: { ...describeMachine(), load: [begin, loadNow()] },
    versions: { node: process.versions.node, ours: contenders.ours, c: contenders.c },
    columns: [NO_PIPE, ...contenders.all.map(({ name }) => name)],
    notes,
    measured,
  };
}

interface RowSettings {
  readonly contenders: readonly Contender[];
  readonly rounds: number;
  readonly size: Size;
  readonly notes: string[];
  /** The load of all rows; undefined where each has its own. */
  readonly load: Load | undefined;
}

async function runRow(row: Row, settings: RowSettings): Promise<readonly Measured[]> {
  const { contenders, rounds, size, notes } = settings;
  return await withScope(async (scope) => {
    const load = settings.load ?? (await Load.start(scope));
    const note = (text: string) => notes.push(text);
    const measure = await row.open({ scope, load, contenders, size, note });
    const found: Round[] = [];
    for (let round = 0; round < rounds; round += 1) found.push(await measure());
    return collect(row, found);
  });
}

/** The rounds, turned round: for each figure and column the values of all rounds. */
export function collect(row: Row, rounds: readonly Round[]): readonly Measured[] {
  return row.figures.map((figure) => {
    const values: Record<string, number[]> = {};
    for (const round of rounds) {
      for (const [column, value] of Object.entries(round[figure.name] ?? {})) {
        values[column] = [...(values[column] ?? []), value];
      }
    }
    return { row: row.name, ...figure, values };
  });
}
