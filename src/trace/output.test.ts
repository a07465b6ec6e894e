/** Goal: text goes out in few writes, and no more is made of it than somebody takes. */

import { expect, test } from 'vitest';
import { Output, OutputError } from './output.ts';

/** A printer whose writes fail with this code, and what it was given. */
function failing(code?: string) {
  const given: string[] = [];
  const output = new Output((_, text) => {
    given.push(text);
    if (code !== undefined) throw Object.assign(new Error(code), { code });
  });
  return { given, output };
}

test('small texts are written together, and nothing is written for nothing', () => {
  const { given, output } = failing();
  output.write('a');
  output.write('b');
  expect(given).toEqual([]);
  output.flush();
  output.flush();
  expect(given).toEqual(['ab']);
  output.write('x'.repeat(65_536));
  expect(given).toHaveLength(2);
  expect(output.wanted).toBe(true);
});

test('when nobody reads any more, nothing more is wanted, nor written', () => {
  const { given, output } = failing('EPIPE');
  output.write('a');
  output.flush();
  expect(output.wanted).toBe(false);
  output.write('b');
  output.flush();
  expect(given).toEqual(['a']);
});

test('what cannot be written is an error, once', () => {
  const { given, output } = failing('ENOSPC');
  output.write('a');
  expect(() => output.flush()).toThrow(OutputError);
  expect(output.wanted).toBe(false);
  output.write('b');
  output.flush();
  expect(given).toEqual(['a']);
});
