/**
 * How options are spelled: C's getopt rules, one by one, against the pure scanner.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ScannedOption, scanOptions } from './getopt.ts';

const TABLE = [
  { flag: '-a' },
  { flag: '-b' },
  { flag: '-v', argument: 'value' },
  { flag: '--log', argument: 'directory' },
  { flag: '--log-content', argument: 'kind' },
  { flag: '--quiet' },
] as const;

function scan(...args: string[]) {
  return scanOptions(TABLE, args);
}

const a: ScannedOption = { kind: 'option', flag: '-a' };
const b: ScannedOption = { kind: 'option', flag: '-b' };
const quiet: ScannedOption = { kind: 'option', flag: '--quiet' };

function v(value: string): ScannedOption {
  return { kind: 'optionWithValue', flag: '-v', value };
}

function log(value: string): ScannedOption {
  return { kind: 'optionWithValue', flag: '--log', value };
}

//= CL-3
//# Short options MUST be accepted in bundles (`-Fe`) and with their argument attached (`-kfile`) or
//# as the next word, whatever that begins with; a long option's argument follows `=` or is the next
//# word.
describe('short options', () => {
  test.each<[string, string[], ScannedOption[]]>([
    ['stand alone', ['-a', '-b'], [a, b]],
    ['stand in a bundle', ['-ab', '-a'], [a, b, a]],
    ['are not checked for repetition here', ['-aa'], [a, a]],
    ['take the next word as value', ['-v', 'x', '-a'], [v('x'), a]],
    ['take the rest of their word as value', ['-vx', '-a'], [v('x'), a]],
    ['take the rest of a bundle as value', ['-avb', '-b'], [a, v('b'), b]],
    ['take the next word at the end of a bundle', ['-av', 'x'], [a, v('x')]],
    ['keep an equals sign in the value', ['-v=x'], [v('=x')]],
    ['take an option-like word as value', ['-v', '-a'], [v('-a')]],
    ['take "--" as value', ['-v', '--', '-a'], [v('--'), a]],
    ['take an empty word as value', ['-v', '', '-a'], [v(''), a]],
  ])('%s', (_, args, options) => {
    expect(scan(...args)).toEqual({ options, operands: [] });
  });
});

describe('long options', () => {
  test.each<[string, string[], ScannedOption[]]>([
    ['stand alone', ['--quiet', '-a'], [quiet, a]],
    ['take the next word as value', ['--log', 'x', '-a'], [log('x'), a]],
    ['take a value after an equals sign', ['--log=x', '-a'], [log('x'), a]],
    ['take an empty value after an equals sign', ['--log=', '-a'], [log(''), a]],
    ['split at the first equals sign', ['--log=x=y'], [log('x=y')]],
    ['take an option-like word as value', ['--log', '--quiet'], [log('--quiet')]],
    [
      'are told apart from options they begin like',
      ['--log-content=x', '--log=y'],
      [{ kind: 'optionWithValue', flag: '--log-content', value: 'x' }, log('y')],
    ],
  ])('%s', (_, args, options) => {
    expect(scan(...args)).toEqual({ options, operands: [] });
  });
});

//= CL-5
//# A word `--` MUST end the options.
describe('the end of options', () => {
  test.each<[string, string[], string[]]>([
    ['is "--", which is eaten', ['-a', '--', '-b'], ['-b']],
    ['is the first "--" only', ['-a', '--', '--'], ['--']],
    ['is the first other word', ['-a', 'x', '-b'], ['x', '-b']],
    ['is a lone "-"', ['-a', '-', '-b'], ['-', '-b']],
    ['is an empty word', ['-a', '', '-b'], ['', '-b']],
    ['is the end of the line', ['-a'], []],
  ])('%s', (_, args, operands) => {
    expect(scan(...args)).toEqual({ options: [a], operands });
  });
});

//= CL-4
//# Names of options MUST NOT be abbreviated.
describe('what is wrong ends the scan and is its last result', () => {
  test.each<[string, string[], ScannedOption]>([
    ['an unknown letter', ['-a', '-x', '-b'], { kind: 'unknownOption', text: '-x' }],
    ['an unknown letter in a bundle', ['-axb', 'y'], { kind: 'unknownOption', text: '-x' }],
    ['a dash in a bundle', ['-a-b'], { kind: 'unknownOption', text: '--' }],
    ['a letter beyond 16 bits', ['-a💧b'], { kind: 'unknownOption', text: '-💧' }],
    ['an unknown name', ['-a', '--nope', '-b'], { kind: 'unknownOption', text: '--nope' }],
    ['an unknown name with value', ['-a', '--no=x'], { kind: 'unknownOption', text: '--no=x' }],
    ['three dashes', ['-a', '---'], { kind: 'unknownOption', text: '---' }],
    ['an abbreviated name', ['-a', '--qui'], { kind: 'unknownOption', text: '--qui' }],
    ['a name longer than known', ['-a', '--quiets'], { kind: 'unknownOption', text: '--quiets' }],
    ['a short option without value', ['-a', '-v'], { kind: 'missingValue', flag: '-v' }],
    ['a bundle without value', ['-av'], { kind: 'missingValue', flag: '-v' }],
    ['a long option without value', ['-a', '--log'], { kind: 'missingValue', flag: '--log' }],
    [
      'a value for a long option that takes none',
      ['-a', '--quiet=', 'x'],
      { kind: 'unwantedValue', flag: '--quiet', value: '' },
    ],
  ])('%s', (_, args, problem) => {
    expect(scan(...args)).toEqual({ options: [a, problem], operands: [] });
  });
});

test('bundling and attaching never change what is understood', () => {
  const word = fc.constantFrom(a, b, v('x'), v('-a'), v('=1'));
  fc.assert(
    fc.property(fc.array(word), fc.array(fc.boolean()), (options, joins) => {
      const args: string[] = [];
      for (const [i, option] of options.entries()) {
        if (option.kind !== 'option' && option.kind !== 'optionWithValue') continue;
        const previous = options[i - 1];
        const bundle = joins[i] === true && previous?.kind === 'option';
        if (bundle) args.push(`${args.pop()}${option.flag.slice(1)}`);
        else args.push(option.flag);
        if (option.kind !== 'optionWithValue') continue;
        if (joins[i] === true) args.push(`${args.pop()}${option.value}`);
        else args.push(option.value);
      }
      expect(scan(...args, '--', 'rest')).toEqual({ options, operands: ['rest'] });
    }),
  );
});

test('the arguments are not touched', () => {
  const args = Object.freeze(['-a', '-v', 'x', 'rest']);
  scanOptions(TABLE, args);
  expect(args).toEqual(['-a', '-v', 'x', 'rest']);
});
