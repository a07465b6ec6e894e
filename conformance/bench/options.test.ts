/** The benchmark's command line. */

import { expect, test } from 'vitest';
import { parseOptions, usage } from './options.ts';
import { rows } from './rows.ts';

const parse = (...args: string[]) => {
  const options = parseOptions(args, rows);
  if (options === 'help') throw new Error('not asked for');
  return options;
};

test('without arguments all rows are measured in full, five rounds, and nothing is written', () => {
  const { rows: chosen, ...others } = parse();
  expect(chosen).toEqual(rows);
  expect(others).toEqual({ rounds: 5, size: 'full', partial: false, write: false });
});

test('the quick form has fewer rounds, and --rounds says otherwise', () => {
  expect(parse('--quick')).toMatchObject({ size: 'quick', rounds: 2 });
  expect(parse('--quick', '--rounds', '7')).toMatchObject({ size: 'quick', rounds: 7 });
});

test('--only takes names with commas and again, and keeps the order of the table', () => {
  const names = (...args: string[]) => parse(...args).rows.map(({ name }) => name);
  expect(names('--only', 'cpu,one-stream')).toEqual(['one-stream', 'cpu']);
  expect(names('--only', 'memory', '--only', 'connect')).toEqual(['connect', 'memory']);
});

test('a row that does not exist is refused with the names of those that do', () => {
  expect(() => parse('--only', 'connect,speed')).toThrow(/--only speed: .*connect-16-weak/);
});

test('rounds and workers are numbers from 1', () => {
  for (const value of ['0', '-1', '1.5', 'many', '', '1e3', '1001']) {
    expect(() => parse(`--rounds=${value}`)).toThrow('--rounds');
  }
  expect(() => parse('--workers', '0')).toThrow('--workers 0: expected a number from 1');
  expect(parse('--workers', '1', '--workers', '2')).toMatchObject({ workers: [1, 2] });
});

test('only the full form of all rows may become the results that others quote', () => {
  expect(parse('--write')).toMatchObject({ write: true });
  expect(() => parse('--write', '--quick')).toThrow('--write');
  expect(() => parse('--write', '--only', 'cpu')).toThrow('--write');
});

test('an unknown option is refused', () => {
  expect(() => parse('--fast')).toThrow('--fast');
});

test('the help names every row and every option but the one that is for tests', () => {
  expect(parseOptions(['--help'], rows)).toBe('help');
  const text = usage(rows);
  for (const { name } of rows) expect(text).toContain(name);
  for (const option of ['only', 'rounds', 'quick', 'json', 'write', 'workers', 'node', 'help']) {
    expect(text).toContain(`--${option}`);
  }
});

test('rows have names of their own, and figures have names of their own in a row', () => {
  const names = rows.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { figures } of rows) {
    expect(new Set(figures.map(({ name }) => name)).size).toBe(figures.length);
  }
});
