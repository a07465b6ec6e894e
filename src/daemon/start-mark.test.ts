/** The marks of a background process and of a worker: read once, and gone. */

import { describe, expect, test } from 'vitest';
import { START_MARKS, takeStartMark } from './start-mark.ts';

describe.each(['background', 'worker'] as const)('the mark of a %s process', (kind) => {
  const name = START_MARKS[kind];

  test('names a descriptor, and is gone from the environment of what this process starts', () => {
    const environment = { [name]: '3', PATH: '/bin' };
    expect(takeStartMark(kind, environment)).toBe(3);
    expect(environment).toEqual({ PATH: '/bin' });
    expect(takeStartMark(kind, environment)).toBeUndefined();
  });

  test.each(['', '0', '-1', '03', '3 ', 'three', '1e3'])(
    '%j is no mark, and goes as well',
    (mark) => {
      const environment = { [name]: mark };
      expect(takeStartMark(kind, environment)).toBeUndefined();
      expect(environment).toEqual({});
    },
  );
});

test('the one is not taken for the other', () => {
  const environment = { [START_MARKS.worker]: '3' };
  expect(takeStartMark('background', environment)).toBeUndefined();
  expect(takeStartMark('worker', environment)).toBe(3);
});
