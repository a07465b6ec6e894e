/** The command line of `npm run bench`, and what it can be told. */

import { parseArgs } from 'node:util';
import { type MoreColumns, NEWEST } from './contenders.ts';
import type { Row, Size } from './rows/row.ts';

export interface Options extends MoreColumns {
  readonly rows: readonly Row[];
  readonly rounds: number;
  readonly size: Size;
  /** Was less than everything asked for? */
  readonly partial: boolean;
  /** Where to write the values of all rounds, as JSON. */
  readonly json?: string;
  /** Write the table to RESULTS.md? */
  readonly write: boolean;
}

/** Rounds where not said: at least five in full. */
const ROUNDS: Readonly<Record<Size, number>> = { full: 5, quick: 2, tiny: 1 };

const MOST_ROUNDS = 1_000;
const MOST_WORKERS = 64;

/**
 * @throws Error, one line that names option, value and what was expected.
 */
export function parseOptions(args: readonly string[], all: readonly Row[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      json: { type: 'string' },
      quick: { type: 'boolean' },
      // For the tests: enough to see that it works, and not in the help.
      tiny: { type: 'boolean' },
      write: { type: 'boolean' },
      workers: { type: 'string', multiple: true },
      node: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return 'help';
  const size = values.tiny === true ? 'tiny' : values.quick === true ? 'quick' : 'full';
  const partial = values.only !== undefined;
  if (values.write === true && (partial || size !== 'full')) {
    throw new Error('--write: only the full form, of all rows, is written to RESULTS.md');
  }
  return {
    rows: chooseRows(values.only, all),
    rounds:
      values.rounds === undefined ? ROUNDS[size] : number('--rounds', values.rounds, MOST_ROUNDS),
    size,
    partial,
    write: values.write === true,
    ...definedOnly({
      json: values.json,
      workers: values.workers?.map((text) => number('--workers', text, MOST_WORKERS)),
      node: values.node,
    }),
  };
}

function chooseRows(only: readonly string[] | undefined, all: readonly Row[]): readonly Row[] {
  if (only === undefined) return all;
  const names = only.flatMap((list) => list.split(','));
  for (const name of names) {
    if (!all.some((row) => row.name === name)) {
      const known = all.map((row) => row.name).join(', ');
      throw new Error(`--only ${name}: no such row; expected some of ${known}`);
    }
  }
  return all.filter((row) => names.includes(row.name));
}

function number(option: string, text: string, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw new Error(`${option} ${text}: expected a number from 1 to ${most}`);
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function definedOnly<T extends object>(values: T): Defined<T> {
  const defined = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as Defined<T>;
}

export function usage(all: readonly Row[]): string {
  return `usage: npm run bench -- [options]

Measures our spiped beside C spiped: the same load through both, one after the other in each round.
Prints medians with the least and the most of all rounds, and the median of the rounds' ratios.

  --only ROW[,ROW]   these rows only; may be repeated
  --rounds N         rounds of each row (default ${ROUNDS.full}, quick ${ROUNDS.quick})
  --quick            all rows in less than a minute: fewer rounds, less of everything
  --json FILE        write the values of all rounds, for bench:compare
  --write            write the table to conformance/bench/RESULTS.md; full form only
  --workers N        one more column: our daemons with --workers N; may be repeated
  --node PATH        one more column: our daemons run by this Node; "${NEWEST}" is the newest that npm
                     installs
  --help             print this text

rows: ${all.map((row) => row.name).join(', ')}

       npm run bench:compare -- OLD.json NEW.json

Whatever else the machine does is in the figures: quote none of a busy machine.
`;
}
