/** Reasons as a person reads them. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { systemReason } from './errors.ts';

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
  expect(systemReason('not even an error')).toBe('not even an error');
});
