/**
 * What `spiped` and `spipe` do alike with a command line: read it by an option table, refuse
 * what C refuses, and say so in one line that names the option, the value and what was expected.
 *
 * Pure: the outcome is data, either a configuration to run or a text and an exit code. How
 * options are spelled is `getopt.ts`; which there are and which go together is
 * `spiped-options.ts` and `spipe-options.ts`.
 */

import { type Address, AddressError, parseAddress } from '../config/address.ts';
import type { Parsed } from '../config/numbers.ts';
import { VERSION } from '../config/version.ts';
import { type OptionSpelling, type ScannedOption, scanOptions } from './getopt.ts';
import { nearest } from './nearest.ts';

/** A kind of value, read where it stands, in the order of the command line. */
export interface ValueKind<Value> {
  /** What was expected, after "expected ": `a whole number`. */
  readonly expected: string;
  readonly read: (text: string) => Parsed<Value>;
}

/** One row of an option table. */
export interface OptionRow extends OptionSpelling {
  /** One line for `--help`. */
  readonly summary: string;
  /** Absent: any text is a value. */
  readonly value?: ValueKind<unknown>;
  /** Options of one group exclude each other, as an option excludes itself given twice. */
  readonly group?: string;
  /** What to do at once, whatever follows, instead of running. */
  readonly answer?: 'help' | 'version' | 'version on standard error';
}

/** A program: its name, as messages begin with it, and its options. */
export interface Program<Row extends OptionRow = OptionRow> {
  readonly name: string;
  /** The lines after "usage: ", the first without the program's name in front. */
  readonly synopsis: readonly string[];
  readonly options: readonly Row[];
}

/** The outcome of a command line. */
export type CommandLine<Config> =
  | { readonly kind: 'run'; readonly config: Config }
  | {
      readonly kind: 'exit';
      readonly exitCode: 0 | 1;
      readonly stream: 'stdout' | 'stderr';
      /** Whole lines. */
      readonly text: string;
    };

/** A command line that cannot be run, in one line: values are quoted as JSON, which keeps it one. */
class CommandLineError extends Error {}

/** One that C answers with its usage text. */
export class UsageError extends CommandLineError {}

/** The options that were given, by flag: what the row reads, or the text, or just that it was. */
export type GivenOptions<Row extends OptionRow> = {
  readonly [Each in Row as Each['flag']]?: Each extends {
    readonly value: ValueKind<infer Value>;
  }
    ? Value
    : Each extends { readonly argument: string }
      ? string
      : true;
};

/**
 * Read `args` (without the program's name) and build a configuration from the options. Problems
 * are reported in C's order: first, left to right, those that show while options are read, then
 * words left over, then whatever `build` throws as an error of these.
 */
export function readCommandLine<Row extends OptionRow, Config>(
  program: Program<Row>,
  args: readonly string[],
  build: (given: GivenOptions<Row>) => Config,
): CommandLine<Config> {
  try {
    const given = new Map<string, unknown>();
    const { options, operands } = scanOptions(program.options, args);
    for (const option of options) {
      const row = rowOf(program, option);
      refuseRepetition(program, row, given);
      if (row.answer !== undefined) return answer(program, row.answer);
      given.set(row.flag, option.kind === 'optionWithValue' ? readValue(row, option.value) : true);
    }
    if (operands[0] !== undefined)
      throw new UsageError(`unexpected argument: ${JSON.stringify(operands[0])}`);
    // Each was put there under the flag of its row, as the row reads it.
    return { kind: 'run', config: build(Object.fromEntries(given) as GivenOptions<Row>) };
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    const usage = error instanceof UsageError ? usageText(program) : '';
    const text = `${program.name}: ${error.message}\n${usage}`;
    //= CL-9
    //# A command line that is refused MUST end the program with exit status 1 before it opens a
    //# file or a socket.
    return { kind: 'exit', exitCode: 1, stream: 'stderr', text };
  }
}

/**
 * The address in `value`, which option `flag` gives, or why there is none. C finds some mistakes
 * in an address while it checks options, and answers with its usage text, and the others later:
 * the first are thrown here, the others by the function that this returns.
 */
export function addressOption(
  flag: string,
  value: string,
  parse: (text: string) => Address = parseAddress,
): () => Address {
  try {
    const address = parse(value);
    return () => address;
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    const message = `option ${flag}: ${error.message}`;
    if (error.code === 'address-empty' || error.code === 'address-without-host') {
      throw new UsageError(message);
    }
    return () => {
      throw new CommandLineError(message);
    };
  }
}

/** The value of an option that must be given: `what` is missing otherwise. */
export function required(flag: string, what: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`no ${what}: ${flag} is required`);
  return value;
}

/** The usage text: the synopsis alone, as errors show it. */
export function usageText(program: Program): string {
  const [first, ...others] = program.synopsis;
  return [
    `usage: ${program.name} ${first}`,
    ...others.map((line) => `    ${line}`),
    `       ${program.name} -v | --version | --help`,
    '',
  ].join('\n');
}

/** The usage text and one line for each option. */
export function helpText(program: Program): string {
  const rows = program.options.map(({ flag, argument, summary }) => ({
    spelling: argument === undefined ? flag : `${flag} ${argument}`,
    summary,
  }));
  const width = Math.max(...rows.map(({ spelling }) => spelling.length));
  const lines = rows.map(({ spelling, summary }) => `  ${spelling.padEnd(width)}  ${summary}\n`);
  return `${usageText(program)}\n${lines.join('')}`;
}

/** The row of an option that is spelled as it must be; what is not is thrown. */
//= CL-6
//# An unknown option, a missing argument, an argument for an option that takes none, and a word
//# left over after the options MUST be refused.
function rowOf(program: Program, option: ScannedOption): OptionRow {
  if (option.kind === 'unknownOption') throw unknownOption(program, option.text);
  const row = program.options.find(({ flag }) => flag === option.flag);
  if (row === undefined) throw new Error(`${option.flag} was scanned and is not in the table`);
  if (option.kind === 'missingValue') {
    throw new UsageError(`option ${row.flag} needs an argument: ${row.argument}`);
  }
  if (option.kind === 'unwantedValue') {
    const value = JSON.stringify(option.value);
    throw new UsageError(`option ${row.flag} takes no argument, and got ${value}`);
  }
  return row;
}

/** With the long option that was probably meant; of short ones, any could have been. */
function unknownOption(program: Program, text: string): CommandLineError {
  const long = program.options.map(({ flag }) => flag).filter((flag) => flag.startsWith('--'));
  const meant = nearest(text.replace(/=.*/s, ''), long);
  const question = meant === undefined ? '' : `; did you mean ${meant}?`;
  return new UsageError(`unknown option: ${text}${question}`);
}

//= CL-7
//# An option that is given twice, and `-e` together with `-d`, MUST be refused.
function refuseRepetition(
  program: Program,
  row: OptionRow,
  given: ReadonlyMap<string, unknown>,
): void {
  if (given.has(row.flag)) throw new UsageError(`option ${row.flag} is given twice`);
  const rival = program.options.find(
    ({ flag, group }) => group !== undefined && group === row.group && given.has(flag),
  );
  if (rival !== undefined) throw new UsageError(`${rival.flag} and ${row.flag} exclude each other`);
}

//= CL-10
//# The reason of a refusal SHOULD be one line on standard error that names the option, the value
//# and what was expected.
function readValue(row: OptionRow, text: string): unknown {
  if (row.value === undefined) return text;
  const result = row.value.read(text);
  if (result.ok) return result.value;
  const problem = result.reason === 'range' ? 'is out of range' : 'cannot be understood';
  // C prints no usage text here.
  throw new CommandLineError(
    `option ${row.flag}: ${JSON.stringify(text)} ${problem}: expected ${row.value.expected}`,
  );
}

//= CL-11
//# The option `-v` MUST print the program's name and version on standard error and end with exit
//# status 0, whatever follows it.
function answer<Config>(
  program: Program,
  kind: NonNullable<OptionRow['answer']>,
): CommandLine<Config> {
  const stream = kind === 'version on standard error' ? 'stderr' : 'stdout';
  const text = kind === 'help' ? helpText(program) : `${program.name} ${VERSION}\n`;
  return { kind: 'exit', exitCode: 0, stream, text };
}
