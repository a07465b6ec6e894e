/** Reasons as a person reads them. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeCode, systemReason, systemWords } from './system-error.ts';

function errorOf(attempt: () => unknown): unknown {
  try {
    attempt();
  } catch (error) {
    return error;
  }
  throw new Error('no error');
}

test('an error of a system call is said in the words of the system, with its code', () => {
  const error = errorOf(() => readFileSync('/no/such/file'));
  expect(systemReason(error)).toBe('no such file or directory (ENOENT)');
  expect(systemWords(error)).toBe('no such file or directory');
});

test("the positive numbers of Node's own system calls mean the same", () => {
  const error = Object.assign(new Error('EPERM, …'), {
    errno: 1,
    code: 'EPERM',
    syscall: 'setuid',
  });
  expect(systemReason(error)).toBe('operation not permitted (EPERM)');
});

test('an error of ours is said in its own words', () => {
  expect(systemReason(new Error('the words'))).toBe('the words');
  expect(systemWords(new Error('the words'))).toBeUndefined();
  expect(systemReason('not even an error')).toBe('not even an error');
});

test('an error of ours that carries a code of the system keeps its own words', () => {
  const error = Object.assign(new Error('the words'), { errno: -2, code: 'ENOENT' });
  expect(systemReason(error)).toBe('the words');
});

test('a code is said in the words of the system, and one that is not of the system as it is', () => {
  expect(describeCode('ECONNREFUSED')).toBe('connection refused (ECONNREFUSED)');
  expect(describeCode('the words')).toBe('the words');
});
