/** Whatever is thrown has a word and a line. */

import { expect, test } from 'vitest';
import { asError, codeOf, failureCode, messageOf } from './thrown.ts';

const coded = Object.assign(new TypeError('the words'), { code: 'ECONNRESET' });

test('an error is said by its code and its words, and stays what it is', () => {
  expect([codeOf(coded), failureCode(coded), messageOf(coded)]).toEqual([
    'ECONNRESET',
    'ECONNRESET',
    'the words',
  ]);
  expect(asError(coded)).toBe(coded);
});

test.each<[unknown, string, string]>([
  [new TypeError('the words'), 'TypeError', 'the words'],
  [Object.assign(new Error('the words'), { code: 7 }), 'Error', 'the words'],
  ['not even an error', 'Error', 'not even an error'],
  [{ code: 'ECONNRESET' }, 'Error', '[object Object]'],
  [undefined, 'Error', 'undefined'],
  [null, 'Error', 'null'],
])('%s has no code, and fails by the name %s', (thrown, name, words) => {
  expect([codeOf(thrown), failureCode(thrown), messageOf(thrown)]).toEqual([
    undefined,
    name,
    words,
  ]);
});
