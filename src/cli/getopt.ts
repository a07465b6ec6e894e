/**
 * Option scanning by the rules of C spiped's getopt (libcperciva), as a pure function over an
 * option table.
 *
 * It knows how options are spelled: bundles (`-Fe`), attached values (`-k/etc/key`), `--name`,
 * `--name=value`, `--name value`, `--`. It does not know what they mean, does not see that one
 * is given twice, and prints nothing: that is `command-line.ts`.
 */

/** What the scanner needs to know of one option. */
export interface OptionSpelling {
  /** As written on a command line: `-x`, or `--name`. */
  readonly flag: string;
  /** What its argument is called in help texts; absent when it takes none. */
  readonly argument?: string;
}

/** One thing found on a command line. The last three end the scan. */
export type ScannedOption =
  | { readonly kind: 'option'; readonly flag: string }
  | { readonly kind: 'optionWithValue'; readonly flag: string; readonly value: string }
  /** Not in the table; `text` is `-x` for a letter of a bundle, else the whole word. */
  | { readonly kind: 'unknownOption'; readonly text: string }
  /** The command line ended where the option's argument should be. */
  | { readonly kind: 'missingValue'; readonly flag: string }
  /** `--name=value` for an option that takes none (C: the same as an unknown option). */
  | { readonly kind: 'unwantedValue'; readonly flag: string; readonly value: string };

/** All that a command line says. `operands` is what stands after the options. */
export interface ScannedCommandLine {
  readonly options: readonly ScannedOption[];
  readonly operands: readonly string[];
}

/**
 * Scan `args` (without the program's name).
 *
 * Options end at `--` (eaten), at a lone `-`, at an empty word and at the first word that does
 * not begin with `-`. An option's value is whatever comes next, also when it begins with `-`.
 * Names are never abbreviated. The scan stops at the first thing that is wrong, which is then
 * the last of `options`, and `operands` is empty: C exits there, and what follows has no meaning.
 */
export function scanOptions(
  table: readonly OptionSpelling[],
  args: readonly string[],
): ScannedCommandLine {
  const options: ScannedOption[] = [];
  const rest = [...args];
  for (let word = rest[0]; word !== undefined; word = rest[0]) {
    if (!word.startsWith('-') || word === '-') break;
    rest.shift();
    //= CL-5
    //# A word `--` MUST end the options.
    if (word === '--') break;
    const found = word.startsWith('--')
      ? [scanLong(table, word, rest)]
      : scanBundle(table, word.slice(1), rest);
    options.push(...found);
    const last = options.at(-1);
    if (last?.kind !== 'option' && last?.kind !== 'optionWithValue') {
      return { options, operands: [] };
    }
  }
  return { options, operands: rest };
}

/** `--name` or `--name=value`; takes the value from `rest` where it stands apart. */
function scanLong(table: readonly OptionSpelling[], word: string, rest: string[]): ScannedOption {
  const equals = word.indexOf('=');
  const name = equals === -1 ? word : word.slice(0, equals);
  //= CL-4
  //# Names of options MUST NOT be abbreviated.
  const row = table.find(({ flag }) => flag === name);
  if (row === undefined) return { kind: 'unknownOption', text: word };
  const attached = equals === -1 ? undefined : word.slice(equals + 1);
  if (row.argument !== undefined) return withValue(row.flag, attached ?? rest.shift());
  if (attached === undefined) return { kind: 'option', flag: row.flag };
  return { kind: 'unwantedValue', flag: row.flag, value: attached };
}

/** The letters after one `-`; the first that takes an argument takes the rest of them. */
//= CL-3
//# Short options MUST be accepted in bundles (`-Fe`) and with their argument attached (`-kfile`) or
//# as the next word, whatever that begins with; a long option's argument follows `=` or is the next
//# word.
function scanBundle(
  table: readonly OptionSpelling[],
  letters: string,
  rest: string[],
): ScannedOption[] {
  const found: ScannedOption[] = [];
  let taken = 0;
  for (const letter of letters) {
    taken += 1;
    const row = table.find(({ flag }) => flag === `-${letter}`);
    // A `-` inside a bundle spells `--`, which is no option: C refuses it, and so must we.
    if (row === undefined) return [...found, { kind: 'unknownOption', text: `-${letter}` }];
    if (row.argument !== undefined) {
      return [...found, withValue(row.flag, letters.slice(taken) || rest.shift())];
    }
    found.push({ kind: 'option', flag: row.flag });
  }
  return found;
}

function withValue(flag: string, value: string | undefined): ScannedOption {
  return value === undefined
    ? { kind: 'missingValue', flag }
    : { kind: 'optionWithValue', flag, value };
}
