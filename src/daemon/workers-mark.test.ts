/** The mark of a worker: read once, and gone. */

import { expect, test } from 'vitest';
import { takeWorkerMark, WORKER_MARK } from './workers-mark.ts';

test('names the descriptor of the key, and is gone from the environment of what this process starts', () => {
  const environment = { [WORKER_MARK]: '3', PATH: '/bin' };
  expect(takeWorkerMark(environment)).toBe(3);
  expect(environment).toEqual({ PATH: '/bin' });
  expect(takeWorkerMark(environment)).toBeUndefined();
});

test.each(['', '0', '-1', '03', '3 ', 'three', '1e3'])(
  '%j is no mark, and goes as well',
  (mark) => {
    const environment = { [WORKER_MARK]: mark };
    expect(takeWorkerMark(environment)).toBeUndefined();
    expect(environment).toEqual({});
  },
);
