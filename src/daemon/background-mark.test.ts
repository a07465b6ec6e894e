/** The mark of a background process: read once, and gone. */

import { expect, test } from 'vitest';
import { BACKGROUND_MARK, takeBackgroundMark } from './background-mark.ts';

test('names the descriptor, and is gone from the environment of what this process starts', () => {
  const environment = { [BACKGROUND_MARK]: '3', PATH: '/bin' };
  expect(takeBackgroundMark(environment)).toBe(3);
  expect(environment).toEqual({ PATH: '/bin' });
  expect(takeBackgroundMark(environment)).toBeUndefined();
});

test.each(['', '0', '-1', '03', '3 ', 'three', '1e3'])(
  '%j is no mark, and goes as well',
  (mark) => {
    const environment = { [BACKGROUND_MARK]: mark };
    expect(takeBackgroundMark(environment)).toBeUndefined();
    expect(environment).toEqual({});
  },
);
